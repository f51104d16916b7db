/**
 * From events to the log: keeps what every line says besides (term, index, names of members), and writes those events
 * that the table makes lines of.
 */

import type { SourcedEvent } from "@quorate/member";
import { eventLine } from "./event-lines.ts";
import type { Log, LogPosition } from "./log.ts";

type Named = { readonly id: number; readonly name: string };
/** An event of any part that a server tells. */
export type ToldEvent = { readonly source: string; readonly event: { readonly kind: string } };

/** See the module. Events that come before {@link open} are lost: nothing tells any then. */
export class EventLog {
  position: LogPosition = { term: 0, index: 0 };
  /** Resolves when a leader is known for the first time. */
  readonly leaderKnown: Promise<void>;
  private noteLeader: () => void = () => undefined;
  private log: Log | null = null;
  private isCampaigning = false;
  private members: () => readonly Named[];

  /** `members`: those whose names are known from the start. */
  constructor(members: readonly Named[]) {
    this.members = () => members;
    this.leaderKnown = new Promise((resolve) => {
      this.noteLeader = resolve;
    });
  }

  open(log: Log): void {
    this.log = log;
  }

  /** Where names of members are known from now on. */
  name(members: () => readonly Named[]): void {
    this.members = members;
  }

  take(told: ToldEvent): void {
    const sourced = told as SourcedEvent;
    this.follow(sourced);
    const { log } = this;
    if (log === null || (this.isRepeated(sourced) && !log.isEnabled("debug"))) return;
    const line = eventLine(
      told,
      (id) => this.nameOf(id),
      (level) => log.isEnabled(level),
    );
    if (line !== null) log.write(line.level, line.message, line.fields);
  }

  /** Without a majority a member campaigns several times a second, for ever: once is news. */
  private isRepeated({ source, event }: SourcedEvent): boolean {
    if (source === "member" && event.kind === "leader-changed" && event.lead !== 0)
      this.isCampaigning = false;
    if (source !== "raft" || event.kind !== "campaign-started") return false;
    const isRepeated = this.isCampaigning;
    this.isCampaigning = true;
    return isRepeated;
  }

  private follow({ source, event }: SourcedEvent): void {
    if (source === "member" && event.kind === "leader-changed") {
      this.position = { ...this.position, term: event.term };
      if (event.lead !== 0) this.noteLeader();
    }
    if (source !== "raft") return;
    const { term } = event;
    if (event.kind === "commit-advanced") this.position = { term, index: event.commit };
    else if (event.kind === "started") this.position = { term, index: event.commit };
    else if (term > this.position.term) this.position = { ...this.position, term };
  }

  private nameOf(id: number): string {
    const member = this.members().find((each) => each.id === id);
    return member === undefined || member.name === "" ? id.toString(16) : member.name;
  }
}
