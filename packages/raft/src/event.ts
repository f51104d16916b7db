/**
 * Events: every moment of the core that somebody may want to see, as plain data.
 *
 * One optional sink receives them synchronously, in the order in which things happen. Logs, metrics, traces and the
 * simulator's checkers are adapters over this sink; without one, no event is even built. A sink must not call back
 * into the core and must not keep the lists it is given without copying.
 */

import type { ConfChange, ConfChangeV2 } from "./conf-change.ts";
import type { Message, MessageType, VoteRefusal } from "./message.ts";
import type { RefusalCode } from "./outcome.ts";
import type { ProgressView } from "./progress.ts";
import type { ConfState, NodeId, SnapshotMetadata } from "./snapshot.ts";
import type { Role } from "./state.ts";

/** The position of a log's end. */
export type LogEnd = { readonly lastIndex: number; readonly lastTerm: number };

/** The inner positions of a log, for diagnosis. */
export type LogView = {
  readonly committed: number;
  readonly applied: number;
  readonly applying: number;
  readonly unstableOffset: number;
  readonly unstableOffsetInProgress: number;
  readonly unstableLength: number;
};

/** What an event tells; {@link RaftEvent} adds who and in which term. */
export type EventBody =
  // --- life and roles
  | ({
      readonly kind: "started";
      readonly members: readonly NodeId[];
      readonly commit: number;
      readonly applied: number;
    } & LogEnd)
  | { readonly kind: "role-changed"; readonly role: Role; readonly lead: NodeId }
  | { readonly kind: "leader-forgotten"; readonly lead: NodeId }
  | { readonly kind: "forget-leader-refused" }
  | { readonly kind: "stepped-down"; readonly cause: "quorum-inactive" | "resigned" }
  | {
      readonly kind: "higher-term-seen";
      readonly type: MessageType;
      readonly from: NodeId;
      readonly messageTerm: number;
    }
  | {
      readonly kind: "lower-term-ignored";
      readonly type: MessageType;
      readonly from: NodeId;
      readonly messageTerm: number;
    }
  // --- elections
  | { readonly kind: "campaign-started"; readonly transfer: boolean }
  | {
      readonly kind: "campaign-refused";
      readonly cause: "already-leader" | "not-promotable" | "conf-change-unapplied";
    }
  | ({
      readonly kind: "vote-requested";
      readonly type: MessageType;
      readonly to: NodeId;
      readonly atTerm: number;
    } & LogEnd)
  | ({
      readonly kind: "vote-granted" | "vote-refused" | "vote-ignored";
      readonly type: MessageType;
      readonly candidate: NodeId;
      readonly candidateTerm: number;
      readonly candidateLastIndex: number;
      readonly candidateLastTerm: number;
      /** The vote held in this term. */
      readonly vote: NodeId;
      /** Why it was refused; `none` if granted or ignored. */
      readonly refusal: VoteRefusal;
      /** Ticks that the leader's lease still holds; 0 unless ignored. */
      readonly leaseTicks: number;
    } & LogEnd)
  | {
      readonly kind: "vote-received";
      readonly type: MessageType;
      readonly from: NodeId;
      readonly granted: boolean;
      readonly refusal: VoteRefusal;
    }
  | {
      readonly kind: "votes-tallied";
      readonly type: MessageType;
      readonly granted: number;
      readonly refused: number;
    }
  // --- proposals and membership
  | {
      readonly kind: "proposal-dropped";
      readonly cause: RefusalCode;
      readonly lead: NodeId;
      readonly transferee: NodeId;
    }
  | {
      readonly kind: "conf-change-refused";
      readonly change: ConfChange | ConfChangeV2;
      readonly config: ConfState;
      readonly cause: RefusalCode;
      readonly pendingIndex: number;
      readonly applied: number;
    }
  | {
      readonly kind: "conf-change-proposed";
      readonly index: number;
      readonly change: ConfChange | ConfChangeV2;
    }
  | { readonly kind: "config-switched"; readonly config: ConfState }
  | { readonly kind: "auto-leave"; readonly config: ConfState; readonly refusal: RefusalCode | null }
  // --- replication
  | { readonly kind: "entries-appended"; readonly firstIndex: number; readonly lastIndex: number }
  | { readonly kind: "commit-advanced"; readonly from: number; readonly commit: number }
  | {
      readonly kind: "commit-refused";
      readonly from: NodeId;
      readonly commit: number;
      readonly lastIndex: number;
    }
  | {
      readonly kind: "conflict-found";
      readonly index: number;
      readonly existingTerm: number;
      readonly conflictingTerm: number;
    }
  | {
      readonly kind: "append-refused";
      readonly from: NodeId;
      readonly index: number;
      readonly logTerm: number;
      /** Term of the own entry at `index`; 0 if there is none. */
      readonly ownTerm: number;
    }
  | {
      readonly kind: "append-rejected";
      readonly from: NodeId;
      readonly index: number;
      readonly hintIndex: number;
      readonly hintTerm: number;
    }
  | { readonly kind: "progress-decreased"; readonly peer: NodeId; readonly progress: ProgressView }
  | { readonly kind: "progress-unknown"; readonly peer: NodeId }
  | { readonly kind: "peer-unreachable"; readonly peer: NodeId; readonly progress: ProgressView }
  | {
      readonly kind: "replication-resumed";
      readonly peer: NodeId;
      readonly cause: "caught-up" | "snapshot-sent" | "snapshot-failed";
      readonly progress: ProgressView;
    }
  // --- the unstable log
  | { readonly kind: "unstable-replaced" | "unstable-truncated"; readonly index: number }
  | {
      readonly kind: "stable-ignored";
      readonly cause: "missing" | "snapshot" | "mismatch";
      readonly index: number;
      readonly logTerm: number;
      readonly ownIndex: number;
      readonly ownTerm: number;
    }
  | { readonly kind: "stable-outdated"; readonly type: MessageType; readonly messageTerm: number }
  // --- snapshots
  | { readonly kind: "snapshot-deferred"; readonly peer: NodeId; readonly cause: "inactive" | "unavailable" }
  | {
      readonly kind: "snapshot-sent";
      readonly peer: NodeId;
      readonly firstIndex: number;
      readonly commit: number;
      readonly snapshot: SnapshotMetadata;
      readonly progress: ProgressView;
    }
  | { readonly kind: "replication-paused"; readonly peer: NodeId; readonly progress: ProgressView }
  | { readonly kind: "log-restoring"; readonly log: LogView; readonly snapshot: SnapshotMetadata }
  | ({
      readonly kind: "log-restored" | "log-fast-forwarded";
      readonly commit: number;
      readonly snapshot: SnapshotMetadata;
    } & LogEnd)
  | {
      readonly kind: "snapshot-taken" | "snapshot-ignored";
      readonly commit: number;
      readonly snapshot: SnapshotMetadata;
    }
  | {
      readonly kind: "snapshot-refused";
      readonly cause: "not-follower" | "not-a-member";
      readonly snapshot: SnapshotMetadata;
    }
  // --- leadership transfer
  | {
      readonly kind: "transfer-started" | "transfer-repeated";
      readonly transferee: NodeId;
    }
  | {
      readonly kind: "transfer-aborted";
      readonly transferee: NodeId;
      /** Another transfer was asked for; or it is no voter any more. */
      readonly cause: "replaced" | "removed";
    }
  | {
      readonly kind: "transfer-ignored";
      readonly transferee: NodeId;
      readonly cause: "learner" | "self" | "no-leader";
    }
  | { readonly kind: "transfer-timed-out"; readonly transferee: NodeId }
  | { readonly kind: "timeout-now-sent"; readonly transferee: NodeId; readonly atOnce: boolean }
  | { readonly kind: "timeout-now-received"; readonly from: NodeId; readonly role: Role }
  // --- reads
  | { readonly kind: "read-dropped"; readonly cause: "no-leader" | "term-changed"; readonly reads: number }
  | { readonly kind: "read-released"; readonly index: number; readonly reads: number }
  // --- traffic
  | { readonly kind: "message-received" | "message-queued"; readonly message: Message }
  | { readonly kind: "failed"; readonly message: string };

/** An event: who, at which term when it happened, and what. */
export type RaftEvent = { readonly id: NodeId; readonly term: number } & EventBody;

/** Receives events; see the module's rules. */
export type EventSink = (event: RaftEvent) => void;
