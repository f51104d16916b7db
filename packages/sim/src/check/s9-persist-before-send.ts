import { type Message, MessageType, type NodeId, Role } from "@quorate/raft";
import type { Durable, Ghost } from "../observe/ghost.ts";
import type { Checker } from "./checker.ts";
import { isFromLeader, promisesTerm, promisingTypes } from "./promises.ts";

/**
 * S9: what a message promises is on the sender's disk before it leaves: term and vote, and what it acknowledges, entry by
 * entry as its leader has them (Raft §5, figure 2: "updated on stable storage before responding").
 */
export function makeS9(): Checker {
  return {
    id: "S9",
    title: "persist before send",
    kinds: ["sent"],
    sent: promisingTypes,
    see(observation, ghost) {
      if (observation.kind !== "sent") return null;
      const { node, message } = observation;
      if (!promisesTerm(message)) return null;
      const known = ghost.nodes.get(node);
      if (known === undefined) return null;
      const broken = promiseBroken(node, message, known.durable, ghost);
      return broken === null ? null : `${node} ${broken}`;
    },
  };
}

function promiseBroken(node: NodeId, message: Message, durable: Durable, ghost: Ghost): string | null {
  const { type, term, to, reject, index } = message;
  const { hardState } = durable;
  if (hardState.term < term)
    return `sent a message of type ${type} in term ${term} with term ${hardState.term} on disk`;
  // A later term may have been written together with this one; it takes nothing back.
  if (hardState.term > term) return null;
  if (isFromLeader(message) && hardState.vote !== node)
    return `sent a message of type ${type} in term ${term} as leader with a vote for ${hardState.vote || "nobody"} on disk`;
  if (reject) return null;
  if (type === MessageType.MsgVoteResp && hardState.vote !== to)
    return `granted its vote of term ${term} to ${to} with a vote for ${hardState.vote || "nobody"} on disk`;
  return type === MessageType.MsgAppResp ? ackBroken(to, term, index, durable, ghost) : null;
}

/** An acknowledgement says: up to there my disk is equal to your log. */
function ackBroken(to: NodeId, term: number, index: number, { log }: Durable, ghost: Ghost): string | null {
  if (index > log.lastIndex) return `acknowledged ${index} with a log to ${log.lastIndex} on disk`;
  const leader = ghost.inspect(to);
  if (leader === null || leader.role !== Role.leader || leader.term !== term) return null;
  const theirs = ghost.nodes.get(to)?.log;
  if (theirs === undefined || index <= theirs.base || index <= log.base) return null;
  return theirs.hash(index) === log.hash(index)
    ? null
    : `acknowledged ${index} to ${to}, leader of term ${term}, whose log has something else up to there`;
}
