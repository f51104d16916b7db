/**
 * Which messages rest on something that must be on disk before they leave.
 */

import { type Message, MessageType } from "@quorate/raft";

/**
 * Everything a leader says: it voted for itself, and its vote counted when it was durable, like everybody's. (A candidate
 * may ask before that: who forgets a campaign in a crash has promised nothing, thesis §10.2.1.)
 */
const leaders: readonly MessageType[] = [
  MessageType.MsgApp,
  MessageType.MsgHeartbeat,
  MessageType.MsgSnap,
  MessageType.MsgTimeoutNow,
  MessageType.MsgReadIndexResp,
];

/**
 * Answers that rest on the sender's term. Answers to heartbeats do not: that a member was in a term at that moment is true
 * even if it forgets it (with lease reads they wait nevertheless; R3 finds out if not).
 */
const answers: readonly MessageType[] = [MessageType.MsgAppResp, MessageType.MsgVoteResp];

/** Types of the messages that may promise a term. */
export const promisingTypes: readonly MessageType[] = [...leaders, ...answers, MessageType.MsgPreVoteResp];

/** Whether only a leader of the message's term sends it. */
export function isFromLeader({ type }: Message): boolean {
  return leaders.includes(type);
}

/** Whether the sender must never come back with a lower term. The grant of a pre-vote names a term that is not the own. */
export function promisesTerm({ type, reject }: Message): boolean {
  return leaders.includes(type) || answers.includes(type) || (type === MessageType.MsgPreVoteResp && reject);
}
