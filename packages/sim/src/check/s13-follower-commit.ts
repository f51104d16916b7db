import { type Message, MessageType, type NodeId, Role } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";

/** A message that may raise the commit index of its receiver, and to where. */
type Raising = { readonly term: number; readonly commit: number };

/** What a leader knows of its followers, in one term. */
type Matches = { term: number; readonly acked: MemberMap<number> };

/**
 * S13: a follower's commit index follows from one message: min(the leader's commit index, the last index that the message
 * verified) (Raft §5.3, figure 2). A heartbeat verifies nothing: it carries no more than the receiver acknowledged. The
 * messages that wait at a member are few: those that could raise its commit index.
 */
export function makeS13(): Checker {
  const waiting = new MemberMap<Raising[]>();
  const matches = new MemberMap<Matches>();
  return {
    id: "S13",
    title: "follower's commit index",
    kinds: ["received", "sent", "raft", "life"],
    events: ["commit-advanced"],
    sent: [MessageType.MsgHeartbeat],
    received: [MessageType.MsgApp, MessageType.MsgHeartbeat, MessageType.MsgSnap, MessageType.MsgAppResp],
    see(observation, ghost) {
      const { node } = observation;
      switch (observation.kind) {
        case "life":
          if (observation.what !== "started") return null;
          waiting.delete(node);
          matches.delete(node);
          return null;
        case "received": {
          const { message } = observation;
          noteAck(node, message, matches);
          const commit = raisedTo(message);
          if (commit <= (ghost.inspect(node)?.commit ?? 0)) return null;
          const queue = waiting.get(node);
          const raising = { term: message.term, commit };
          if (queue === undefined) waiting.set(node, [raising]);
          else queue.push(raising);
          return null;
        }
        case "sent":
          return seeHeartbeat(node, observation.message, matches);
        case "raft":
          if (observation.event.kind !== "commit-advanced") return null;
          return ghost.inspect(node)?.role === Role.leader
            ? forget(waiting, node, observation.event.commit)
            : seeCommit(observation, waiting);
        default:
          return null;
      }
    },
  };
}

/** 0: it raises nothing. */
function raisedTo({ type, index, entries, commit, snapshot }: Message): number {
  switch (type) {
    case MessageType.MsgApp:
      return Math.min(commit, index + entries.length);
    case MessageType.MsgHeartbeat:
      return commit;
    case MessageType.MsgSnap:
      return snapshot?.metadata.index ?? 0;
    default:
      return 0;
  }
}

function noteAck(node: NodeId, { type, term, from, index, reject }: Message, all: MemberMap<Matches>): void {
  if (type !== MessageType.MsgAppResp || reject) return;
  const known = all.get(node);
  if (known === undefined || known.term < term) {
    const acked = new MemberMap<number>();
    acked.set(from, index);
    all.set(node, { term, acked });
  } else if (known.term === term) {
    known.acked.set(from, Math.max(known.acked.get(from) ?? 0, index));
  }
}

function seeHeartbeat(node: NodeId, message: Message, all: MemberMap<Matches>): string | null {
  const { type, to, term, commit } = message;
  if (type !== MessageType.MsgHeartbeat || commit === 0) return null;
  const known = all.get(node);
  const acked = known?.term === term ? (known.acked.get(to) ?? 0) : 0;
  // An outdated heartbeat, sent after a message of a later term came in, was made by what is forgotten here.
  return commit <= acked || (known !== undefined && known.term > term)
    ? null
    : `${node} told ${to} by a heartbeat of term ${term} that ${commit} is committed; ${to} has acknowledged ${acked}`;
}

function seeCommit(
  observation: Observation & { readonly kind: "raft" },
  waiting: MemberMap<Raising[]>,
): string | null {
  const { node, event } = observation;
  if (event.kind !== "commit-advanced") return null;
  const { commit, term } = event;
  const queue = waiting.get(node) ?? [];
  const isExplained = queue.some((raising) => raising.commit === commit && raising.term === term);
  if (isExplained) return forget(waiting, node, commit);
  const most = queue.reduce(
    (best, raising) => (raising.term === term ? Math.max(best, raising.commit) : best),
    event.from,
  );
  return `${node}, no leader, raised its commit index from ${event.from} to ${commit}; its leader's messages verify and commit up to ${most}`;
}

function forget(waiting: MemberMap<Raising[]>, node: NodeId, commit: number): null {
  const queue = waiting.get(node);
  if (queue === undefined) return null;
  let left = 0;
  for (const raising of queue) if (raising.commit > commit) queue[left++] = raising;
  if (left < queue.length) queue.length = left;
  return null;
}
