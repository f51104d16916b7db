/**
 * The referee: shows every observation to the checkers, then to the ghost, and keeps the first thing that was wrong.
 */

import type { MessageType, NodeId, RaftEvent } from "@quorate/raft";
import { type Checker, type MakeChecker, wantsToSee } from "../check/checker.ts";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";
import type { Owed } from "../plan/contract.ts";
import type { Verdict } from "./verdict.ts";

/** How a referee judges. */
export type RefereeRules = {
  /** Name of a member, for people. */
  readonly nameOf: (node: NodeId) => string;
  /** What the run owes; other invariants are not looked at. */
  readonly owed: Owed;
};

type Asked<Key> = Map<Key, readonly Checker[]>;

/** See the module. */
export class Referee {
  /** Null while everything is right. */
  verdict: Verdict | null = null;
  private readonly ghost: Ghost;
  private readonly rules: RefereeRules;
  private readonly everything: readonly Checker[];
  /** Who wants to see what, by kind of observation, kind of event, or type of message. */
  private readonly byKind: Asked<Observation["kind"]> = new Map();
  private readonly byEvent: Asked<RaftEvent["kind"]> = new Map();
  private readonly bySent: Asked<MessageType> = new Map();
  private readonly byReceived: Asked<MessageType> = new Map();

  constructor(checkers: readonly MakeChecker[], ghost: Ghost, rules: RefereeRules) {
    this.ghost = ghost;
    this.rules = rules;
    this.everything = checkers.map((make) => make()).filter(({ id }) => rules.owed.invariant(id));
  }

  /** Takes an observation; neither changes anything outside nor throws. */
  readonly take = (observation: Observation): void => {
    if (this.verdict !== null) return;
    const { kind, node, atUs } = observation;
    for (const checker of this.askedAbout(observation)) {
      const text = this.ask(checker, observation);
      if (text === null) continue;
      const named = withNames(text, this.rules.nameOf);
      const invariant = checker.id;
      // V1 to V4 are about what does not happen.
      this.verdict = invariant.startsWith("V")
        ? { kind: "liveness", invariant, atUs, text: named }
        : { kind: "violation", invariant, node: this.rules.nameOf(node), atUs, text: named };
      return;
    }
    const isEnd = kind === "life" && observation.what === "ended" && !observation.isCharged;
    if (isEnd && !this.rules.owed.mayEnd) {
      const text = `the member ended by itself: ${observation.detail}`;
      this.verdict = { kind: "crash", node: this.rules.nameOf(node), atUs, text };
    }
    this.ghost.take(observation);
  };

  private askedAbout(observation: Observation): readonly Checker[] {
    switch (observation.kind) {
      case "raft":
        return this.look(this.byEvent, observation.event.kind, observation);
      case "sent":
        return this.look(this.bySent, observation.message.type, observation);
      case "received":
        return this.look(this.byReceived, observation.message.type, observation);
      default:
        return this.look(this.byKind, observation.kind, observation);
    }
  }

  private look<Key>(asked: Asked<Key>, key: Key, observation: Observation): readonly Checker[] {
    let known = asked.get(key);
    if (known === undefined) {
      known = this.everything.filter((checker) => wantsToSee(checker, observation));
      asked.set(key, known);
    }
    return known;
  }

  private ask(checker: Checker, observation: Observation): string | null {
    try {
      return checker.see(observation, this.ghost);
    } catch (error) {
      // Observations come from inside of members, who must not have to bear it.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return `the checker itself failed: ${text}`;
    }
  }
}

/** IDs are long numbers; people know names. */
function withNames(text: string, nameOf: (node: NodeId) => string): string {
  return text.replace(/\b\d{10,16}\b/g, (id) => nameOf(Number(id)));
}
