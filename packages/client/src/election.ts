/**
 * Elections: one leader at a time, whose value everybody can see.
 */

import type { Compare } from "@quorate/etcd-api";
import type { CallOptions } from "./caller.ts";
import { ClientError } from "./client-error.ts";
import { compare } from "./compare.ts";
import { type Grounds, queuePrefix, type Turn, type TurnOptions, takeTurn } from "./contender.ts";
import type { KeyValue } from "./key-value.ts";
import { range } from "./kv.ts";
import type { Lease } from "./lease.ts";
import { throwIfLost } from "./lock.ts";
import { type Operation, op } from "./operation.ts";
import type { Bytes } from "./selection.ts";
import { beginTxn, type Txn } from "./txn.ts";
import { Watch } from "./watch.ts";

/** Options of `campaign`. */
export type CampaignOptions = TurnOptions;

/** Options of `observe`. */
export type ObserveOptions = {
  /** Ends it, quietly. */
  readonly signal?: AbortSignal;
};

/** Being the leader. What is said of locks holds for it, too: the fence is the law, the signal a courtesy. */
export class Leadership implements AsyncDisposable {
  readonly #grounds: Grounds;
  readonly #turn: Turn;

  constructor(grounds: Grounds, turn: Turn) {
    this.#grounds = grounds;
    this.#turn = turn;
  }

  /** The key that stands for it, with the value. */
  get key(): Uint8Array {
    return this.#turn.key;
  }

  /** Higher than that of every leader before. */
  get fencingToken(): number {
    return this.#turn.fencingToken;
  }

  /** The lease that it goes with. */
  get lease(): Lease {
    return this.#turn.lease;
  }

  /** Aborted when somebody else may lead, and after resigning. Its reason is a ClientError. */
  get signal(): AbortSignal {
    return this.#turn.signal;
  }

  /** Whether we lead, as far as can be known here. Looks at the clock. */
  isHeld(): boolean {
    return this.#turn.isHeld();
  }

  /** Throws ClientError `lease-lost` unless we lead. */
  throwIfLost(): void {
    throwIfLost(this.#turn);
  }

  /** The comparison that holds as long as we lead. */
  get held(): Compare {
    return compare.createRevision(this.key).equals(this.fencingToken);
  }

  /** The transaction with {@link held} added. */
  guard<Then extends readonly Operation<unknown>[], Else extends readonly Operation<unknown>[]>(
    txn: Txn<Then, Else>,
  ): Txn<Then, Else> {
    return txn.if(this.held);
  }

  /** Changes the value without giving up the lead. Throws ClientError, `not-elected` if we lead no more. */
  async proclaim(value: Bytes, options: CallOptions = {}): Promise<void> {
    const { caller } = this.#grounds;
    const txn = this.guard(beginTxn(caller)).do(op.put(this.key, value, { lease: this.lease }));
    const { succeeded } = await txn.commit(options);
    if (!succeeded) throw new ClientError("not-elected", "the leadership is lost: its key is gone");
  }

  /** Gives the lead to the next. Throws ClientError; it is then given on when the lease has ended. */
  resign(): Promise<void> {
    return this.#turn.leave();
  }

  /** Resigns; if that fails, the lease ends by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign().catch(() => {});
  }
}

/** Waits to be elected. Throws ClientError. */
export async function campaign(
  grounds: Grounds,
  name: Bytes,
  value: Bytes,
  options: CampaignOptions,
): Promise<Leadership> {
  return new Leadership(grounds, await takeTurn(grounds, name, value, options));
}

/** The leader's key with its value; null if nobody leads. Throws ClientError. */
export async function leader(grounds: Grounds, name: Bytes, options: CallOptions): Promise<KeyValue | null> {
  return (await currentLeader(grounds, name, options)).leader;
}

async function currentLeader(
  { caller }: Grounds,
  name: Bytes,
  options: CallOptions,
): Promise<{ leader: KeyValue | null; revision: number }> {
  const oldest = { sortBy: "createRevision", limit: 1 } as const;
  const found = await range(caller, { prefix: queuePrefix(name) }, { ...options, ...oldest });
  return { leader: found.keyValues[0] ?? null, revision: found.revision };
}

/**
 * The leader now, and again whenever the leader or its value changes; null while nobody leads. Changes that follow quickly
 * may be told as one. Throws ClientError.
 */
export async function* observe(
  grounds: Grounds,
  name: Bytes,
  { signal }: ObserveOptions,
): AsyncGenerator<KeyValue | null, void, undefined> {
  const prefix = queuePrefix(name);
  let last: KeyValue | null | undefined;
  let isFirst = true;
  let watch: Watch | null = null;
  try {
    for (;;) {
      if (signal?.aborted) return;
      const { leader: now, revision } = await currentLeader(grounds, name, { signal });
      if (isFirst || now?.modRevision !== last?.modRevision) yield now;
      isFirst = false;
      last = now;
      const from = { startRevision: revision + 1, onCompacted: "restart" } as const;
      watch = new Watch(grounds.watches, { prefix, ...from, ...(signal === undefined ? {} : { signal }) });
      for await (const { kind } of watch) if (kind !== "progress") break;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error;
  } finally {
    watch?.close();
  }
}
