/**
 * Receives snapshots: each on a connection of its own, into the member's sink.
 */

import { type Message, MessageType, type NodeId } from "@quorate/raft";
import { corrupt } from "./bytes.ts";
import type { Connection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { FrameType, type Unit } from "./frame.ts";
import {
  decodeSnapshotChunk,
  decodeSnapshotOffer,
  encodePosition,
  encodeSnapshotResult,
  type SnapshotOfferPayload,
  shorten,
} from "./payload.ts";
import type { SnapshotSink, SnapshotWriter } from "./snapshot-stream.ts";
import { WireError } from "./transport-error.ts";
import { Waker } from "./waker.ts";

/** All transfers that come in; it keeps their number and their ids apart. */
export class SnapshotReceivers {
  readonly #environment: Environment;
  readonly #sink: SnapshotSink | null;
  /** A complete and stored snapshot's message; the transport checks and hands it up. */
  readonly #onComplete: (peer: NodeId, message: Message) => void;
  /** By snapshot id, until its writer is closed. */
  readonly #open: Map<string, { readonly receiver: SnapshotReceiver; readonly ended: Promise<void> }> =
    new Map();
  #underWay = 0;
  #closed = false;

  constructor(
    environment: Environment,
    sink: SnapshotSink | null,
    onComplete: (peer: NodeId, message: Message) => void,
  ) {
    this.#environment = environment;
    this.#sink = sink;
    this.#onComplete = onComplete;
  }

  /** Serves a fresh connection of the snapshot lane; the caller forwards its units and its end. */
  accept(connection: Connection, checkMessage: (message: Message) => void): SnapshotReceiver {
    return new SnapshotReceiver(connection, checkMessage, (receiver, offer) => {
      void this.#run(receiver, offer);
    });
  }

  /** Hands up no snapshot any more; resolves when the sink is not used any more. Connections must have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open.values()].map((transfer) => transfer.ended));
  }

  async #run(receiver: SnapshotReceiver, offer: SnapshotOfferPayload): Promise<void> {
    const { snapshotsReceivedMax } = this.#environment.limits;
    const { peer } = receiver.connection.identity;
    const before = this.#open.get(offer.id);
    if (this.#sink === null) return receiver.refuse("this member takes no snapshots");
    if (before !== undefined && !before.receiver.connection.isClosed) {
      return receiver.refuse("another peer is sending this snapshot already");
    }
    if (this.#underWay >= snapshotsReceivedMax) {
      return receiver.refuse(`${snapshotsReceivedMax} snapshots are being received already`);
    }
    this.#underWay++;
    const sink = this.#sink;
    const ended = (before?.ended ?? Promise.resolve())
      .then(() => receiver.receive(sink, offer, this.#environment))
      .then(
        (complete) => {
          if (complete && !this.#closed) this.#onComplete(peer, offer.message);
          receiver.report(complete, "");
        },
        (error: unknown) => this.#fail(receiver, error),
      );
    this.#open.set(offer.id, { receiver, ended });
    await ended;
    this.#underWay--;
    if (this.#open.get(offer.id)?.receiver === receiver) this.#open.delete(offer.id);
  }

  #fail(receiver: SnapshotReceiver, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const { peer } = receiver.connection.identity;
    this.#environment.emit({ kind: "snapshot-failed", peer, direction: "in", text });
    receiver.refuse(text);
  }
}

/** One connection of the snapshot lane, and the transfer on it. */
export class SnapshotReceiver {
  readonly connection: Connection;
  readonly #checkMessage: (message: Message) => void;
  readonly #onOffer: (receiver: SnapshotReceiver, offer: SnapshotOfferPayload) => void;
  readonly #waker: Waker = new Waker();
  #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #totalBytes = 0;
  /** Where the next chunk must begin; null before the sender was told to begin. */
  #dueOffset: number | null = null;
  #offered = false;
  /** The result was said: what still comes is read and forgotten, so that the result is not lost to a reset. */
  #over = false;

  constructor(
    connection: Connection,
    checkMessage: (message: Message) => void,
    onOffer: (receiver: SnapshotReceiver, offer: SnapshotOfferPayload) => void,
  ) {
    this.connection = connection;
    this.#checkMessage = checkMessage;
    this.#onOffer = onOffer;
  }

  /** A unit came. @throws WireError */
  onUnit(unit: Unit, windowBytes: number): void {
    if (this.#over) return;
    if (unit.type === FrameType.snapshotOffer && !this.#offered) {
      const offer = decodeSnapshotOffer(unit.payload);
      if (offer.message.type !== MessageType.MsgSnap || offer.message.snapshot === null) {
        throw new WireError("forbidden", "an offer without a MsgSnap");
      }
      this.#checkMessage(offer.message);
      this.#offered = true;
      this.#totalBytes = offer.totalBytes;
      this.#onOffer(this, offer);
    } else if (unit.type === FrameType.snapshotChunk && this.#dueOffset !== null) {
      this.#onChunk(unit.payload, this.#dueOffset, windowBytes);
    } else {
      throw new WireError(
        "forbidden",
        `frame type ${unit.type} where a snapshot's connection does not have it`,
      );
    }
  }

  /** The connection ended. */
  onClosed(): void {
    this.#waker.wake();
  }

  /** Tells the sender that it failed for good. */
  refuse(text: string): void {
    this.report(false, text);
  }

  /** Tells the sender how it ended, and ends the connection. */
  report(ok: boolean, text: string): void {
    if (this.connection.isClosed) return;
    this.#over = true;
    this.#chunks = [];
    this.connection.setReading(true);
    this.connection.write(FrameType.snapshotResult, 0, encodeSnapshotResult({ ok, text: shorten(text) }));
    this.connection.finish();
  }

  /** Stores everything that comes. True when it is complete, verified and stored; false if the connection ended. */
  async receive(sink: SnapshotSink, offer: SnapshotOfferPayload, environment: Environment): Promise<boolean> {
    const { id, totalBytes, checksum, message } = offer;
    const { peer } = this.connection.identity;
    const { snapshot } = message;
    if (snapshot === null) throw corrupt("an offer without a snapshot");
    const writer = await sink.begin(peer, { id, totalBytes, checksum, snapshot });
    try {
      const offset = writer.receivedBytes;
      if (!(Number.isSafeInteger(offset) && offset >= 0 && offset <= totalBytes)) {
        throw new Error(`the sink has ${offset} of ${totalBytes} bytes`);
      }
      environment.emit({ kind: "snapshot-receiving", peer, id, offset, totalBytes });
      this.#dueOffset = offset;
      this.connection.write(FrameType.snapshotResume, 0, encodePosition(offset));
      if (!(await this.#store(writer, offset, environment.limits.snapshotWindowBytes))) return false;
      await this.#finish(writer, environment);
      environment.emit({ kind: "snapshot-received", peer, id, totalBytes });
      return true;
    } finally {
      await writer.close();
    }
  }

  /** Verifying a large snapshot takes long; the sender must not take that for a stall. */
  async #finish(writer: SnapshotWriter, environment: Environment): Promise<void> {
    const { clock, limits } = environment;
    let cancelTimer = (): void => {};
    const tell = (): void => {
      if (this.connection.isWritable) {
        this.connection.write(FrameType.snapshotProgress, 0, encodePosition(this.#totalBytes));
      }
      cancelTimer = clock.setTimer(tell, limits.stallMs / 4);
    };
    cancelTimer = clock.setTimer(tell, limits.stallMs / 4);
    try {
      await writer.finish();
    } finally {
      cancelTimer();
    }
  }

  async #store(writer: SnapshotWriter, from: number, windowBytes: number): Promise<boolean> {
    let stored = from;
    let reported = from;
    while (stored < this.#totalBytes) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) {
        if (this.connection.isClosed) return false;
        await this.#waker.wait();
        continue;
      }
      await writer.write(chunk);
      stored += chunk.length;
      this.#waitingBytes -= chunk.length;
      if (this.#waitingBytes < windowBytes) this.connection.setReading(true);
      if (stored - reported >= windowBytes && this.connection.isWritable) {
        this.connection.write(FrameType.snapshotProgress, 0, encodePosition(stored));
        reported = stored;
      }
    }
    return true;
  }

  #onChunk(payload: Uint8Array, dueOffset: number, windowBytes: number): void {
    const { offset, bytes } = decodeSnapshotChunk(payload);
    if (offset !== dueOffset || bytes.length === 0 || bytes.length > this.#totalBytes - offset) {
      throw corrupt(`a chunk of ${bytes.length} bytes at ${offset} where ${dueOffset} was due`);
    }
    this.#dueOffset = offset + bytes.length;
    this.#chunks.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= windowBytes) this.connection.setReading(false);
    this.#waker.wake();
  }
}
