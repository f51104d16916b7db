/**
 * The far end of a connection, played by a test byte by byte: to be wrong in ways in which no member is.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import { FrameReader, type FrameType, makeFrame, type Unit } from "../src/frame.ts";
import { encodeHandshake, type Handshake, type Hello, parseHandshake } from "../src/handshake.ts";
import { Lane } from "../src/lane.ts";
import { tcpLimitsDefault } from "../src/limits.ts";
import { clusterId } from "./tcp-network.ts";

/** A hello as member 2 says it to member 1. */
export function helloOf(fields: Partial<Hello> = {}): Hello {
  return {
    kind: "hello",
    clusterId,
    from: 2,
    to: 1,
    versions: { min: 1, max: 1 },
    lane: Lane.urgent,
    incarnation: 5,
    addresses: [],
    ...fields,
  };
}

/** A dialer. */
export class RawDialer {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  connected = false;
  closed = false;
  #sequence = 0;

  constructor(port: number) {
    this.socket = connect({ host: "127.0.0.1", port });
    this.socket.on("connect", () => {
      this.connected = true;
    });
    this.socket.on("data", (bytes: Buffer) => {
      this.received = Buffer.concat([this.received, bytes]);
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.closed = true;
    });
  }

  /** What the acceptor answered first; null while it has not. */
  answer(): Handshake | null {
    return parseHandshake(this.received)?.handshake ?? null;
  }

  /** The units that came after the answer. */
  units(lane: Lane = Lane.urgent): Unit[] {
    const parsed = parseHandshake(this.received);
    if (parsed === null) return [];
    const reader = new FrameReader(lane, tcpLimitsDefault);
    reader.push(this.received.subarray(parsed.bytes));
    const units: Unit[] = [];
    for (let unit = reader.next(); unit !== null; unit = reader.next()) units.push(unit);
    return units;
  }

  hello(fields: Partial<Hello> = {}): void {
    this.socket.write(encodeHandshake(helloOf(fields)));
  }

  frame(type: FrameType, payload: Uint8Array, lane: Lane = Lane.urgent): Buffer {
    return makeFrame(type, lane, 0, this.#sequence++, payload, 0, payload.length);
  }
}

/** A connection that a member dialed. */
export type RawIncoming = {
  readonly socket: Socket;
  readonly hello: Hello;
  /** Everything after the hello. */
  readonly units: Unit[];
  isClosed: boolean;
};

/** An acceptor that welcomes everybody. */
export class RawAcceptor {
  readonly server: Server;
  readonly incoming: RawIncoming[] = [];
  /** Asked before a connection is read beyond its hello; false leaves it unread. */
  reads: (lane: Lane) => boolean = () => true;
  /** What to answer instead of a welcome. */
  answer: ((hello: Hello) => Handshake) | null = null;
  readonly #sockets: Set<Socket> = new Set();

  private constructor() {
    this.server = createServer((socket) => this.#onConnection(socket));
  }

  static async listen(): Promise<RawAcceptor> {
    const acceptor = new RawAcceptor();
    await new Promise<void>((resolve) => acceptor.server.listen({ host: "127.0.0.1", port: 0 }, resolve));
    return acceptor;
  }

  get address(): string {
    const address = this.server.address();
    return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
  }

  lane(lane: Lane): RawIncoming | undefined {
    return this.incoming.findLast((each) => each.hello.lane === lane);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    let received = Buffer.alloc(0);
    let incoming: RawIncoming | null = null;
    let reader = new FrameReader(Lane.urgent, tcpLimitsDefault);
    socket.on("data", (bytes: Buffer) => {
      if (incoming === null) {
        received = Buffer.concat([received, bytes]);
        const parsed = parseHandshake(received);
        if (parsed === null || parsed.handshake.kind !== "hello") return;
        const hello = parsed.handshake;
        incoming = { socket, hello, units: [], isClosed: false };
        this.incoming.push(incoming);
        reader = new FrameReader(hello.lane, tcpLimitsDefault);
        const welcome = { kind: "welcome", from: hello.to, version: 1, incarnation: 9 } as const;
        socket.write(encodeHandshake(this.answer?.(hello) ?? welcome));
        if (!this.reads(hello.lane)) socket.pause();
        return;
      }
      reader.push(bytes);
      for (let unit = reader.next(); unit !== null; unit = reader.next()) incoming.units.push(unit);
    });
    socket.on("close", () => {
      if (incoming !== null) incoming.isClosed = true;
    });
  }
}
