/**
 * Leases: the replicated half (reference: §4). Which leases exist, with what TTL, and which keys hang on them. How much
 * time is left right now is the leader's affair, outside of the log: it reads `leases()` when it comes to office.
 */

import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { noBytes } from "./bytes.ts";
import {
  leaseKey,
  leaseKeyId,
  leaseKeyKey,
  leaseKeyPart,
  prefixOfLease,
  Table,
  tableEnd,
  tableStart,
} from "./key-layout.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/** A lease as the state knows it. */
export type Lease = {
  readonly id: bigint;
  /** TTL that was granted. */
  readonly ttlSeconds: number;
  /** Time that was left at the last checkpoint; 0: no checkpoint, count from the full TTL. */
  readonly remainingTtlSeconds: number;
};

/** What the member reads to keep time (DESIGN §3: deadlines live outside of apply). */
export type LessorView = {
  /** Number of leases. */
  readonly size: number;
  /** All leases, by id. */
  leases(): readonly Lease[];
  lease(id: bigint): Lease | null;
  /** Keys attached to a lease, in order. */
  leaseKeys(id: bigint): Uint8Array[];
};

/** TTL to propose for a requested one: not below the smallest that an election leaves room for (etcd: ceil(1.5 × election timeout)). */
export function clampLeaseTtl(ttlSeconds: number, electionTimeoutMs: number): number {
  return Math.max(ttlSeconds, Math.ceil((electionTimeoutMs * 3) / 2 / 1000));
}

export class Lessor implements LessorView {
  readonly #buffer: WriteBuffer;
  readonly #generation: number;
  readonly #leases = new Map<bigint, Lease>();

  /** Loads the leases of a generation. Attached keys stay in the backend. */
  constructor(buffer: WriteBuffer, generation: number) {
    this.#buffer = buffer;
    this.#generation = generation;
    const cursor = buffer.cursor(tableStart(generation, Table.leases), tableEnd(generation, Table.leases));
    while (cursor.next()) {
      const reader = new ByteReader(cursor.value);
      const id = leaseKeyId(cursor.key);
      this.#leases.set(id, { id, ttlSeconds: reader.varint(), remainingTtlSeconds: reader.varint() });
    }
  }

  get size(): number {
    return this.#leases.size;
  }

  has(id: bigint): boolean {
    return this.#leases.has(id);
  }

  lease(id: bigint): Lease | null {
    return this.#leases.get(id) ?? null;
  }

  leases(): readonly Lease[] {
    return [...this.#leases.values()].sort((left, right) =>
      left.id < right.id ? -1 : left.id > right.id ? 1 : 0,
    );
  }

  leaseKeys(id: bigint): Uint8Array[] {
    const prefix = prefixOfLease(this.#generation, id);
    const keys: Uint8Array[] = [];
    const cursor = this.#buffer.cursor(prefix.low, prefix.high);
    while (cursor.next()) keys.push(leaseKeyPart(cursor.key));
    return keys;
  }

  /** Whether a key in `[low, high)` is attached to a lease; a `high` of null is no bound. */
  hasKeyIn(id: bigint, low: Uint8Array, high: Uint8Array | null): boolean {
    const from = leaseKeyKey(this.#generation, id, low);
    const to =
      high === null ? prefixOfLease(this.#generation, id).high : leaseKeyKey(this.#generation, id, high);
    const cursor = this.#buffer.cursor(from, to);
    const found = cursor.next();
    cursor.close();
    return found;
  }

  /** Adds a lease, or replaces its times. */
  set(lease: Lease): void {
    this.#leases.set(lease.id, lease);
    const writer = new ByteWriter(16);
    writer.varint(lease.ttlSeconds);
    writer.varint(lease.remainingTtlSeconds);
    this.#buffer.put(leaseKey(this.#generation, lease.id), writer.finish());
  }

  /** Removes a lease whose keys are gone already. */
  remove(id: bigint): void {
    this.#leases.delete(id);
    this.#buffer.delete(leaseKey(this.#generation, id));
  }

  attach(id: bigint, key: Uint8Array): void {
    this.#buffer.put(leaseKeyKey(this.#generation, id, key), noBytes);
  }

  detach(id: bigint, key: Uint8Array): void {
    this.#buffer.delete(leaseKeyKey(this.#generation, id, key));
  }
}
