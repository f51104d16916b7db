/**
 * Questions about configurations that several checkers ask.
 */

import type { ConfState, NodeId } from "@quorate/raft";

/** More than half. Not the core's function of that name: a checker must not be wrong together with what it checks. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** Those whose majorities decide: one list, or while the configuration is joint two (Raft §6). */
export function halvesOf({ voters, votersOutgoing }: ConfState): readonly (readonly NodeId[])[] {
  if (votersOutgoing.length === 0) return voters.length === 0 ? [] : [voters];
  return [voters, votersOutgoing];
}

/** Whether a member votes, in either half. */
export function isVoter({ voters, votersOutgoing }: ConfState, node: NodeId): boolean {
  return voters.includes(node) || votersOutgoing.includes(node);
}

/** A half without a majority of those that count, and who does. */
export type Lacking = { readonly half: readonly NodeId[]; readonly counted: readonly NodeId[] };

/** Of the first half without a majority of those that `counts`: who counts there; null if each has one. O(voters). */
export function missingMajority(config: ConfState, counts: (voter: NodeId) => boolean): Lacking | null {
  const { voters, votersOutgoing } = config;
  if (votersOutgoing.length === 0) return voters.length === 0 ? null : lackingIn(voters, counts);
  return lackingIn(voters, counts) ?? lackingIn(votersOutgoing, counts);
}

/** Counts first: nearly always nothing is lacking. */
function lackingIn(half: readonly NodeId[], counts: (voter: NodeId) => boolean): Lacking | null {
  let count = 0;
  for (const voter of half) if (counts(voter)) count++;
  return count >= majorityOf(half.length) ? null : { half, counted: half.filter(counts) };
}

/** The configuration that was in force after an index, if it is known. O(changes of the run), for rare moments. */
export function latestConfig(configs: ReadonlyMap<number, ConfState>, index: number): ConfState | null {
  let best = -1;
  let found: ConfState | null = null;
  for (const [at, config] of configs) {
    if (at > index || at <= best) continue;
    best = at;
    found = config;
  }
  return found;
}

/** A configuration for people. */
export function describeConfig({ voters, votersOutgoing, learners }: ConfState): string {
  const outgoing = votersOutgoing.length === 0 ? "" : `, outgoing ${votersOutgoing.join(" ")}`;
  return `voters ${voters.join(" ")}${outgoing}${learners.length === 0 ? "" : `, learners ${learners.join(" ")}`}`;
}
