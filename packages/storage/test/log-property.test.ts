/**
 * Random schedules of appends, replacements, votes, snapshots, compactions, pauses and crashes, on a disk that loses what
 * was not synced, against a model that is as dumb as it can be: the list of all states that were ever asked for.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, HardState } from "@quorate/raft";
import fc from "fast-check";
import { type Kept, type LogStore, MemoryDisk, type UnsyncedChange } from "../src/index.ts";
import { createStore, describeEntry, entry, metadata, openStore } from "./fixture.ts";

type State = { readonly log: readonly Entry[]; readonly hardState: HardState };

type Step =
  | {
      readonly kind: "append";
      readonly count: number;
      readonly back: number;
      readonly bytes: number;
      readonly newTerm: boolean;
      readonly vote: number;
      readonly waits: boolean;
    }
  | { readonly kind: "commit"; readonly ahead: number; readonly waits: boolean }
  | { readonly kind: "snapshot"; readonly behind: number; readonly compact: number }
  | { readonly kind: "confirm" }
  | { readonly kind: "turns"; readonly turns: number }
  | { readonly kind: "restart"; readonly how: "close" | "kill" | "crash"; readonly luck: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      count: fc.nat(6),
      back: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(8) }),
      bytes: fc.oneof(fc.nat(40), fc.nat(1500)),
      newTerm: fc.boolean(),
      vote: fc.nat(2),
      waits: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("commit" as const), ahead: fc.nat(10), waits: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("snapshot" as const), behind: fc.nat(5), compact: fc.nat(10) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "confirm" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("turns" as const), turns: fc.nat(30) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("restart" as const),
      how: fc.constantFrom("close" as const, "kill" as const, "crash" as const, "crash" as const),
      luck: fc.nat(),
    }),
  },
);

/** A member and what it may come back as: the states asked for since the last acknowledged one, that one included. */
class Run {
  private readonly disk = new MemoryDisk();
  private store: LogStore | null = null;
  private states: State[] = [{ log: [], hardState: { term: 0, vote: 0, commit: 0 } }];
  private acknowledged = 0;
  private snapshotIndex = 0;
  private committed = 0;
  /** Counts restarts: an answer from before one says nothing about the states after it. */
  private life = 0;

  async begin(): Promise<void> {
    this.store = await createStore(this.disk, { cacheBytesMax: 2000, batchBytesMax: 3000 });
  }

  async take(taken: Step): Promise<void> {
    switch (taken.kind) {
      case "append":
        return await this.append(taken);
      case "commit":
        return await this.commit(taken.ahead, taken.waits);
      case "snapshot":
        return await this.snapshot(taken.behind, taken.compact);
      case "confirm":
        return await this.opened.confirm();
      case "turns":
        for (let turn = 0; turn < taken.turns; turn++) await Promise.resolve();
        return;
      case "restart":
        return await this.restart(taken.how, taken.luck);
    }
  }

  private get opened(): LogStore {
    assert.ok(this.store !== null);
    return this.store;
  }

  private get last(): State {
    return this.states.at(-1) as State;
  }

  private async append({
    count,
    back,
    bytes,
    newTerm,
    vote,
    waits,
  }: Step & { kind: "append" }): Promise<void> {
    const { log, hardState: before } = this.last;
    const term = newTerm || before.term === 0 ? before.term + 1 : before.term;
    const hardState = {
      term,
      vote: term > before.term || before.vote === 0 ? vote : before.vote,
      commit: before.commit,
    };
    const kept = log.slice(0, Math.max(before.commit, log.length - (count > 0 ? back : 0)));
    const added = Array.from({ length: count }, (_, position) =>
      entry(kept.length + position + 1, term, "x".repeat(bytes)),
    );
    const number = this.states.push({ log: [...kept, ...added], hardState }) - 1;
    const { life } = this;
    const done = this.opened.append({ hardState, entries: added }).then(() => {
      if (life === this.life) this.acknowledged = Math.max(this.acknowledged, number);
    });
    if (waits) await done;
  }

  private async commit(ahead: number, waits: boolean): Promise<void> {
    const { log, hardState } = this.last;
    const commit = Math.max(hardState.commit, Math.min(log.length, hardState.commit + ahead));
    const next = { ...hardState, commit };
    this.states.push({ log, hardState: next });
    const done = this.opened.append({ hardState: next, entries: [] });
    if (!waits) return;
    await done;
    // Only what is durable here may be applied, and only applied entries go into snapshots.
    const durable = this.states[this.acknowledged] as State;
    if (commit <= durable.log.length) this.committed = commit;
  }

  private async snapshot(behind: number, compact: number): Promise<void> {
    const index = this.committed - behind;
    const found = this.opened.storage.term(index);
    if (index <= this.snapshotIndex || typeof found !== "number" || this.opened.storage.lastIndex() < index)
      return;
    const draft = await this.opened.beginSnapshot(metadata(index, found));
    await draft.write(new Uint8Array(100));
    await draft.commit();
    this.snapshotIndex = index;
    await this.opened.compact(Math.max(0, index - compact));
  }

  private async restart(how: "close" | "kill" | "crash", luck: number): Promise<void> {
    if (how === "close") await this.opened.close();
    else if (how === "kill") this.disk.kill();
    else this.disk.crash({ keepUnsynced: keeper(luck), keepNames: (_, unsynced) => luck % (unsynced + 1) });
    if (how === "close") this.acknowledged = this.states.length - 1;
    this.life++;
    this.store = await openStore(this.disk, { cacheBytesMax: 2000, batchBytesMax: 3000 });
    this.compare();
  }

  /** What came back must be one of the states from the acknowledged one on; commit may lag, a later vote may stay. */
  compare(): void {
    const { storage } = this.opened;
    const first = storage.firstIndex();
    const found = storage.entries(first, storage.lastIndex() + 1, Number.MAX_SAFE_INTEGER);
    assert.ok(typeof found !== "string");
    assert.ok(first <= this.snapshotIndex + 1);
    const snapshot = storage.snapshot();
    assert.ok(typeof snapshot !== "string" && snapshot.metadata.index >= this.snapshotIndex);
    const possible = this.states.slice(this.acknowledged);
    const { hardState } = storage.initialState();
    const match = possible.find(
      ({ log }) =>
        log.length === storage.lastIndex() &&
        log
          .slice(first - 1)
          .every((one, position) => describeEntry(one) === describeEntry(found[position] as Entry)),
    );
    assert.ok(match !== undefined, `the log ${first}–${storage.lastIndex()} is none that may come back`);
    const isKnown = possible.some(
      (one) => one.hardState.term === hardState.term && one.hardState.vote === hardState.vote,
    );
    assert.ok(isKnown, `term ${hardState.term} and vote ${hardState.vote} are none that may come back`);
    assert.ok(hardState.commit <= Math.max(this.last.hardState.commit, this.snapshotIndex));
    assert.ok(hardState.commit >= this.snapshotIndex && hardState.commit <= storage.lastIndex());
    this.states = [{ log: match.log, hardState }];
    this.acknowledged = 0;
    this.committed = Math.max(this.snapshotIndex, hardState.commit);
  }
}

/** Decides by a number what survives: nothing, everything, or some sectors. */
function keeper(luck: number): (change: UnsyncedChange) => Kept {
  let state = luck;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const kind = (state >>> 8) % 4;
    const pattern = state >>> 10;
    if (kind === 0) return "none";
    if (kind === 1) return "all";
    return kind === 2
      ? (sector): boolean => sector < pattern % 8
      : (sector): boolean => ((pattern >>> (sector % 20)) & 1) === 1;
  };
}

test("nothing acknowledged is ever missing", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const run = new Run();
      await run.begin();
      for (const one of steps) await run.take(one);
      await run.take({ kind: "restart", how: "crash", luck: steps.length * 7919 });
      await run.take({ kind: "restart", how: "close", luck: 0 });
    }),
    { numRuns: 400 },
  );
});
