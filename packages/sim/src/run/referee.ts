/**
 * The referee: shows every observation to the checkers, then to the ghost, and keeps the first thing that was wrong.
 */

import type { NodeId } from "@quorate/raft";
import { type Checker, type MakeChecker, type SharedMemory, wantsToSee } from "../check/checker.ts";
import { changesGhost, type Ghost } from "../observe/ghost.ts";
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

/** One that is asked. Checkers have all kinds of shapes, and to look for `see` in each of them costs more than many of them do. */
type Asked = { readonly checker: Checker; readonly see: Checker["see"] };

/** Who wants to see an observation. */
type Audience = {
  readonly memories: readonly SharedMemory[];
  readonly asked: readonly Asked[];
  /** Whether the ghost does. */
  readonly hasGhost: boolean;
};

/** See the module. */
export class Referee {
  /** Null while everything is right. */
  verdict: Verdict | null = null;
  private readonly ghost: Ghost;
  private readonly rules: RefereeRules;
  private readonly memories: readonly SharedMemory[];
  private readonly checkers: readonly Checker[];
  /** By kind of observation, kind of event, or type of message. */
  private readonly byKind = new Map<string, Audience>();
  private readonly byEvent = new Map<string, Audience>();
  private readonly bySent: (Audience | undefined)[] = [];
  private readonly byReceived: (Audience | undefined)[] = [];

  constructor(checkers: readonly MakeChecker[], ghost: Ghost, rules: RefereeRules) {
    this.ghost = ghost;
    this.rules = rules;
    this.checkers = checkers.map((make) => make()).filter(({ id }) => rules.owed.invariant(id));
    this.memories = [...new Set(this.checkers.flatMap(({ shares = [] }) => shares))];
  }

  /** Takes an observation; neither changes anything outside nor throws. */
  readonly take = (observation: Observation): void => {
    if (this.verdict !== null) return;
    const { ghost } = this;
    const { memories, asked, hasGhost } = this.audienceOf(observation);
    let at = -1;
    try {
      for (const memory of memories) memory.take(observation, ghost);
      for (at = 0; at < asked.length; at++) {
        const { checker, see } = asked[at] as Asked;
        const text = see.call(checker, observation, ghost);
        if (text === null) continue;
        this.find(checker.id, observation, text);
        return;
      }
    } catch (error) {
      // Observations come from inside of members, who must not have to bear it.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const { id } = asked[at]?.checker ?? this.blamed(memories);
      this.find(id, observation, `the checker itself failed: ${text}`);
      return;
    }
    if (!hasGhost) return;
    if (observation.kind === "life") this.judgeLife(observation);
    ghost.take(observation);
  };

  private find(invariant: string, { node, atUs }: Observation, found: string): void {
    const text = withNames(found, this.rules.nameOf);
    // V1 to V4 are about what does not happen.
    this.verdict = invariant.startsWith("V")
      ? { kind: "liveness", invariant, atUs, text }
      : { kind: "violation", invariant, node: this.rules.nameOf(node), atUs, text };
  }

  /** Of those that share a memory which failed, one. */
  private blamed(memories: readonly SharedMemory[]): { readonly id: string } {
    const isConcerned = ({ shares = [] }: Checker): boolean => shares.some((one) => memories.includes(one));
    return this.checkers.find(isConcerned) ?? { id: "" };
  }

  private judgeLife({ node, atUs, what, detail, isCharged }: Observation & { readonly kind: "life" }): void {
    if (what !== "ended" || isCharged || this.rules.owed.mayEnd) return;
    const text = `the member ended by itself: ${detail}`;
    this.verdict = { kind: "crash", node: this.rules.nameOf(node), atUs, text };
  }

  private audienceOf(observation: Observation): Audience {
    switch (observation.kind) {
      case "sent": {
        const { type } = observation.message;
        return this.bySent[type] ?? (this.bySent[type] = this.gather(observation));
      }
      case "received": {
        const { type } = observation.message;
        return this.byReceived[type] ?? (this.byReceived[type] = this.gather(observation));
      }
      case "raft":
        return this.look(this.byEvent, observation.event.kind, observation);
      default:
        return this.look(this.byKind, observation.kind, observation);
    }
  }

  private look(known: Map<string, Audience>, key: string, observation: Observation): Audience {
    let audience = known.get(key);
    if (audience === undefined) {
      audience = this.gather(observation);
      known.set(key, audience);
    }
    return audience;
  }

  private gather(observation: Observation): Audience {
    return {
      memories: this.memories.filter((memory) => wantsToSee(memory, observation)),
      asked: this.checkers
        .filter((checker) => wantsToSee(checker, observation))
        .map((checker) => ({ checker, see: checker.see })),
      hasGhost: changesGhost(observation.kind),
    };
  }
}

/** IDs are long numbers; people know names. */
function withNames(text: string, nameOf: (node: NodeId) => string): string {
  return text.replace(/\b\d{10,16}\b/g, (id) => nameOf(Number(id)));
}
