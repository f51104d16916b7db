/**
 * Locks.
 */

import type { Compare } from "@quorate/etcd-api";
import { toClientError } from "./client-error.ts";
import { compare } from "./compare.ts";
import { type Grounds, type Turn, type TurnOptions, takeTurn } from "./contender.ts";
import type { Lease } from "./lease.ts";
import type { Operation } from "./operation.ts";
import type { Bytes } from "./selection.ts";
import type { Txn } from "./txn.ts";

/** Options of `lock`. */
export type LockOptions = TurnOptions;

/**
 * A lock that is held. Everybody who asks for the same name gets it one after the other, in the order of asking.
 *
 * No lock can keep its holder from being paused and going on too late. What must not be done by two goes through
 * {@link Lock.guard}, or takes {@link Lock.fencingToken} along to where it can be compared.
 */
export class Lock implements AsyncDisposable {
  readonly #turn: Turn;

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** The key that stands for it. */
  get key(): Uint8Array {
    return this.#turn.key;
  }

  /** Higher than that of every holder before: refuse work that comes with a lower one than was seen. */
  get fencingToken(): number {
    return this.#turn.fencingToken;
  }

  /** The lease that it goes with: put what should go with the lock under it, too. */
  get lease(): Lease {
    return this.#turn.lease;
  }

  /** Aborted when the lock may be somebody else's, and when it was released. Its reason is a ClientError. */
  get signal(): AbortSignal {
    return this.#turn.signal;
  }

  /** Whether it is held, as far as can be known here. Looks at the clock. */
  isHeld(): boolean {
    return this.#turn.isHeld();
  }

  /** Throws ClientError `lease-lost` unless it is held. */
  throwIfLost(): void {
    throwIfLost(this.#turn);
  }

  /** The comparison that holds as long as the lock does: the store itself refuses the rest. */
  get held(): Compare {
    return compare.createRevision(this.key).equals(this.fencingToken);
  }

  /** The transaction with {@link held} added. */
  guard<Then extends readonly Operation<unknown>[], Else extends readonly Operation<unknown>[]>(
    txn: Txn<Then, Else>,
  ): Txn<Then, Else> {
    return txn.if(this.held);
  }

  /** Gives it to the next. Throws ClientError; it is then given on when the lease has ended. */
  release(): Promise<void> {
    return this.#turn.leave();
  }

  /** Releases; if that fails, the lease ends by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => {});
  }
}

/** Queues for a lock. Throws ClientError. */
export async function lock(grounds: Grounds, name: Bytes, options: LockOptions): Promise<Lock> {
  return new Lock(await takeTurn(grounds, name, "", options));
}

/**
 * Does the work while holding the lock. Throws what the work throws, and ClientError `lease-lost` if the lock was lost before
 * the work had ended: somebody else may have been at it, too.
 */
export async function withLock<T>(
  grounds: Grounds,
  name: Bytes,
  work: (lock: Lock) => T | Promise<T>,
  options: LockOptions,
): Promise<T> {
  await using held = await lock(grounds, name, options);
  const result = await work(held);
  held.throwIfLost();
  return result;
}

/** Throws ClientError unless the turn is held. */
export function throwIfLost(turn: Turn): void {
  if (!turn.isHeld()) throw toClientError(turn.signal.reason ?? turn.lease.signal.reason);
}
