import { type HardState, MessageType, type NodeId, Role } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";

type Vote = {
  readonly candidate: NodeId;
  /** Somebody was told, or it was durable: then no crash may undo it. One that was lost before promised nothing. */
  isBinding: boolean;
};

/** S8: one vote per term and member, across restarts, and none taken back (Raft §5.2, §5.4.1). */
export function makeS8(): Checker {
  const votes = new MemberMap<Map<number, Vote>>();
  /** What each gave to its log last, in this life. Writes are in order, whatever was granted meanwhile. */
  const written = new MemberMap<HardState>();
  const note = (node: NodeId, term: number, candidate: NodeId, isBinding: boolean): string | null => {
    const own = votesOf(votes, node);
    const known = own.get(term);
    if (known === undefined) own.set(term, { candidate, isBinding });
    else if (known.candidate !== candidate)
      return `${node} voted for ${candidate} in term ${term}, and before that for ${known.candidate}`;
    else known.isBinding ||= isBinding;
    return null;
  };
  return {
    id: "S8",
    title: "one vote per term",
    kinds: ["raft", "sent", "log-writing", "log-durable", "recovered", "life"],
    events: ["vote-granted", "role-changed"],
    messages: [MessageType.MsgVoteResp],
    see(observation) {
      const { node } = observation;
      if (observation.kind === "life") {
        // Linear in the terms of one member; lives are rare.
        const own = votesOf(votes, node);
        written.delete(node);
        if (observation.what === "started")
          for (const [term, { isBinding }] of own) if (!isBinding) own.delete(term);
        return null;
      }
      if (observation.kind === "recovered") {
        const { term, vote } = observation.hardState;
        const known = votesOf(votes, node).get(term);
        if (known !== undefined && known.candidate !== vote)
          return `${node} voted for ${known.candidate} in term ${term}, and came back with a vote for ${vote || "nobody"}`;
        // It may have been written without that anybody was told.
        return vote === 0 ? null : note(node, term, vote, true);
      }
      if (observation.kind === "log-writing") {
        const before = written.get(node);
        const { hardState } = observation.write;
        if (hardState === null) return null;
        written.set(node, hardState);
        const { term, vote } = hardState;
        return before === undefined || before.term !== term || before.vote === 0 || before.vote === vote
          ? null
          : `${node} takes back its vote for ${before.vote} in term ${term}, and writes one for ${vote || "nobody"}`;
      }
      if (observation.kind === "log-durable") {
        const { hardState } = observation.write;
        return hardState === null || hardState.vote === 0
          ? null
          : note(node, hardState.term, hardState.vote, true);
      }
      const vote = voteIn(observation);
      return vote === null ? null : note(node, vote.term, vote.candidate, vote.isBinding);
    },
  };
}

function votesOf(votes: MemberMap<Map<number, Vote>>, node: NodeId): Map<number, Vote> {
  let own = votes.get(node);
  if (own === undefined) {
    own = new Map();
    votes.set(node, own);
  }
  return own;
}

function voteIn(observation: Observation): (Vote & { readonly term: number }) | null {
  const { node } = observation;
  if (observation.kind === "sent") {
    const { type, reject, term, to } = observation.message;
    return type === MessageType.MsgVoteResp && !reject ? { term, candidate: to, isBinding: true } : null;
  }
  if (observation.kind !== "raft") return null;
  const { event } = observation;
  if (event.kind === "vote-granted" && event.type === MessageType.MsgVote)
    return { term: event.candidateTerm, candidate: event.candidate, isBinding: false };
  // Who campaigns votes for itself; who leads has been counted by it.
  const isCandidate = event.kind === "role-changed" && event.role === Role.candidate;
  const isLeader = event.kind === "role-changed" && event.role === Role.leader;
  return isCandidate || isLeader ? { term: event.term, candidate: node, isBinding: isLeader } : null;
}
