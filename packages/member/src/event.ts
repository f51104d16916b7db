/**
 * Events: what a member tells about itself, as plain data, to one optional sink. Logs, metrics and dashboards are
 * adapters over it. The core's and the links' events come through the same sink, marked by `source`.
 */

import type { NodeId, RaftEvent, Role } from "@quorate/raft";
import type { TransportEvent } from "@quorate/transport";

/** What only the member knows. */
export type MemberEvent =
  | { readonly kind: "leader-changed"; readonly lead: NodeId; readonly term: number; readonly role: Role }
  | { readonly kind: "quorum-lost"; readonly sinceMs: number }
  | { readonly kind: "quorum-regained"; readonly lostMs: number }
  /** The process was held up, for so long at least; the lease is broken and no ticks are made up for. */
  | { readonly kind: "paused"; readonly pausedMs: number }
  | { readonly kind: "disk-write"; readonly entries: number; readonly durationMs: number }
  | { readonly kind: "disk-stalled"; readonly forMs: number }
  | { readonly kind: "disk-recovered"; readonly afterMs: number }
  | {
      readonly kind: "peer-suspected" | "peer-failed" | "peer-alive";
      readonly peer: NodeId;
      readonly silentMs: number;
    }
  | { readonly kind: "election-window"; readonly lowMs: number; readonly highMs: number }
  | {
      readonly kind: "snapshot-begun" | "snapshot-done" | "snapshot-restored";
      readonly index: number;
      readonly bytes: number;
    }
  | { readonly kind: "snapshot-failed"; readonly index: number; readonly message: string }
  /** The machine keeps its state itself; this only lets the log be cut. */
  | { readonly kind: "light-snapshot"; readonly index: number }
  | { readonly kind: "log-compacted"; readonly upTo: number }
  /** A machine's own disk has everything up to here. */
  | { readonly kind: "state-flushed"; readonly index: number; readonly durationMs: number }
  | { readonly kind: "membership"; readonly step: string; readonly message: string }
  | { readonly kind: "isolated"; readonly on: boolean }
  | { readonly kind: "bootstrap-waiting"; readonly unheard: readonly string[] }
  /** Something that the log had to repair when it was opened: a torn tail that was cut, a damaged copy. */
  | { readonly kind: "recovered"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** An event with its source. */
export type SourcedEvent =
  | { readonly source: "member"; readonly event: MemberEvent }
  | { readonly source: "raft"; readonly event: RaftEvent }
  | { readonly source: "transport"; readonly event: TransportEvent };

/** Receives events synchronously; must neither throw nor call back into the member. */
export type EventSink = (event: SourcedEvent) => void;
