/**
 * How long a lease is still ours, by the client's own clock. It knows nothing of streams.
 *
 * A lease counts from when the request that granted or renewed it was sent: the server cannot have begun earlier. It is
 * due for renewal after a third of its time, and lost when all of it may be over, for good: a late answer changes nothing.
 */

import { ClientError } from "./client-error.ts";
import type { Clock } from "./clock.ts";

/** What a tenure asks for. */
export type TenureOwner = {
  /** Time to renew. */
  onDue(tenure: Tenure): void;
  /** A renewal was sent and not answered while there is still time to try elsewhere. */
  onSilence(tenure: Tenure): void;
  /** It is lost; not called when it was given back. */
  onLost(tenure: Tenure, error: ClientError): void;
};

/** An answer may take a sixth of the time to live: there are four tries before it is over. But no less than this … */
const patienceMsMin = 200;
/** … and no more. */
const patienceMsMax = 5_000;

/** See the module. */
export class Tenure {
  readonly id: bigint;
  /** Aborted when it may be over, or was given back. Its reason is a ClientError. */
  readonly signal: AbortSignal;

  readonly #clock: Clock;
  readonly #owner: TenureOwner;
  readonly #controller = new AbortController();
  #ttlMs: number;
  /** When the request that holds now was sent. */
  #heldSinceMs: number;
  /** When a renewal was sent that is not answered; null: none is. */
  #sentMs: number | null = null;
  /** The owner was told that it is due. */
  #isDue = false;
  #cancelTimer: () => void = () => {};

  /** `sentMs`: when the grant was sent. */
  constructor(id: bigint, ttlSeconds: number, sentMs: number, clock: Clock, owner: TenureOwner) {
    this.id = id;
    this.signal = this.#controller.signal;
    this.#clock = clock;
    this.#owner = owner;
    this.#ttlMs = ttlSeconds * 1_000;
    this.#heldSinceMs = sentMs;
    this.#arm();
  }

  /** Milliseconds until it may be over; looks at the clock, and at nothing else. */
  remainingMs(): number {
    if (this.signal.aborted) return 0;
    const leftMs = this.#heldSinceMs + this.#ttlMs - this.#clock.nowMs();
    if (leftMs > 0) return leftMs;
    this.#lose("its time to live has passed without an answer");
    return 0;
  }

  /** A renewal is about to be sent. */
  sent(): void {
    this.#sentMs = this.#clock.nowMs();
    this.#arm();
  }

  /** The renewal was answered. Zero: the server does not know it any more. */
  answered(ttlSeconds: number): void {
    const sentMs = this.#sentMs;
    if (sentMs === null || this.remainingMs() <= 0) return;
    if (ttlSeconds <= 0) {
      this.#lose("the server does not know it any more");
      return;
    }
    this.#heldSinceMs = sentMs;
    this.#ttlMs = ttlSeconds * 1_000;
    this.#sentMs = null;
    this.#isDue = false;
    this.#arm();
  }

  /** The renewal that was sent will not be answered; the owner sends another when it can. */
  unanswered(): void {
    this.#sentMs = null;
    this.#arm();
  }

  /** It is given back: no more renewals, no word to the owner. */
  release(error: ClientError): void {
    this.#cancelTimer();
    if (!this.signal.aborted) this.#controller.abort(error);
  }

  #lose(why: string): void {
    const remedy = "what it protected may belong to somebody else now";
    const error = new ClientError("lease-lost", `lease ${this.id.toString(16)} is lost: ${why}`, { remedy });
    this.release(error);
    this.#owner.onLost(this, error);
  }

  #arm(): void {
    this.#cancelTimer();
    if (this.signal.aborted) return;
    const times = [this.#heldSinceMs + this.#ttlMs];
    if (!this.#isDue) times.push(this.#heldSinceMs + this.#ttlMs / 3);
    if (this.#sentMs !== null) times.push(this.#sentMs + this.#patienceMs());
    const delayMs = Math.max(0, Math.min(...times) - this.#clock.nowMs());
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#tick());
  }

  #tick(): void {
    if (this.remainingMs() <= 0) return;
    const nowMs = this.#clock.nowMs();
    const isSilent = this.#sentMs !== null && nowMs >= this.#sentMs + this.#patienceMs();
    if (isSilent) this.#sentMs = null;
    const isDue = !this.#isDue && nowMs >= this.#heldSinceMs + this.#ttlMs / 3;
    this.#isDue ||= isDue;
    this.#arm();
    if (isSilent) this.#owner.onSilence(this);
    if (isDue) this.#owner.onDue(this);
  }

  #patienceMs(): number {
    return Math.min(patienceMsMax, Math.max(patienceMsMin, this.#ttlMs / 6));
  }
}
