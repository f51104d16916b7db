/**
 * Quorum scripts: the counting of acknowledged indexes and of votes.
 *
 * Besides the answer, every directive checks properties that must hold for any quorum; a violated one adds a line to
 * the output, so that the directive fails.
 */

import {
  type AckedIndexes,
  jointCommitted,
  jointVote,
  majorityCommitted,
  majorityVote,
  type NodeId,
  VoteResult,
} from "../src/index.ts";
import { Fault, pairs, parseNumber } from "./argument.ts";
import type { Directive } from "./script.ts";

/** The commands of quorum scripts. */
export const quorumCommands: ReadonlySet<string> = new Set(["committed", "vote"]);

/** Starts a quorum script. Its directives do not depend on each other. */
export function startQuorum(): (directive: Directive) => string {
  return (directive) => {
    const input = parseInput(directive);
    const expected = directive.command === "vote" ? input.votes : input.indexes;
    const members = [...new Set([...input.voters, ...input.outgoing])].sort(ascending);
    if (!quorumCommands.has(directive.command)) {
      throw new Fault(
        `unknown command ${directive.command}; quorum scripts have ${[...quorumCommands].join(", ")}`,
      );
    }
    if (members.length !== expected.length) {
      const voters = `map[${members.map((id) => `${id}:{}`).join(" ")}]`;
      return `error: mismatched input (explicit or _) for voters ${voters}: [${expected.join(" ")}]`;
    }
    if (directive.command === "vote") return runVote(input);
    return input.isJoint ? runJointCommitted(input) : runCommitted(input);
  };
}

type Input = {
  /** Without repetition, in the order given. */
  readonly voters: readonly NodeId[];
  readonly outgoing: readonly NodeId[];
  /** Whether the second half was given, though perhaps as empty. */
  readonly isJoint: boolean;
  /** Per member in order of first mention; 0 where nothing is known. */
  readonly indexes: readonly number[];
  /** The same: 2 for yes, 1 for no, 0 for not yet. */
  readonly votes: readonly number[];
};

const voteCodes = new Map([
  ["y", 2],
  ["n", 1],
  ["_", 0],
]);

function parseInput(directive: Directive): Input {
  const voters: NodeId[] = [];
  const outgoing: NodeId[] = [];
  const indexes: number[] = [];
  const votes: number[] = [];
  let isJoint = false;
  for (const [key, value] of pairs(directive.args)) {
    if (key === "cfg") {
      voters.push(parseNumber(value, "a voter"));
    } else if (key === "cfgj") {
      isJoint = true;
      if (value !== "zero") outgoing.push(parseNumber(value, "a voter"));
    } else if (key === "idx") {
      const index = value === "_" ? 0 : parseNumber(value, "an index");
      if (index === 0 && value !== "_") throw new Fault("an index must be at least 1; write _ for none");
      indexes.push(index);
    } else if (key === "votes") {
      const vote = voteCodes.get(value);
      if (vote === undefined) throw new Fault(`a vote is y, n or _, not ${value}`);
      votes.push(vote);
    } else {
      throw new Fault(`${directive.command} has no argument ${key}; it takes cfg, cfgj, idx and votes`);
    }
  }
  return { voters: [...new Set(voters)], outgoing: [...new Set(outgoing)], isJoint, indexes, votes };
}

/** Gives each member its value, in the order of first mention; members without one are left out. */
function assign({ voters, outgoing }: Input, values: readonly number[]): Map<NodeId, number> {
  const assigned = new Map<NodeId, number>();
  for (const [position, id] of [...new Set([...voters, ...outgoing])].entries()) {
    const value = values[position] ?? 0;
    if (value !== 0) assigned.set(id, value);
  }
  return assigned;
}

// --- committed

function runCommitted(input: Input): string {
  const { voters } = input;
  const acked = assign(input, input.indexes);
  const index = majorityCommitted(voters, asAcked(acked));
  let text = describe(voters, acked);
  const check = (other: number, how: string): void => {
    if (other !== index) text += `${renderIndex(other)} <-- ${how}\n`;
  };
  check(countedCommitted(voters, acked), "via alternative computation");
  check(jointCommitted(voters, [], asAcked(acked)), "via zero-joint quorum");
  check(jointCommitted([], voters, asAcked(acked)), "via zero-joint quorum, interchanged");
  check(jointCommitted(voters, voters, asAcked(acked)), "via self-joint quorum");
  check(majorityCommitted(voters.toReversed(), asAcked(acked)), "via another order of voters");
  for (const id of voters) {
    const own = acked.get(id) ?? 0;
    if (own === 0 || own >= index) continue;
    // Whoever is behind the committed index may be further behind without changing it.
    const lowered = new Map(acked).set(id, own - 1);
    check(majorityCommitted(voters, asAcked(lowered)), `overlaying ${id}->${own - 1}`);
    lowered.delete(id);
    check(majorityCommitted(voters, asAcked(lowered)), `overlaying ${id}->0`);
  }
  return `${text}${renderIndex(index)}\n`;
}

function runJointCommitted(input: Input): string {
  const { voters, outgoing } = input;
  const acked = assign(input, input.indexes);
  const index = jointCommitted(voters, outgoing, asAcked(acked));
  let text = describe([...new Set([...voters, ...outgoing])], acked);
  const check = (other: number, how: string): void => {
    if (other !== index) text += `${renderIndex(other)} <-- ${how}\n`;
  };
  check(jointCommitted(outgoing, voters, asAcked(acked)), "via symmetry");
  const smaller = Math.min(countedCommitted(voters, acked), countedCommitted(outgoing, acked));
  check(smaller, "via alternative computation");
  return `${text}${renderIndex(index)}\n`;
}

function asAcked(indexes: ReadonlyMap<NodeId, number>): AckedIndexes {
  return { ackedIndex: (id) => indexes.get(id) ?? 0 };
}

/** The same answer by counting, for each index, who has reached it. */
function countedCommitted(voters: readonly NodeId[], acked: ReadonlyMap<NodeId, number>): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const reached = (index: number): number => voters.filter((id) => (acked.get(id) ?? 0) >= index).length;
  const candidates = [...acked.values()].filter((index) => reached(index) * 2 > voters.length);
  return Math.max(0, ...candidates);
}

/** A bar per voter: one x for each voter that is behind it. */
function describe(voters: readonly NodeId[], acked: ReadonlyMap<NodeId, number>): string {
  if (voters.length === 0) return "<empty majority quorum>";
  const width = voters.length;
  const rows = voters.toSorted(ascending).map((id) => {
    const own = acked.get(id);
    const bar = voters.filter((other) => (acked.get(other) ?? 0) < (own ?? 0)).length;
    const chart = own === undefined ? "?".padEnd(width + 1) : `${"x".repeat(bar)}>`.padEnd(width + 1);
    return `${chart} ${String(own ?? 0).padStart(5)}    (id=${id.toString(16)})\n`;
  });
  return `${" ".repeat(width)}    idx\n${rows.join("")}`;
}

function renderIndex(index: number): string {
  return index === Number.POSITIVE_INFINITY ? "∞" : String(index);
}

// --- vote

const voteNames = new Map<VoteResult, string>([
  [VoteResult.pending, "VotePending"],
  [VoteResult.won, "VoteWon"],
  [VoteResult.lost, "VoteLost"],
]);

function runVote(input: Input): string {
  const { voters, outgoing, isJoint } = input;
  const votes = new Map([...assign(input, input.votes)].map(([id, code]) => [id, code === 2]));
  const result = isJoint ? jointVote(voters, outgoing, votes) : majorityVote(voters, votes);
  let text = "";
  const check = (other: VoteResult, how: string): void => {
    if (other !== result) text += `${voteNames.get(other)} <-- ${how}\n`;
  };
  if (isJoint) {
    check(jointVote(outgoing, voters, votes), "via symmetry");
  } else {
    check(jointVote(voters, [], votes), "via zero-joint quorum");
    check(jointVote(voters, voters, votes), "via self-joint quorum");
    check(majorityVote(voters.toReversed(), votes), "via another order of voters");
  }
  return `${text}${voteNames.get(result)}\n`;
}

function ascending(one: number, other: number): number {
  return one - other;
}
