/**
 * A connection after its handshake: frames in, frames out, one end.
 */

import type { Socket } from "node:net";
import type { NodeId } from "@quorate/raft";
import type { Clock } from "./clock.ts";
import type { Direction, DisconnectCause } from "./event.ts";
import { FrameReader, type FrameType, makeFrame, nextSequence, type Unit } from "./frame.ts";
import type { Lane } from "./lane.ts";
import type { TcpLimits } from "./limits.ts";
import { WireError } from "./transport-error.ts";

/** What the owner of a connection does. */
export type ConnectionHandlers = {
  /** A unit came. A WireError thrown here closes the connection; anything else is a bug and is not caught. */
  onUnit(unit: Unit): void;
  /** There is room again after `isWritable` was false. */
  onWritable(): void;
  /** It ended; called once. */
  onClosed(cause: DisconnectCause, text: string): void;
};

/** Who is at the other end. */
export type ConnectionIdentity = {
  readonly peer: NodeId;
  readonly lane: Lane;
  readonly direction: Direction;
  readonly address: string;
  readonly version: number;
  readonly incarnation: number;
};

/** One authenticated socket. */
export class Connection {
  readonly identity: ConnectionIdentity;
  readonly openedAtMs: number;
  /** When bytes last came, or when the peer was last given a new period. */
  heardAtMs: number;
  sentBytes = 0;
  receivedBytes = 0;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #reader: FrameReader;
  #handlers: ConnectionHandlers | null = null;
  #sequence = 0;
  #writtenAtMs: number;
  #closed = false;

  constructor(socket: Socket, identity: ConnectionIdentity, limits: TcpLimits, clock: Clock) {
    this.identity = identity;
    this.#socket = socket;
    this.#clock = clock;
    this.#reader = new FrameReader(identity.lane, limits);
    this.openedAtMs = clock.now();
    this.heardAtMs = this.openedAtMs;
    this.#writtenAtMs = this.openedAtMs;
  }

  /** Begins to read; `rest` came together with the handshake. */
  start(handlers: ConnectionHandlers, rest: Uint8Array): void {
    this.#handlers = handlers;
    const socket = this.#socket;
    socket.on("data", (bytes: Buffer) => this.#onData(bytes));
    socket.on("drain", () => {
      if (!this.#closed) handlers.onWritable();
    });
    socket.on("error", (error: Error) => this.close("error", error.message));
    socket.on("end", () => this.close("closed", "the peer closed the connection"));
    socket.on("close", () => this.close("closed", "the connection ended"));
    if (socket.destroyed) this.close("closed", "the connection ended");
    else if (rest.length > 0) this.#onData(rest);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Whether more may be written without piling up in this process. */
  get isWritable(): boolean {
    return !this.#closed && !this.#socket.writableNeedDrain;
  }

  /** Writes one frame around `payload[from, to)`, which is copied. */
  write(type: FrameType, flags: number, payload: Uint8Array, from = 0, to: number = payload.length): void {
    if (this.#closed) return;
    const frame = makeFrame(type, this.identity.lane, flags, this.#sequence, payload, from, to);
    this.#sequence = nextSequence(this.#sequence);
    this.sentBytes += frame.length;
    if (!this.#socket.writableNeedDrain) this.#writtenAtMs = this.#clock.now();
    this.#socket.write(frame, this.#onWritten);
  }

  /** For how long bytes have been waiting without any of them getting away; 0 if none wait. */
  stalledMs(nowMs: number): number {
    return this.#socket.writableNeedDrain ? nowMs - this.#writtenAtMs : 0;
  }

  /** Stops and continues reading: back-pressure. */
  setReading(on: boolean): void {
    if (on) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Ends it at once. What was not sent is lost. */
  close(cause: DisconnectCause, text: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    this.#handlers?.onClosed(cause, text);
  }

  /** Ends it after what was written has gone out; the peer must close its side. */
  finish(): void {
    this.#socket.end();
  }

  readonly #onWritten = (): void => {
    this.#writtenAtMs = this.#clock.now();
  };

  #onData(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.heardAtMs = this.#clock.now();
    this.receivedBytes += bytes.length;
    try {
      this.#reader.push(bytes);
      for (let unit = this.#reader.next(); unit !== null; unit = this.#reader.next()) {
        this.#handlers?.onUnit(unit);
        if (this.#closed) return;
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.close(error.fault, error.message);
    }
  }
}
