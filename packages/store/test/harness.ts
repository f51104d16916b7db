/** Runs a store and the naive model side by side, and compares everything that can be seen. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Backend } from "../src/backend.ts";
import { decodeCommand, encodeCommand } from "../src/command-codec.ts";
import { MemoryBackend } from "../src/memory-backend.ts";
import type { Outcome } from "../src/outcome.ts";
import type { Command, RangeRequest } from "../src/request.ts";
import { Store, type StoreEntry, type StoreOptions } from "../src/store.ts";
import { command, key, range, rangeEnd } from "./arbitrary.ts";
import { Model } from "./model.ts";
import { plain } from "./plain.ts";
import { WatchChecker } from "./watch-checker.ts";

export type Step =
  | { kind: "apply"; commands: Command[] }
  | { kind: "range"; request: RangeRequest }
  | { kind: "flush" }
  | { kind: "settle" }
  | { kind: "crash" }
  | { kind: "compact-step"; most: number }
  | { kind: "digests"; revision: number }
  | { kind: "replicate"; chunkBytes: number; adopt: boolean }
  | {
      kind: "watch";
      key: Uint8Array;
      rangeEnd: Uint8Array;
      startRevision: number;
      prevKv: boolean;
      noPut: boolean;
      noDelete: boolean;
    }
  | { kind: "poll"; pick: number; until: "once" | "dry" }
  | { kind: "cancel"; pick: number };

const kindOf = <K extends string>(kind: K): fc.Arbitrary<K> => fc.constant(kind);

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      kind: kindOf("apply"),
      commands: fc.array(command, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 10, arbitrary: fc.record({ kind: kindOf("range"), request: range }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf("flush") }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf("settle") }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("crash") }) },
  { weight: 4, arbitrary: fc.record({ kind: kindOf("compact-step"), most: fc.constantFrom(1, 2, 100) }) },
  { weight: 2, arbitrary: fc.record({ kind: kindOf("digests"), revision: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kindOf("replicate"),
      chunkBytes: fc.constantFrom(1, 7, 100_000),
      adopt: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kindOf("watch"),
      key,
      rangeEnd,
      startRevision: fc.constantFrom(0, 0, -1, 1, 2, 3, 6, 10, 20),
      prevKv: fc.boolean(),
      noPut: fc.nat(5).map((roll) => roll === 0),
      noDelete: fc.nat(5).map((roll) => roll === 0),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: kindOf("poll"), pick: fc.nat(9), until: fc.constantFrom("once", "dry") }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("cancel"), pick: fc.nat(9) }) },
);

const options: Omit<StoreOptions, "backend"> = {
  flushEntriesMax: 25,
  watchLimits: { bufferEventsMax: 3, catchUpRevisionsMax: 3, recentRevisionsMax: 4 },
};

export class Harness {
  readonly model = new Model();
  readonly #log: { entry: StoreEntry; outcome: unknown; digest: number }[] = [];
  readonly #watches: WatchChecker;
  #store: Store;

  constructor(backend: Backend) {
    this.#store = new Store({ backend, ...options });
    this.#watches = new WatchChecker(this.model);
  }

  run(action: Step): void {
    switch (action.kind) {
      case "apply":
        return this.#apply(action.commands);
      case "range":
        assert.deepEqual(plain(this.#store.range(action.request)), this.model.range(action.request));
        return;
      case "flush":
        return this.#store.flush();
      case "compact-step":
        this.#store.compactStep(action.most);
        return;
      case "digests":
        return this.#compareWithReplay(action.revision);
      case "replicate":
        return this.#replicate(action.chunkBytes, action.adopt);
      case "watch":
        return this.#watches.watch(this.#store, action);
      case "poll":
        return this.#watches.poll(this.#store, action.pick, action.until === "dry");
      case "cancel":
        return this.#watches.cancel(this.#store, action.pick);
      case "settle":
      case "crash":
    }
  }

  /** After a crash: a new store on what is left, and the log behind its durable index. */
  reopen(backend: Backend): void {
    this.#store = new Store({ backend, ...options });
    this.#watches.forgetAll();
    for (const { entry, outcome, digest } of this.#log) {
      if (entry.index <= this.#store.appliedIndex) continue;
      assert.deepEqual(plain(this.#store.apply([entry])[0]), outcome);
      assert.equal(this.#store.applyDigest, digest);
    }
    assert.equal(this.#store.revision, this.model.revision);
  }

  /** Waits until no commit is on its way. */
  async settled(): Promise<void> {
    while (this.#store.flushing) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Everything that can be seen at the end. */
  finish(): void {
    assert.equal(this.#store.revision, this.model.revision);
    assert.equal(this.#store.compactRevision, this.model.compacted);
    assert.deepEqual(
      this.#store.leases.leases().map((lease) => [lease.id, lease.ttlSeconds, lease.remainingTtlSeconds]),
      [...this.model.leases]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([id, { ttl, remaining }]) => [id, ttl, remaining]),
    );
    this.#watches.drainAll(this.#store);
    this.#compareWithReplay(0);
    while (!this.#store.compactStep(3)) {
      if (this.#store.flushing) break;
    }
    this.#compareWithReplay(0);
  }

  #apply(commands: readonly Command[]): void {
    const before = this.#log.at(-1)?.entry.index ?? 0;
    const entries = commands.map(
      (each, at): StoreEntry => ({
        index: before + 1 + at * 2,
        term: 1,
        command: decodeCommand(encodeCommand(each)),
      }),
    );
    const outcomes: Outcome[] = this.#store.apply(entries);
    entries.forEach((entry, at) => {
      const expected = this.model.apply(commands[at] as Command);
      assert.deepEqual(plain(outcomes[at]), expected);
      this.#log.push({ entry, outcome: expected, digest: this.#store.applyDigest });
    });
    assert.equal(this.#store.revision, this.model.revision);
    for (const [at] of entries.entries())
      if (at < entries.length - 1) this.#fixDigest(this.#log.length - 2 - at);
  }

  /** Only the digest after a whole batch is known; the ones inside of it come from a replay. */
  #fixDigest(position: number): void {
    const logged = this.#log[position];
    if (logged === undefined) return;
    const replay = this.#replay(position + 1);
    logged.digest = replay.applyDigest;
  }

  #replay(count: number): Store {
    const store = new Store({ backend: new MemoryBackend(), ...options });
    for (const { entry } of this.#log.slice(0, count)) store.apply([entry]);
    return store;
  }

  /** Another member with the same log: other batches, no flush, other compaction progress, same digests. */
  #compareWithReplay(revision: number): void {
    const other = this.#replay(this.#log.length);
    assert.equal(other.applyDigest, this.#store.applyDigest);
    assert.deepEqual(this.#store.hashKv(revision), other.hashKv(revision));
    assert.deepEqual(plain(this.#store.sha256At(revision)), plain(other.sha256At(revision)));
    while (!other.compactStep());
    assert.deepEqual(this.#store.hashKv(revision), other.hashKv(revision));
    assert.deepEqual(plain(this.#store.sha256At(revision)), plain(other.sha256At(revision)));
  }

  /** Sends a snapshot to a new member, which must then be indistinguishable; or goes on with its state. */
  #replicate(chunkBytes: number, adopt: boolean): void {
    const bytes = snapshotBytes(this.#store);
    const other = new Store({ backend: new MemoryBackend(), ...options });
    feed(other, bytes, chunkBytes);
    assert.equal(other.appliedIndex, this.#store.appliedIndex);
    assert.equal(other.applyDigest, this.#store.applyDigest);
    assert.deepEqual(other.hashKv(0), this.#store.hashKv(0));
    assert.deepEqual(other.leases.leases(), this.#store.leases.leases());
    assert.deepEqual(other.alarms, this.#store.alarms);
    for (const { id } of other.leases.leases()) {
      assert.deepEqual(plain(other.leases.leaseKeys(id)), plain(this.#store.leases.leaseKeys(id)));
    }
    if (adopt) feed(this.#store, bytes, chunkBytes);
  }
}

export function snapshotBytes(store: Store): Uint8Array {
  const reader = store.snapshot();
  const chunks: Uint8Array[] = [];
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) chunks.push(chunk);
  reader.close();
  return Uint8Array.from(Buffer.concat(chunks));
}

export function feed(store: Store, bytes: Uint8Array, chunkBytes: number): void {
  const writer = store.restore();
  for (let at = 0; at < bytes.length; at += chunkBytes) writer.write(bytes.subarray(at, at + chunkBytes));
  writer.finish();
}
