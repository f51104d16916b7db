/**
 * What an outsider sees of a run: one line per thing that went through a seam, in order.
 */

import type { MemberEvent } from "@quorate/member";
import type {
  ConfState,
  Entry,
  HardState,
  Message,
  NodeId,
  RaftEvent,
  SnapshotMetadata,
} from "@quorate/raft";
import type { Outcome, StoreEvent } from "@quorate/store";
import type { ClientSeen } from "./client-observation.ts";
import type { MachineSeen } from "./machine-observation.ts";

/** What a member writes to its log in one go. */
export type LogWriteSeen = { readonly hardState: HardState | null; readonly entries: readonly Entry[] };

/** What became of a process. */
export type LifeEvent =
  | "started"
  | "running"
  /** It ended by itself, or did not get as far as running; `detail` says why. */
  | "ended"
  | "killed"
  /** The power failed: what was not synced is gone, or some of it. */
  | "crashed"
  | "paused"
  | "resumed"
  /** Its disk is gone for good, and so is the member. */
  | "wiped";

/** What was seen; `Observation` adds when and at whom. */
export type Seen =
  /** What clients and the runner tell; `client-observation.ts` says who emits what, and when. */
  | ClientSeen
  /** What a state machine did that is not the store. */
  | MachineSeen
  /** Events that the member told; those about single messages are left out, since `sent` and `received` tell more. */
  | { readonly kind: "raft"; readonly event: RaftEvent }
  | { readonly kind: "member"; readonly event: MemberEvent }
  | { readonly kind: "store"; readonly event: StoreEvent }
  /** The core put entries into its log; they are not written yet. Follows the event of the core that says so. */
  | { readonly kind: "appended"; readonly entries: readonly Entry[] }
  /** A configuration came into force after the entry at `index`: when it was applied, with a snapshot, or at a start. */
  | {
      readonly kind: "config";
      readonly index: number;
      readonly config: ConfState;
      readonly by: "entry" | "snapshot" | "start";
    }
  /** A message as its sender handed it to its transport, and as its receiver's transport handed it on. */
  | { readonly kind: "sent"; readonly message: Message }
  | { readonly kind: "received"; readonly message: Message }
  /** A log write was handed over, and later the member was told that it is durable, by a disk that may lie. */
  | { readonly kind: "log-writing"; readonly write: LogWriteSeen }
  | {
      readonly kind: "log-durable";
      readonly write: LogWriteSeen;
      /** Whether it is so: a power failure would leave it, unless a sync lied. */
      readonly isOnPlatter: boolean;
    }
  /** A snapshot file of the member's is durable; the log is to be cut up to an index; the leader's took the log's place. */
  | {
      readonly kind: "snapshot-durable";
      readonly metadata: SnapshotMetadata;
      /** As of `log-durable`. */
      readonly isOnPlatter: boolean;
    }
  | { readonly kind: "log-compacted"; readonly upTo: number }
  | {
      readonly kind: "snapshot-installed";
      readonly metadata: SnapshotMetadata;
      readonly hardState: HardState;
    }
  /** What the log gave to the core. */
  | { readonly kind: "log-read"; readonly entries: readonly Entry[] }
  /** The log was opened: what a restart found, all entries that it keeps among it. */
  | {
      readonly kind: "recovered";
      readonly hardState: HardState;
      readonly confState: ConfState;
      readonly firstIndex: number;
      readonly lastIndex: number;
      readonly entries: readonly Entry[];
      readonly snapshot: SnapshotMetadata | null;
      /** The disk was made to lose something, or rots: the member may not come back, or not with everything. */
      readonly isCharged: boolean;
      /** Something was lost without any sign of it: that it is missing is not the member's fault. */
      readonly mayLack: boolean;
    }
  /** An entry was applied; the digest is that of the state machine after it; empty: it was not taken here. */
  | { readonly kind: "applied"; readonly entry: AppliedEntry; readonly digest: string }
  /** The state machine took a snapshot's state, or what its own disk had at a start. */
  | {
      readonly kind: "restored";
      readonly index: number;
      readonly digest: string;
      readonly by: "snapshot" | "start";
    }
  | {
      readonly kind: "life";
      readonly what: LifeEvent;
      readonly detail: string;
      /** Whether something that the world did to it explains why it ended. */
      readonly isCharged: boolean;
    }
  | { readonly kind: "fault"; readonly id: string; readonly what: string; readonly on: boolean };

/** An entry as the state machine got it, and what it made of it. */
export type AppliedEntry = {
  readonly index: number;
  readonly term: number;
  readonly data: Uint8Array;
  /** Null: the state machine is not the store. */
  readonly outcome: Outcome | null;
};

/** See the module. `node` is 0 for what concerns no member. */
export type Observation = { readonly atUs: number; readonly node: NodeId } & Seen;

/** Takes observations; must neither change anything nor throw. */
export type Observer = (observation: Observation) => void;
