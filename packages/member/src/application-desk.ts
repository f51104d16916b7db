/**
 * Requests between members for the layer above: one asks, the other's handler answers. What the handler refuses with a
 * MemberError arrives as the same error, code and definiteness included.
 */

import type { NodeId } from "@quorate/raft";
import { TransportError } from "@quorate/transport";
import { FormatError } from "./bytes.ts";
import type { Engine } from "./engine.ts";
import { definitely, MemberError, perhaps } from "./member-error.ts";
import { decodeReply, encodeReply, requestKind } from "./peer-requests.ts";

/** Answers a peer's request. `bytes` are a view: copy what is kept. */
export type ApplicationHandler = (peer: NodeId, bytes: Uint8Array) => Promise<Uint8Array>;

/** See the module. */
export class ApplicationDesk {
  private readonly engine: Engine;
  private handler: ApplicationHandler | null = null;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Sets who answers. Once. */
  serve(handler: ApplicationHandler): void {
    if (this.handler !== null) throw new RangeError("requests between members have one handler, set once");
    this.handler = handler;
  }

  /** Answers a peer. Anything but a MemberError reaches it as `failed` and indefinite. */
  async answer(peer: NodeId, bytes: Uint8Array): Promise<Uint8Array> {
    try {
      return encodeReply(await this.handle(peer, bytes));
    } catch (error) {
      if (error instanceof MemberError) return encodeReply(error);
      throw error;
    }
  }

  private async handle(peer: NodeId, bytes: Uint8Array): Promise<Uint8Array> {
    this.engine.checkRunning();
    if (this.handler === null) {
      throw definitely("refused", `member ${this.engine.parts.id} does not answer such requests (yet)`);
    }
    return this.handler(peer, bytes);
  }

  /** Asks a peer, or this member's own handler. @throws MemberError */
  async ask(peer: NodeId, bytes: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    this.engine.checkRunning();
    const { id, transport, replica } = this.engine.parts;
    if (peer === id) return this.inTime(this.handle(peer, bytes), timeoutMs);
    if (replica.roster.get(peer) === undefined)
      throw definitely("member-not-found", `there is no member ${peer}`);
    let answer: Uint8Array | MemberError;
    try {
      answer = decodeReply(await transport.request(peer, requestKind.application, bytes, { timeoutMs }));
    } catch (error) {
      if (error instanceof TransportError) throw toMemberError(peer, error);
      if (error instanceof FormatError)
        throw perhaps("failed", `member ${peer} answered nonsense: ${error.message}`);
      throw error;
    }
    if (answer instanceof MemberError) throw answer;
    return answer;
  }

  private inTime<Value>(answer: Promise<Value>, timeoutMs: number): Promise<Value> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.engine.parts.clock.setTimer(
      () => reject(perhaps("timeout", `this member did not answer itself within ${timeoutMs} ms`)),
      timeoutMs,
    );
    return Promise.race([answer, late]).finally(cancel);
  }
}

function toMemberError(peer: NodeId, error: TransportError): MemberError {
  const text = `member ${peer} did not answer: ${error.message}`;
  if (error.code === "too-large") return new MemberError("too-large", !error.indefinite, text);
  if (error.code === "failed") return perhaps("failed", text);
  if (error.indefinite) return perhaps("timeout", text);
  return definitely("unreachable", text);
}
