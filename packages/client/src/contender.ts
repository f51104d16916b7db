/**
 * Waiting in a queue of keys: what locks and elections have in common.
 *
 * Who wants something puts a key `<name>/<lease in hex>` under a lease; the key with the least create revision is first, and
 * everybody else waits for the deletion of the one just before. So etcd's own packages and services do it, and queues are
 * shared with them.
 */

import type { Caller } from "./caller.ts";
import { ClientError, closedError } from "./client-error.ts";
import { compare } from "./compare.ts";
import { canceledError } from "./endpoint.ts";
import { get } from "./kv.ts";
import type { Lease, LeaseHub } from "./lease.ts";
import { op } from "./operation.ts";
import { type Bytes, toBytes } from "./selection.ts";
import { beginTxn } from "./txn.ts";
import { Watch } from "./watch.ts";
import type { WatchHub } from "./watch-hub.ts";

/** What queueing needs of a client. */
export type Grounds = {
  readonly caller: Caller;
  readonly watches: WatchHub;
  readonly leases: LeaseHub;
};

/** Options of waiting for one's turn. */
export type TurnOptions = {
  /** How long the place is kept when this process is gone; default 15. */
  readonly ttlSeconds?: number;
  /** A lease to use instead of an own one. It is not given back in the end. */
  readonly lease?: Lease;
  /** How long to wait at most; 0: do not wait. Default: for ever. */
  readonly waitMs?: number;
  /** Ends the wait, with ClientError `canceled`. */
  readonly signal?: AbortSignal;
};

/** Being first in a queue. */
export type Turn = {
  readonly key: Uint8Array;
  /** Create revision of the key: higher than that of everybody who was first before. */
  readonly fencingToken: number;
  readonly lease: Lease;
  /** Aborted when the lease may have ended or the key was seen to be gone. Its reason is a ClientError. */
  readonly signal: AbortSignal;
  /** Whether it is still so, as far as can be known here. Looks at the clock. */
  isHeld(): boolean;
  /** Leaves. Throws ClientError; the lease then ends by itself. */
  leave(): Promise<void>;
};

const defaultTtlSeconds = 15;
/** How long tidying up may take after a wait that came to nothing. */
const tidyMs = 2_000;

/** The first key of everybody who wants `name`. */
export function queuePrefix(name: Bytes): Uint8Array {
  return join(toBytes(name), toBytes("/"));
}

/** Queues, and resolves when it is one's turn. Throws ClientError; the place in the queue is then given up. */
export async function takeTurn(
  grounds: Grounds,
  name: Bytes,
  value: Bytes,
  options: TurnOptions,
): Promise<Turn> {
  const wait = new Wait(grounds.caller, options);
  const { ttlSeconds = defaultTtlSeconds, signal } = options;
  let lease: Lease;
  try {
    lease = options.lease ?? (await grounds.leases.grant({ ttlSeconds, signal: wait.signal }));
  } catch (error) {
    wait.stop();
    throw signal?.aborted ? canceledError(signal, null) : error;
  }
  const isOwn = options.lease === undefined;
  const key = join(queuePrefix(name), toBytes(lease.id.toString(16)));
  let fencingToken = 0;
  const leave = async (): Promise<void> => {
    if (isOwn) return lease.revoke();
    if (grounds.caller.lifetime.aborted) throw closedError();
    await beginTxn(grounds.caller)
      .if(compare.createRevision(key).equals(fencingToken))
      .do(op.delete(key))
      .commit({ repeatable: true });
  };
  try {
    fencingToken = await enqueue(grounds.caller, key, value, lease, isOwn, wait);
    await waitForTurn(grounds, queuePrefix(name), key, fencingToken, lease, wait);
  } catch (error) {
    await tidy(isOwn, lease, grounds.caller, key);
    throw error;
  } finally {
    wait.stop();
  }
  return holdTurn(grounds, key, fencingToken, lease, leave);
}

/** The limits of a wait, as one signal, and which of them it was. */
class Wait {
  readonly signal: AbortSignal;
  readonly #caller: Caller;
  readonly #options: TurnOptions;
  readonly #late = new AbortController();
  readonly #cancelTimer: () => void;

  constructor(caller: Caller, options: TurnOptions) {
    this.#caller = caller;
    this.#options = options;
    const { waitMs, signal } = options;
    const hasLimit = waitMs !== undefined && waitMs > 0 && Number.isFinite(waitMs);
    this.#cancelTimer = hasLimit ? caller.settings.clock.after(waitMs, () => this.#late.abort()) : () => {};
    const signals = [this.#late.signal, caller.lifetime];
    this.signal = AbortSignal.any(signal === undefined ? signals : [...signals, signal]);
  }

  /** Whether there is to be no waiting at all. */
  get isImpatient(): boolean {
    return this.#options.waitMs !== undefined && this.#options.waitMs <= 0;
  }

  stop(): void {
    this.#cancelTimer();
  }

  /** Throws what has ended the wait, if something has. */
  check(lease: Lease): void {
    lease.throwIfLost();
    const { signal } = this.#options;
    if (signal?.aborted) throw canceledError(signal, null);
    if (this.#late.signal.aborted) throw this.lateError();
    if (this.#caller.lifetime.aborted) throw closedError();
  }

  lateError(): ClientError {
    return new ClientError("lock-timeout", `somebody else was first for ${this.#options.waitMs} ms`);
  }
}

/** Puts the key unless it is there; its create revision. */
async function enqueue(
  caller: Caller,
  key: Uint8Array,
  value: Bytes,
  lease: Lease,
  isOwn: boolean,
  wait: Wait,
): Promise<number> {
  wait.check(lease);
  const txn = beginTxn(caller)
    .if(compare.missing(key))
    .do(op.put(key, value, { lease }))
    .else(op.get(key));
  // With an own lease a late copy of the request finds the lease gone; with somebody else's it could put the key again.
  const result = await txn.commit({ repeatable: isOwn, signal: wait.signal }).catch((error: unknown) => {
    wait.check(lease);
    throw error;
  });
  if (result.succeeded) return result.revision;
  return result.results[0]?.createRevision ?? 0;
}

/** Waits until no key of the queue is older, and ours is still there: both seen at one revision. */
async function waitForTurn(
  grounds: Grounds,
  prefix: Uint8Array,
  key: Uint8Array,
  fencingToken: number,
  lease: Lease,
  wait: Wait,
): Promise<void> {
  const older = {
    maxCreateRevision: fencingToken - 1,
    sortBy: "createRevision",
    order: "descending",
  } as const;
  const look = beginTxn(grounds.caller).do(
    op.get(key),
    op.range({ prefix }, { ...older, limit: 1, keysOnly: true }),
  );
  const signal = AbortSignal.any([wait.signal, lease.signal]);
  for (;;) {
    wait.check(lease);
    const seen = await look.commit({ signal }).catch((error: unknown) => {
      wait.check(lease);
      throw error;
    });
    if (!seen.succeeded) throw new ClientError("internal", "a transaction without a condition was refused");
    const [own, { keyValues }] = seen.results;
    wait.check(lease);
    if (own?.createRevision !== fencingToken) throw goneError(key);
    const [before] = keyValues;
    if (before === undefined) return;
    if (wait.isImpatient) throw wait.lateError();
    await deletion(grounds.watches, before.key, seen.revision + 1, signal);
  }
}

/** Resolves when the key may have been deleted, or the signal is aborted. */
async function deletion(
  watches: WatchHub,
  key: Uint8Array,
  startRevision: number,
  signal: AbortSignal,
): Promise<void> {
  const watch = new Watch(watches, { key, startRevision, without: "puts", onCompacted: "restart", signal });
  for await (const { kind } of watch) if (kind !== "progress") return;
}

function holdTurn(
  { caller, watches }: Grounds,
  key: Uint8Array,
  fencingToken: number,
  lease: Lease,
  leave: () => Promise<void>,
): Turn {
  const ended = new AbortController();
  const end = (): void => {
    if (!ended.signal.aborted) ended.abort(lease.signal.reason);
  };
  lease.signal.addEventListener("abort", end);
  if (lease.signal.aborted) end();
  void watchOwnKey(caller, watches, key, fencingToken, ended.signal).then((isGone) => {
    if (isGone && !ended.signal.aborted) ended.abort(goneError(key));
  });
  return {
    key,
    fencingToken,
    lease,
    signal: ended.signal,
    isHeld: () => lease.isHeld() && !ended.signal.aborted,
    leave: async () => {
      lease.signal.removeEventListener("abort", end);
      if (!ended.signal.aborted) ended.abort(new ClientError("lease-lost", `${text(key)} was given back`));
      await leave();
    },
  };
}

/** Resolves to true when the key is gone, to false when the signal is aborted or nothing more can be known. Throws nothing. */
async function watchOwnKey(
  caller: Caller,
  watches: WatchHub,
  key: Uint8Array,
  fencingToken: number,
  signal: AbortSignal,
): Promise<boolean> {
  const from = { startRevision: fencingToken + 1, without: "puts", onCompacted: "restart" } as const;
  try {
    for await (const { kind } of new Watch(watches, { key, ...from, signal })) {
      if (kind === "events") return true;
      if (kind === "gap" && (await get(caller, key, { signal }))?.createRevision !== fencingToken)
        return true;
    }
  } catch {
    // The lease still tells; only a deletion by somebody else's hand goes unnoticed.
  }
  return false;
}

/** Leaves the queue after a wait that came to nothing. What fails here, the end of the lease mends. */
async function tidy(isOwn: boolean, lease: Lease, caller: Caller, key: Uint8Array): Promise<void> {
  if (isOwn) {
    await lease.revoke({ timeoutMs: tidyMs }).catch(() => {});
    return;
  }
  const txn = beginTxn(caller).if(compare.lease(key).equals(lease.id)).do(op.delete(key));
  await txn.commit({ timeoutMs: tidyMs, repeatable: true }).catch(() => {});
}

function goneError(key: Uint8Array): ClientError {
  const remedy = "its lease has ended, or somebody has deleted it";
  return new ClientError("lease-lost", `the key ${text(key)} is gone`, { remedy });
}

function text(key: Uint8Array): string {
  return new TextDecoder().decode(key);
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
