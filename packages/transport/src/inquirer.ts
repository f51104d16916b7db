/**
 * Asking members without being one: an inquiry on a connection of its own, an answer, the end. For a member that has to
 * find out its ID before it can say hello.
 */

import type { Socket } from "node:net";
import { parseAddress } from "./address.ts";
import type { Clock, WallClock } from "./clock.ts";
import { openSocket } from "./dial.ts";
import { encodeHandshake, inquiryBytesMax, parseHandshake, protocolVersions } from "./handshake.ts";
import { tcpLimitsDefault } from "./limits.ts";
import { type RefusalCauseName, refusalCauseName } from "./refusal.ts";
import { TlsIdentity, type TlsOptions } from "./tls-identity.ts";
import { TransportError, WireError } from "./transport-error.ts";

/** What an inquirer needs. */
export type InquirerOptions = {
  /** Of the members that are asked; others refuse. */
  readonly clusterId: bigint;
  /** Null for plain TCP. Members that use TLS ask for the same certificate as of another member. */
  readonly tls: TlsOptions | null;
  readonly clock: Clock;
  readonly wallNow: WallClock;
};

/** What asking came to. `cause` is set if a member refused; null if there was none, or it said nothing sensible. */
export type InquiryAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly cause: RefusalCauseName | null; readonly text: string };

/** See the module. */
export class Inquirer {
  readonly #options: InquirerOptions;
  readonly #tls: TlsIdentity | null;

  private constructor(options: InquirerOptions, tls: TlsIdentity | null) {
    this.#options = options;
    this.#tls = tls;
  }

  /** Reads the certificates. @throws TransportError `config` */
  static async open(options: InquirerOptions): Promise<Inquirer> {
    const { clock, wallNow } = options;
    const tls =
      options.tls === null ? null : await TlsIdentity.load(options.tls, { clock, wallNow, emit: () => {} });
    return new Inquirer(options, tls);
  }

  /**
   * Asks at an address, with a bound on the time. Never rejects.
   * @throws RangeError if there are more than 900 bytes to ask
   */
  ask(
    address: string,
    bytes: Uint8Array,
    timeoutMs: number = tcpLimitsDefault.inquiryTimeoutMs,
  ): Promise<InquiryAnswer> {
    if (bytes.length > inquiryBytesMax)
      throw new RangeError(`an inquiry of ${bytes.length} bytes is too long`);
    const { clusterId, clock } = this.#options;
    const question = encodeHandshake({ kind: "inquiry", clusterId, versions: protocolVersions, bytes });
    const { promise, resolve } = Promise.withResolvers<InquiryAnswer>();
    let socket: Socket | null = null;
    const fail = (text: string): void => resolve({ ok: false, cause: null, text });
    const cancel = clock.setTimer(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    try {
      socket = openSocket(parseAddress(address), this.#tls);
      const opened = socket;
      opened.on(this.#tls === null ? "connect" : "secureConnect", () => opened.write(question));
      opened.on("error", (error: Error) => fail(error.message));
      opened.on("close", () => fail("the connection was closed without an answer"));
      listen(opened, resolve);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      fail(error.message);
    }
    return promise.finally(() => {
      cancel();
      socket?.destroy();
    });
  }

  /** Ends the watch over the certificates. */
  close(): void {
    this.#tls?.close();
  }
}

function listen(socket: Socket, resolve: (answer: InquiryAnswer) => void): void {
  let received: Uint8Array = new Uint8Array(0);
  socket.on("data", (bytes: Buffer) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    try {
      const handshake = parseHandshake(received, true)?.handshake;
      if (handshake === undefined) return;
      if (handshake.kind === "reply") resolve({ ok: true, bytes: handshake.bytes });
      else if (handshake.kind === "refusal")
        resolve({ ok: false, cause: refusalCauseName(handshake.cause), text: handshake.detail });
      else resolve({ ok: false, cause: null, text: `got ${handshake.kind} instead of an answer` });
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      resolve({ ok: false, cause: null, text: error.message });
    }
  });
}
