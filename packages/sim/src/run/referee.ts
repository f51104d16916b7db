/**
 * The referee: shows every observation to the checkers, then to the ghost, and keeps the first thing that was wrong.
 */

import type { NodeId } from "@quorate/raft";
import type { Checker, MakeChecker } from "../check/checker.ts";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";
import type { Verdict } from "./verdict.ts";

/** How a referee judges. */
export type RefereeRules = {
  /** Name of a member, for people. */
  readonly nameOf: (node: NodeId) => string;
  /** Whether members may end by themselves without a reason that the world gave them. */
  readonly mayEnd: boolean;
};

/** See the module. */
export class Referee {
  /** Null while everything is right. */
  verdict: Verdict | null = null;
  private readonly ghost: Ghost;
  private readonly rules: RefereeRules;
  private readonly everything: readonly Checker[];
  private readonly byKind = new Map<Observation["kind"], readonly Checker[]>();

  constructor(checkers: readonly MakeChecker[], ghost: Ghost, rules: RefereeRules) {
    this.ghost = ghost;
    this.rules = rules;
    this.everything = checkers.map((make) => make());
  }

  /** Takes an observation; neither changes anything outside nor throws. */
  readonly take = (observation: Observation): void => {
    if (this.verdict !== null) return;
    const { kind, node, atUs } = observation;
    let asked = this.byKind.get(kind);
    if (asked === undefined) {
      asked = this.everything.filter(({ kinds }) => kinds === undefined || kinds.includes(kind));
      this.byKind.set(kind, asked);
    }
    for (const checker of asked) {
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
    if (isEnd && !this.rules.mayEnd) {
      const text = `the member ended by itself: ${observation.detail}`;
      this.verdict = { kind: "crash", node: this.rules.nameOf(node), atUs, text };
    }
    this.ghost.take(observation);
  };

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
