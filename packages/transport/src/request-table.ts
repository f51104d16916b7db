/**
 * Requests of this member that wait for their answer. Shared by both transports, so that both settle alike.
 */

import type { NodeId } from "@quorate/raft";
import type { CancelTimer, Clock } from "./clock.ts";
import { type ResponsePayload, ResponseStatus } from "./payload.ts";
import { TransportError } from "./transport-error.ts";

type Pending = {
  readonly peer: NodeId;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: TransportError) => void;
  cancelTimer: CancelTimer;
  /** What it was written to; null while the peer cannot have seen it. */
  carrier: object | null;
};

/** A timer that is late by this much tells of a pause. */
const pausedMs = 50;
const utf8Decoder = new TextDecoder();

export class RequestTable {
  readonly #clock: Clock;
  readonly #pendingMax: number;
  readonly #pending: Map<number, Pending> = new Map();
  #lastId = 0;

  constructor(clock: Clock, pendingMax: number) {
    this.#clock = clock;
    this.#pendingMax = pendingMax;
  }

  /** How many wait for this peer. */
  count(peer: NodeId): number {
    let count = 0;
    for (const pending of this.#pending.values()) if (pending.peer === peer) count++;
    return count;
  }

  /**
   * Registers a request and lets `send` queue it; `send` says whether it could. `onTimeout` is told that a request
   * timed out, to take it out of its queue.
   */
  open(
    peer: NodeId,
    timeoutMs: number,
    send: (id: number) => boolean,
    onTimeout: (id: number) => void,
  ): Promise<Uint8Array> {
    if (this.#pending.size >= this.#pendingMax) {
      const message = `${this.#pendingMax} requests wait for their answers already`;
      return Promise.reject(new TransportError("refused", message, false));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timeOut = (): void => {
        onTimeout(id);
        this.fail(id, "timeout", `member ${peer} did not answer within ${timeoutMs} ms`);
      };
      const dueAtMs = this.#clock.now() + timeoutMs;
      const cancelTimer = this.#clock.setTimer(() => {
        const pending = this.#pending.get(id);
        // Long after it was due: this process was paused, and the answer may lie unread in our own inbox.
        if (pending !== undefined && this.#clock.now() - dueAtMs > pausedMs) {
          pending.cancelTimer = this.#clock.setTimer(timeOut, 0);
        } else {
          timeOut();
        }
      }, timeoutMs);
      this.#pending.set(id, { peer, resolve, reject, cancelTimer, carrier: null });
      if (!send(id)) this.fail(id, "unreachable", `there is no connection to member ${peer}`);
    });
  }

  /** It was written: the peer may see it from now on. */
  markSent(id: number, carrier: object): void {
    const pending = this.#pending.get(id);
    if (pending !== undefined) pending.carrier = carrier;
  }

  /** Settles by the peer's answer. Unknown ids (timed out meanwhile) and other peers' answers are ignored. */
  settle(peer: NodeId, response: ResponsePayload): void {
    const pending = this.#pending.get(response.id);
    if (pending === undefined || pending.peer !== peer) return;
    if (response.status === ResponseStatus.ok) {
      this.#take(response.id)?.resolve(response.bytes);
      return;
    }
    const message = utf8Decoder.decode(response.bytes);
    if (response.status === ResponseStatus.refused) {
      this.#take(response.id)?.reject(new TransportError("refused", message, false));
    } else {
      this.fail(response.id, response.status === ResponseStatus.tooLarge ? "too-large" : "failed", message);
    }
  }

  /** Fails one; indefinite if it had been written. */
  fail(
    id: number,
    code: "unreachable" | "timeout" | "failed" | "too-large" | "closed",
    message: string,
  ): void {
    const pending = this.#take(id);
    pending?.reject(new TransportError(code, message, pending.carrier !== null));
  }

  /** Fails all that were written to a carrier that broke. */
  failCarrier(carrier: object, message: string): void {
    for (const [id, pending] of this.#pending) {
      if (pending.carrier === carrier) this.fail(id, "unreachable", message);
    }
  }

  /** Fails all. */
  failAll(message: string): void {
    for (const id of this.#pending.keys()) this.fail(id, "closed", message);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    pending.cancelTimer();
    return pending;
  }
}
