/**
 * Which messages rest on something that must be on disk before they leave.
 */

import { type Message, MessageType } from "@quorate/raft";

/**
 * Everything a leader says: it voted for itself, and its vote counted when it was durable, like everybody's. (A candidate
 * may ask before that: who forgets a campaign in a crash has promised nothing, thesis §10.2.1.)
 */
const leaders: ReadonlySet<MessageType> = new Set([
  MessageType.MsgApp,
  MessageType.MsgHeartbeat,
  MessageType.MsgSnap,
  MessageType.MsgTimeoutNow,
  MessageType.MsgReadIndexResp,
]);

/**
 * Answers that rest on the sender's term. Answers to heartbeats do not: that a member was in a term at that moment is true
 * even if it forgets it (with lease reads they wait nevertheless; R3 finds out if not).
 */
const answers: ReadonlySet<MessageType> = new Set([MessageType.MsgAppResp, MessageType.MsgVoteResp]);

/** Whether only a leader of the message's term sends it. */
export function isFromLeader({ type }: Message): boolean {
  return leaders.has(type);
}

/** Whether the sender must never come back with a lower term. The grant of a pre-vote names a term that is not the own. */
export function promisesTerm({ type, reject }: Message): boolean {
  return leaders.has(type) || answers.has(type) || (type === MessageType.MsgPreVoteResp && reject);
}
