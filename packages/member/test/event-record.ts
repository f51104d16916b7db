/**
 * What happened, in order: every event of every member.
 */

import type { MemberEvent, SourcedEvent } from "../src/index.ts";

/** An event, when and where it happened. */
export type RecordedEvent = {
  readonly atMs: number;
  readonly member: string;
  readonly sourced: SourcedEvent;
};

/** The event that a kind names, also where several kinds share a shape. */
type EventOf<Kind, Event = MemberEvent> = Event extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Event
    : never
  : never;

/** An event of a member itself. */
export type RecordedMemberEvent<Kind extends MemberEvent["kind"]> = {
  readonly atMs: number;
  readonly member: string;
  readonly event: EventOf<Kind>;
};

/** Remembers everything, or only a fingerprint of it. */
export class EventRecord {
  readonly events: RecordedEvent[] = [];
  private readonly keepsAll: boolean;
  private hash = 0x811c_9dc5;
  private count = 0;

  constructor(keepsAll: boolean) {
    this.keepsAll = keepsAll;
  }

  add(atMs: number, member: string, sourced: SourcedEvent): void {
    if (this.keepsAll) this.events.push({ atMs, member, sourced });
    this.count++;
    const { kind } = sourced.event;
    // Most events are messages of the core's; that there were as many is enough.
    if (!kind.startsWith("message-")) this.mix(`${atMs} ${member} ${kind} ${this.count}`);
  }

  /** Equal for equal sequences of events. */
  get fingerprint(): string {
    return `${this.count}:${this.hash.toString(16)}`;
  }

  /** Events of one kind that the members themselves told. */
  of<Kind extends MemberEvent["kind"]>(kind: Kind, member?: string): RecordedMemberEvent<Kind>[] {
    const found: RecordedMemberEvent<Kind>[] = [];
    for (const { atMs, member: where, sourced } of this.events) {
      if (sourced.source !== "member" || sourced.event.kind !== kind) continue;
      if (member !== undefined && member !== where) continue;
      found.push({ atMs, member: where, event: sourced.event as EventOf<Kind> });
    }
    return found;
  }

  /** How many events of a kind the core told. */
  countOfCore(kind: string, member?: string): number {
    return this.events.filter(
      ({ sourced, member: where }) =>
        sourced.source === "raft" &&
        sourced.event.kind === kind &&
        (member === undefined || member === where),
    ).length;
  }

  private mix(text: string): void {
    for (let position = 0; position < text.length; position++) {
      this.hash = Math.imul(this.hash ^ text.charCodeAt(position), 0x0100_0193) >>> 0;
    }
  }
}
