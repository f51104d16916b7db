/**
 * Messages: everything that members say to each other, and what a member says to its own storage when storage
 * writes are asynchronous. The names are the field's.
 *
 * | message | who to whom | departs from the paper |
 * |---|---|---|
 * | MsgHup | a member to itself: campaign now | the paper's election timeout |
 * | MsgBeat | a leader to itself: send heartbeats now | |
 * | MsgProp | a client's proposal; a follower forwards it to the leader | clients talk to the leader there |
 * | MsgApp / MsgAppResp | leader to follower and back: AppendEntries | the reply carries the index it is about, so that replies may overtake each other |
 * | MsgVote / MsgVoteResp | candidate to voter and back: RequestVote | |
 * | MsgPreVote / MsgPreVoteResp | the same, without raising terms | thesis §9.6 |
 * | MsgSnap | leader to a follower whose next entry is compacted: InstallSnapshot | one message; the transport streams it |
 * | MsgHeartbeat / MsgHeartbeatResp | leader to all and back | apart from MsgApp, so that it stays small; carries ReadIndex rounds |
 * | MsgUnreachable, MsgSnapStatus | the transport to its own leader: a send failed; a snapshot arrived or failed | |
 * | MsgCheckQuorum | a leader to itself: still heard by a quorum? | thesis §6.2 |
 * | MsgTransferLeader / MsgTimeoutNow | ask the leader to hand over; leader tells the successor to campaign | thesis §3.10 |
 * | MsgReadIndex / MsgReadIndexResp | ask for, and answer with, a linearizable read index | thesis §6.4 |
 * | MsgStorageAppend / …Resp, MsgStorageApply / …Resp | core to the append and apply threads and back | asynchronous storage writes only |
 * | MsgForgetLeader | a follower to itself: drop the leader that another channel found dead | |
 */

import { type Entry, noEntries } from "./entry.ts";
import { type NodeId, none, type Snapshot } from "./snapshot.ts";

/** Message types. The numbers are stable: they are sent to peers. */
export const MessageType = {
  MsgHup: 0,
  MsgBeat: 1,
  MsgProp: 2,
  MsgApp: 3,
  MsgAppResp: 4,
  MsgVote: 5,
  MsgVoteResp: 6,
  MsgSnap: 7,
  MsgHeartbeat: 8,
  MsgHeartbeatResp: 9,
  MsgUnreachable: 10,
  MsgSnapStatus: 11,
  MsgCheckQuorum: 12,
  MsgTransferLeader: 13,
  MsgTimeoutNow: 14,
  MsgReadIndex: 15,
  MsgReadIndexResp: 16,
  MsgPreVote: 17,
  MsgPreVoteResp: 18,
  MsgStorageAppend: 19,
  MsgStorageAppendResp: 20,
  MsgStorageApply: 21,
  MsgStorageApplyResp: 22,
  MsgForgetLeader: 23,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];
export type MessageName = keyof typeof MessageType;

const messageNames = Object.keys(MessageType) as MessageName[];

/** The field's name of a message type, for logs and traces. */
export function messageName(type: MessageType): MessageName {
  return messageNames[type] as MessageName;
}

/** Target of {@link MessageType.MsgStorageAppend}: the thread that writes the log. */
export const appendThread: NodeId = -1;
/** Target of {@link MessageType.MsgStorageApply}: the thread that applies committed entries. */
export const applyThread: NodeId = -2;

/** Why a voter refused a (pre-)vote. Travels in the reply, so that the candidate can tell as well. */
export const VoteRefusal = {
  /** Not refused. */
  none: 0,
  /** The request's term is older than the voter's. */
  staleTerm: 1,
  /** The voter already voted for another candidate in this term. */
  alreadyVoted: 2,
  /** The voter knows a leader of this term. */
  leaderKnown: 3,
  /** The candidate's last entry has a lower term than the voter's. */
  logTermBehind: 4,
  /** Equal last terms, but the candidate's log is shorter. */
  logShorter: 5,
} as const;
export type VoteRefusal = (typeof VoteRefusal)[keyof typeof VoteRefusal];

/** `context` of a (pre-)vote request that belongs to a leadership transfer: leases do not hold it up. */
export const transferContext = 1;

/**
 * A message, always of this one shape (hot paths stay monomorphic). What a field means depends on the type; unused
 * fields keep their zero.
 */
export type Message = {
  readonly type: MessageType;
  readonly to: NodeId;
  readonly from: NodeId;
  /** The sender's term; 0 for local messages, MsgProp and MsgReadIndex. A MsgPreVote asks at the term it would have. */
  readonly term: number;
  /** Term of the entry at `index`: previous entry (MsgApp), last entry (votes), conflict hint (MsgAppResp). */
  readonly logTerm: number;
  /** Previous entry (MsgApp), last entry (votes), acknowledged or rejected index (MsgAppResp), read index. */
  readonly index: number;
  readonly entries: readonly Entry[];
  /** The sender's commit index, cut to what the receiver has (heartbeats). */
  readonly commit: number;
  /** Only in MsgStorageAppend: the vote to store. */
  readonly vote: NodeId;
  readonly snapshot: Snapshot | null;
  /** A refusal; in MsgReadIndex: insist on a round of heartbeats even if the leader holds a lease. */
  readonly reject: boolean;
  /** MsgAppResp: the highest index at which the follower might agree. */
  readonly rejectHint: number;
  /** (Pre-)vote replies: why not. */
  readonly refusal: VoteRefusal;
  /** Heartbeats: the ReadIndex round. Votes: {@link transferContext}. Reads: the requester's id. */
  readonly context: number;
  /** Reads: the requester's incarnation, so that an answer to a former life is not taken for one to this. */
  readonly contextNonce: number;
  /** Only in storage messages: what to deliver once the work is durable, in order. */
  readonly responses: readonly Message[];
};

/** The one empty message list. */
export const noMessages: readonly Message[] = Object.freeze([]);

/** A message that its maker still fills in. */
export type MessageDraft = { -readonly [Field in keyof Message]: Message[Field] };

/**
 * Begins a message in which every other field is zero. For hot paths, which fill in what else there is to say and hand
 * it on: {@link makeMessage} has to look for each field that was not given.
 */
export function draftMessage(type: MessageType, to: NodeId, from: NodeId, term: number): MessageDraft {
  return {
    type,
    to,
    from,
    term,
    logTerm: 0,
    index: 0,
    entries: noEntries,
    commit: 0,
    vote: none,
    snapshot: null,
    reject: false,
    rejectHint: 0,
    refusal: VoteRefusal.none,
    context: 0,
    contextNonce: 0,
    responses: noMessages,
  };
}

/** Makes a message of the one fixed shape; what is left out is zero. */
export function makeMessage(type: MessageType, fields: Partial<Omit<Message, "type">> = {}): Message {
  return {
    type,
    to: fields.to ?? none,
    from: fields.from ?? none,
    term: fields.term ?? 0,
    logTerm: fields.logTerm ?? 0,
    index: fields.index ?? 0,
    entries: fields.entries ?? noEntries,
    commit: fields.commit ?? 0,
    vote: fields.vote ?? none,
    snapshot: fields.snapshot ?? null,
    reject: fields.reject ?? false,
    rejectHint: fields.rejectHint ?? 0,
    refusal: fields.refusal ?? VoteRefusal.none,
    context: fields.context ?? 0,
    contextNonce: fields.contextNonce ?? 0,
    responses: fields.responses ?? noMessages,
  };
}

/** Whether a message may only come from the member itself (its timers, transport or storage), never from a peer. */
export function isLocalMessage(type: MessageType): boolean {
  switch (type) {
    case MessageType.MsgHup:
    case MessageType.MsgBeat:
    case MessageType.MsgUnreachable:
    case MessageType.MsgSnapStatus:
    case MessageType.MsgCheckQuorum:
    case MessageType.MsgStorageAppend:
    case MessageType.MsgStorageAppendResp:
    case MessageType.MsgStorageApply:
    case MessageType.MsgStorageApplyResp:
      return true;
    default:
      return false;
  }
}

/** Whether a message answers one of ours, so that only a known member may send it. */
export function isResponseMessage(type: MessageType): boolean {
  switch (type) {
    case MessageType.MsgAppResp:
    case MessageType.MsgVoteResp:
    case MessageType.MsgPreVoteResp:
    case MessageType.MsgHeartbeatResp:
    case MessageType.MsgReadIndexResp:
    case MessageType.MsgUnreachable:
    case MessageType.MsgStorageAppendResp:
    case MessageType.MsgStorageApplyResp:
      return true;
    default:
      return false;
  }
}

/** Whether an address is one of the member's own storage threads. */
export function isLocalTarget(id: NodeId): boolean {
  return id === appendThread || id === applyThread;
}
