/**
 * A session of HTTP/2 in memory, with a small service behind it and a client that speaks frames.
 */

import { type Duplex, duplexPair } from "node:stream";
import { BufferPool } from "../src/http2/buffer-pool.ts";
import { encodeBlock, makeUsualAnswer } from "../src/http2/hpack-encoder.ts";
import { Http2Session, type SessionOwner } from "../src/http2/http2-session.ts";
import type { Http2Stream, StreamReceiver } from "../src/http2/http2-stream.ts";
import type { RequestHead } from "../src/http2/request-head.ts";
import type { SessionLimits } from "../src/http2/session-limits.ts";
import { Flag, type Frame, FrameType, frame, headerBlock, preface } from "./front-raw.ts";

export const limitsDefault: SessionLimits = {
  streamWindowBytes: 65_535,
  connectionWindowBytes: 1024 * 1024,
  streamsPerConnectionMax: 100,
  headerBytesMax: 16_384,
  handshakeMs: 60_000,
  streamResetsMax: 1000,
  streamResetsPerSecond: 0,
};

export const usual = makeUsualAnswer(["content-type", "application/grpc"], ["grpc-status", "0"]);

/** What the service of the tests has seen of a stream. */
export type Served = {
  readonly stream: Http2Stream;
  readonly head: RequestHead;
  readonly received: Uint8Array[];
  isHalfClosed: boolean;
  isClosed: boolean;
};

/**
 * Serves by path: `/echo` gives back what comes; `/early` answers before anything comes; `/usual` answers as gRPC does;
 * `/bytes/N` answers with so many bytes; `/pause` does not want bytes; everything else waits for ever.
 */
export class TestService implements SessionOwner {
  readonly served: Served[] = [];
  readonly errors: string[] = [];
  readonly pongs: number[] = [];
  isPingRefused = false;
  isClosed = false;
  drains = 0;

  /** Streams that were begun and not closed. */
  get open(): number {
    return this.served.filter(({ isClosed }) => !isClosed).length;
  }

  onRequest(stream: Http2Stream, head: RequestHead): void {
    const one: Served = { stream, head, received: [], isHalfClosed: false, isClosed: false };
    this.served.push(one);
    stream.attach(this.receiver(one));
    const [, path = "", argument = ""] = head.path.split("/");
    if (path === "early") stream.respond(encodeBlock([[":status", "204"]]), true);
    if (path === "pause") stream.pause();
    if (path === "bytes") {
      stream.respond("usual-head", false);
      stream.end(new Uint8Array(Number(argument)).fill(stream.id), "usual-tail");
    }
  }

  onReady(): void {}

  isPingTooMany(): boolean {
    return this.isPingRefused;
  }

  onPong(): void {
    this.pongs.push(this.pongs.length);
  }

  onError(error: Error): void {
    this.errors.push(error.message);
  }

  onClose(): void {
    this.isClosed = true;
  }

  private receiver(one: Served): StreamReceiver {
    const { stream, head } = one;
    const isEcho = head.path === "/echo";
    return {
      onBytes: (bytes) => {
        one.received.push(Buffer.from(bytes));
        if (head.path === "/reply") {
          stream.respond("usual-head", false);
          stream.end(Buffer.from("reply"), "usual-tail");
        }
        if (!isEcho) return;
        if (one.received.length === 1) stream.respond(encodeBlock([[":status", "200"]]), false);
        stream.write(Buffer.from(bytes));
      },
      onHalfClose: () => {
        one.isHalfClosed = true;
        if (isEcho && one.received.length === 0) stream.respond(encodeBlock([[":status", "200"]]), true);
        else if (isEcho) stream.end(null, null);
        if (head.path !== "/usual") return;
        stream.respond("usual-head", false);
        stream.end(Buffer.from("hello"), "usual-tail");
      },
      onDrain: () => {
        this.drains++;
      },
      onClose: () => {
        one.isClosed = true;
      },
    };
  }
}

/** Headers of a request. */
export function requestBlock(path: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return headerBlock({ ":method": "POST", ":scheme": "http", ":path": path, ":authority": "test", ...more });
}

/** A frame of four bytes, big end first. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** One entry of SETTINGS. */
export function setting(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([0, id]), int32(value)]);
}

/** HEADERS that are whole. */
export function headers(streamId: number, block: Uint8Array, isEnd = false): Buffer {
  return frame(FrameType.headers, Flag.endHeaders | (isEnd ? Flag.endStream : 0), streamId, block);
}

/** DATA. */
export function data(streamId: number, bytes: Uint8Array, isEnd = false): Buffer {
  return frame(FrameType.data, isEnd ? Flag.endStream : 0, streamId, bytes);
}

export const hello = Buffer.concat([preface, frame(FrameType.settings, 0, 0, new Uint8Array(0))]);
export const settingsAck = frame(FrameType.settings, Flag.ack, 0, new Uint8Array(0));

/** A session with its client; all in memory. */
export class Http2Fixture {
  readonly service = new TestService();
  readonly session: Http2Session;
  readonly client: Duplex;
  /** What the session writes to. */
  readonly server: Duplex;
  readonly frames: Frame[] = [];
  /** Resolves when the server has ended its side. */
  readonly ended: Promise<void>;
  private rest = Buffer.alloc(0);
  private hasEnded = false;
  private waiters: (() => void)[] = [];
  private syncs = 0;

  constructor(limits: Partial<SessionLimits> = {}) {
    const [client, server] = duplexPair();
    this.client = client;
    this.server = server;
    client.on("data", (bytes: Buffer) => this.take(bytes));
    client.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.hasEnded = true;
        this.wake();
        resolve();
        client.destroy();
        server.destroy();
      };
      client.on("end", end);
      client.on("close", end);
    });
    const share = { limits: { ...limitsDefault, ...limits }, pool: new BufferPool(), usual };
    this.session = new Http2Session(server, share, this.service);
  }

  /** A connection where both have said hello. */
  static greeted(limits: Partial<SessionLimits> = {}): Http2Fixture {
    const fixture = new Http2Fixture(limits);
    fixture.write(hello, settingsAck);
    return fixture;
  }

  write(...pieces: readonly Uint8Array[]): void {
    if (!this.client.destroyed) this.client.write(Buffer.concat(pieces));
  }

  /** Resolves when the server has dealt with everything so far, or has ended the connection. */
  async sync(): Promise<void> {
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(++this.syncs, 4);
    this.write(frame(FrameType.ping, 0, 0, payload));
    await this.frame((one) => one.type === FrameType.ping && one.payload.equals(payload));
  }

  /** Waits for a frame; null: the connection ended without one. */
  async frame(matches: (frame: Frame) => boolean): Promise<Frame | null> {
    for (;;) {
      const found = this.frames.find(matches);
      if (found !== undefined) return found;
      if (this.hasEnded) return null;
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  /** What the server said of errors: `goaway CODE` or `reset STREAM CODE`, in order. */
  complaints(): string[] {
    return this.frames.flatMap(({ type, stream, payload }) => {
      if (type === FrameType.goaway) return [`goaway ${payload.readUInt32BE(4)}`];
      return type === FrameType.rstStream ? [`reset ${stream} ${payload.readUInt32BE(0)}`] : [];
    });
  }

  /** Bytes of DATA that arrived on a stream. */
  dataBytes(streamId: number): number {
    return this.frames
      .filter(({ type, stream }) => type === FrameType.data && stream === streamId)
      .reduce((sum, { payload }) => sum + payload.length, 0);
  }

  close(): void {
    this.session.destroy();
    this.client.destroy();
  }

  private take(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    while (this.rest.length >= 9 && this.rest.length >= 9 + this.rest.readUIntBE(0, 3)) {
      const end = 9 + this.rest.readUIntBE(0, 3);
      this.frames.push({
        type: this.rest[3] as number,
        flags: this.rest[4] as number,
        stream: this.rest.readUInt32BE(5),
        payload: this.rest.subarray(9, end),
      });
      this.rest = this.rest.subarray(end);
    }
    this.wake();
  }

  private wake(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }
}
