/**
 * Sends one snapshot to one peer: opens it, offers it, streams it, and begins again where a connection broke.
 */

import type { Message, NodeId } from "@quorate/raft";
import { backoffMs } from "./back-off.ts";
import type { Connection } from "./connection.ts";
import { type DialOutcome, dial } from "./dial.ts";
import type { Environment } from "./environment.ts";
import { FrameType, type Unit } from "./frame.ts";
import { Lane, laneName } from "./lane.ts";
import {
  decodePosition,
  decodeSnapshotResult,
  encodeSnapshotChunk,
  encodeSnapshotOffer,
  type SnapshotResultPayload,
} from "./payload.ts";
import { RateLimit } from "./rate-limit.ts";
import {
  type SnapshotReader,
  type SnapshotSource,
  snapshotChecksumBytesMax,
  snapshotIdBytesMax,
} from "./snapshot-stream.ts";
import { WireError } from "./transport-error.ts";
import { Waker } from "./waker.ts";

export type SnapshotSenderOptions = {
  readonly peer: NodeId;
  readonly message: Message;
  readonly source: SnapshotSource;
  /** Where the peer is now; empty if nobody knows. */
  addresses(): readonly string[];
  onProgress(storedBytes: number, totalBytes: number): void;
  /** How it ended; not called after `cancel`. */
  onResult(ok: boolean): void;
};

export class SnapshotSender {
  readonly #environment: Environment;
  readonly #options: SnapshotSenderOptions;
  readonly #waker: Waker = new Waker();
  readonly #rate: RateLimit;
  #cancelled = false;
  // Of the connection in use.
  #connection: Connection | null = null;
  #resumeFrom: number | null = null;
  #result: SnapshotResultPayload | null = null;
  /** What the peer reported as stored, over all connections. */
  #storedBytes = -1;
  #progressed = false;
  #totalBytes = 0;
  #heardAtMs = 0;

  constructor(environment: Environment, options: SnapshotSenderOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#rate = new RateLimit(environment.limits.snapshotBytesPerSecond, environment.clock.now());
  }

  /** Runs to the end; never rejects. */
  async run(): Promise<void> {
    let failure: string | null;
    try {
      failure = await this.#transfer();
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    this.#connection?.close("local", "the transfer is over");
    if (this.#cancelled) return;
    if (failure !== null) this.#fail(failure);
    this.#options.onResult(failure === null);
  }

  /** Ends it without a result. */
  cancel(): void {
    this.#cancelled = true;
    this.#connection?.close("local", "the transfer was replaced or ended");
    this.#waker.wake();
  }

  #fail(text: string): void {
    this.#environment.emit({ kind: "snapshot-failed", peer: this.#options.peer, direction: "out", text });
  }

  /** Null if it arrived, otherwise why not. */
  async #transfer(): Promise<string | null> {
    const { peer, message, source } = this.#options;
    if (message.snapshot === null) return "a MsgSnap without a snapshot";
    const reader = await source.open(peer, message.snapshot);
    try {
      if (
        Buffer.byteLength(reader.id) > snapshotIdBytesMax ||
        reader.checksum.length > snapshotChecksumBytesMax
      ) {
        return `the id or checksum of snapshot ${reader.id} is too long`;
      }
      this.#totalBytes = reader.totalBytes;
      return await this.#attempts(reader);
    } finally {
      await reader.close();
    }
  }

  async #attempts(reader: SnapshotReader): Promise<string | null> {
    const { limits, random } = this.#environment;
    let failures = 0;
    let turn = 0;
    while (!this.#cancelled) {
      this.#progressed = false;
      const lost = await this.#attempt(reader, turn++);
      const result = this.#result;
      if (result !== null) return result.ok ? null : `the peer could not store it: ${result.text}`;
      failures = this.#progressed ? 1 : failures + 1;
      if (failures >= limits.snapshotAttemptsMax) return `gave up after ${failures} connections: ${lost}`;
      await this.#pause(backoffMs(failures - 1, limits, random));
    }
    return "cancelled";
  }

  /** One connection. Returns why it ended; `#result` tells whether that was the end. */
  async #attempt(reader: SnapshotReader, turn: number): Promise<string> {
    const lost = await this.#connect(turn);
    const connection = this.#connection;
    if (connection === null) return lost;
    const { message, peer } = this.#options;
    const { id, totalBytes, checksum } = reader;
    connection.write(FrameType.snapshotOffer, 0, encodeSnapshotOffer({ id, totalBytes, checksum, message }));
    await this.#until(() => this.#resumeFrom !== null || this.#result !== null);
    const offset = this.#resumeFrom;
    if (offset !== null && this.#result === null && !connection.isClosed) {
      if (offset > totalBytes) throw new Error(`the peer has ${offset} of ${totalBytes} bytes`);
      this.#environment.emit({ kind: "snapshot-sending", peer, id, offset, totalBytes });
      await this.#stream(connection, reader, offset);
      await this.#until(() => this.#result !== null);
    }
    const result = this.#result;
    if (result?.ok === true) this.#environment.emit({ kind: "snapshot-sent", peer, id, totalBytes });
    connection.close("local", "the attempt is over");
    this.#connection = null;
    return "the connection ended";
  }

  async #stream(connection: Connection, reader: SnapshotReader, from: number): Promise<void> {
    const { limits, clock } = this.#environment;
    let offset = from;
    while (offset < reader.totalBytes) {
      const bytes = await reader.read(offset, Math.min(limits.chunkBytes, reader.totalBytes - offset));
      if (bytes.length === 0 || bytes.length > reader.totalBytes - offset) {
        throw new Error(
          `snapshot ${reader.id} gave ${bytes.length} bytes at ${offset} of ${reader.totalBytes}`,
        );
      }
      const waitMs = this.#rate.take(bytes.length, clock.now());
      await this.#pause(waitMs);
      await this.#until(() => connection.isWritable || this.#result !== null);
      if (this.#isOver(connection) || this.#result !== null) return;
      connection.write(FrameType.snapshotChunk, 0, encodeSnapshotChunk(offset, bytes));
      offset += bytes.length;
    }
  }

  /** Waits for a condition on the current connection, or for its end; a peer without progress is given up. */
  async #until(condition: () => boolean): Promise<void> {
    const { clock, limits } = this.#environment;
    const connection = this.#connection;
    this.#heardAtMs = clock.now();
    while (connection !== null && !condition() && !this.#isOver(connection)) {
      const leftMs = this.#heardAtMs + limits.stallMs - clock.now();
      if (leftMs <= 0) connection.close("silent", `no progress for ${limits.stallMs} ms`);
      else await this.#sleep(leftMs);
    }
  }

  #isOver(connection: Connection): boolean {
    return this.#cancelled || connection.isClosed;
  }

  /** For so long, whatever happens, unless the transfer or its connection ends. */
  async #pause(delayMs: number): Promise<void> {
    const { clock } = this.#environment;
    const untilMs = clock.now() + delayMs;
    const connection = this.#connection;
    for (let leftMs = delayMs; leftMs > 0; leftMs = untilMs - clock.now()) {
      if (this.#cancelled || connection?.isClosed === true) return;
      await this.#sleep(leftMs);
    }
  }

  /** Until something happens, at most `delayMs`. */
  async #sleep(delayMs: number): Promise<void> {
    const cancelTimer = this.#environment.clock.setTimer(() => this.#waker.wake(), delayMs);
    await this.#waker.wait();
    cancelTimer();
  }

  /** Sets `#connection`, or returns why it could not. */
  async #connect(turn: number): Promise<string> {
    const addresses = this.#options.addresses();
    const address = addresses[turn % Math.max(1, addresses.length)];
    if (address === undefined) return "nobody knows where the peer is";
    const { peer } = this.#options;
    const cell: { outcome: DialOutcome | null } = { outcome: null };
    const cancelDial = dial(this.#environment, { peer, address, lane: Lane.snapshot }, (settled) => {
      cell.outcome = settled;
      if (settled.ok) this.#open(settled.connection, settled.rest);
      this.#waker.wake();
    });
    while (cell.outcome === null && !this.#cancelled) await this.#waker.wait();
    if (cell.outcome === null) {
      cancelDial();
      return "cancelled";
    }
    return cell.outcome.ok ? "" : cell.outcome.text;
  }

  #open(connection: Connection, rest: Uint8Array): void {
    this.#connection = connection;
    this.#resumeFrom = null;
    const { peer, lane, direction } = connection.identity;
    connection.start(
      {
        onUnit: (unit) => this.#onUnit(unit),
        onWritable: () => {
          this.#heardAtMs = this.#environment.clock.now();
          this.#waker.wake();
        },
        onClosed: (cause, text) => {
          this.#environment.emit({
            kind: "disconnected",
            peer,
            lane: laneName(lane),
            direction,
            cause,
            text,
          });
          this.#waker.wake();
        },
      },
      rest,
    );
    if (this.#cancelled) connection.close("local", "the transfer was replaced or ended");
  }

  #onUnit(unit: Unit): void {
    this.#heardAtMs = this.#environment.clock.now();
    if (unit.type === FrameType.snapshotResume) {
      this.#resumeFrom = decodePosition(unit.payload);
      this.#noteStored(this.#resumeFrom);
    } else if (unit.type === FrameType.snapshotProgress) {
      this.#noteStored(decodePosition(unit.payload));
    } else if (unit.type === FrameType.snapshotResult) {
      this.#result = decodeSnapshotResult(unit.payload);
    } else {
      throw new WireError("forbidden", `frame type ${unit.type} on a snapshot's connection`);
    }
    this.#waker.wake();
  }

  #noteStored(storedBytes: number): void {
    if (storedBytes <= this.#storedBytes) return;
    this.#progressed = this.#storedBytes >= 0;
    this.#storedBytes = storedBytes;
    this.#options.onProgress(storedBytes, this.#totalBytes);
  }
}
