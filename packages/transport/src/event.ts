/**
 * Events: what operators may want to see of the transport, as plain data, given to one optional sink.
 *
 * A sink is called synchronously; it must not throw and must not call back into the transport.
 */

import type { NodeId } from "@quorate/raft";
import type { LaneName } from "./lane.ts";
import type { RefusalCauseName } from "./refusal.ts";
import type { WireFault } from "./transport-error.ts";

/** Who dialed: `out` is this member. */
export type Direction = "in" | "out";

/**
 * Why a connection ended or did not come about, besides what was wrong with its bytes:
 *
 * - `closed`: the peer closed it.
 * - `error`: the operating system says so; the text has its code.
 * - `silent`: nothing was heard for `silenceMs`.
 * - `timeout`: it did not come about in time.
 * - `refused`: the peer's handshake refused it.
 * - `superseded`: the peer made a new one.
 * - `too-much`: more connections or bytes than an unauthenticated peer may have.
 * - `local`: this member closed it: the peer was removed, moved or isolated, or the transport is closing.
 */
export type DisconnectCause =
  | WireFault
  | "closed"
  | "error"
  | "silent"
  | "timeout"
  | "refused"
  | "superseded"
  | "too-much"
  | "local";

/** A complete snapshot. */
export type SnapshotEnd = { readonly peer: NodeId; readonly id: string; readonly totalBytes: number };

/** A snapshot that begins at a byte: above 0 if it is resumed. */
export type SnapshotBegin = SnapshotEnd & { readonly offset: number };

/** An event. `text` is for people. */
export type TransportEvent =
  | {
      readonly kind: "connected";
      readonly peer: NodeId;
      readonly lane: LaneName;
      readonly direction: Direction;
      readonly address: string;
      readonly version: number;
      readonly incarnation: number;
    }
  | {
      readonly kind: "disconnected";
      readonly peer: NodeId;
      readonly lane: LaneName;
      readonly direction: Direction;
      readonly cause: DisconnectCause;
      readonly text: string;
    }
  | {
      readonly kind: "dial-failed";
      readonly peer: NodeId;
      readonly lane: LaneName;
      readonly address: string;
      readonly cause: DisconnectCause;
      readonly text: string;
      readonly retryMs: number;
    }
  /** This member refused a peer. `peer` is what it called itself. */
  | {
      readonly kind: "peer-refused";
      readonly peer: NodeId;
      readonly address: string;
      readonly cause: RefusalCauseName;
      readonly text: string;
      readonly remedy: string;
    }
  /** A peer refused this member. */
  | {
      readonly kind: "refused-by-peer";
      readonly peer: NodeId;
      readonly address: string;
      readonly cause: RefusalCauseName | "unknown";
      readonly text: string;
      readonly remedy: string;
    }
  /** Somebody without an identity asked; `text` says what became of it. */
  | {
      readonly kind: "inquiry-answered" | "inquiry-refused";
      readonly address: string;
      readonly text: string;
    }
  /** Somebody connected who did not complete a handshake. */
  | {
      readonly kind: "stranger-dropped";
      readonly address: string;
      readonly cause: DisconnectCause;
      readonly text: string;
    }
  | {
      readonly kind: "peer-restarted";
      readonly peer: NodeId;
      readonly before: number;
      readonly incarnation: number;
    }
  /** Messages were dropped: the queue was full, or one of them exceeds `unitBytesMax`. */
  | {
      readonly kind: "messages-dropped";
      readonly peer: NodeId;
      readonly lane: LaneName;
      readonly cause: "queue-full" | "too-large";
      readonly count: number;
    }
  | { readonly kind: "tls-reloaded"; readonly subject: string; readonly validTo: string }
  | { readonly kind: "tls-reload-failed"; readonly text: string }
  | ({ readonly kind: "snapshot-sending" } & SnapshotBegin)
  | ({ readonly kind: "snapshot-receiving" } & SnapshotBegin)
  | ({ readonly kind: "snapshot-sent" } & SnapshotEnd)
  | ({ readonly kind: "snapshot-received" } & SnapshotEnd)
  | {
      readonly kind: "snapshot-failed";
      readonly peer: NodeId;
      readonly direction: Direction;
      readonly text: string;
    };

/** Receives every event. */
export type TransportEventSink = (event: TransportEvent) => void;
