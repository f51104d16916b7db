/**
 * The public interface of `@quorate/raft`. See README.md for how the pieces fit.
 */

export {
  asV2,
  type ConfChange,
  type ConfChangeKind,
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  confChangeKind,
  decodeConfChange,
  decodeConfChangeV2,
  encodeConfChange,
  encodeConfChangeV2,
  isLeaveJoint,
  isSingleChange,
  leaveJointChange,
} from "./conf-change.ts";
export {
  applySimple,
  emptyMembership,
  enterJoint,
  isJoint,
  leaveJoint,
  type Membership,
  type MembershipContext,
  restoreMembership,
} from "./conf-changer.ts";
export { type RaftConfig, type ReadMode, unlimited } from "./config.ts";
export type { CoreView } from "./core-view.ts";
export {
  type Entry,
  EntryType,
  entriesBytes,
  entryBytes,
  limitBytes,
  makeEntry,
  noData,
  noEntries,
  payloadBytes,
} from "./entry.ts";
export type { EventBody, EventSink, LogEnd, LogView, RaftEvent } from "./event.ts";
export { MemoryStorage } from "./memory-storage.ts";
export {
  appendThread,
  applyThread,
  isLocalMessage,
  isLocalTarget,
  isResponseMessage,
  type Message,
  type MessageName,
  MessageType,
  makeMessage,
  messageName,
  noMessages,
  transferContext,
  VoteRefusal,
} from "./message.ts";
export { accepted, type Outcome, RaftError, type Refusal, type RefusalCode, refuse } from "./outcome.ts";
export { type Progress, ProgressState, type ProgressView } from "./progress.ts";
export {
  type AckedIndexes,
  jointCommitted,
  jointVote,
  majorityCommitted,
  majoritySize,
  majorityVote,
  VoteResult,
} from "./quorum.ts";
export type { Random } from "./random.ts";
export { RawNode } from "./raw-node.ts";
export type { ReadState, Ready } from "./ready.ts";
export {
  type ConfState,
  emptyConfState,
  equalConfStates,
  type NodeId,
  none,
  type Snapshot,
  type SnapshotMetadata,
} from "./snapshot.ts";
export { emptyHardState, equalHardStates, type HardState, Role, roleName, type SoftState } from "./state.ts";
export type { Status } from "./status.ts";
export type { Storage, StorageFault } from "./storage.ts";
