/**
 * A small member's data for tests.
 */

import assert from "node:assert/strict";
import { type ConfState, type Entry, EntryType, makeEntry, type SnapshotMetadata } from "@quorate/raft";
import {
  type Identity,
  LogStore,
  type LogStoreOptions,
  type MemoryDisk,
  StorageError,
  type StorageErrorCode,
} from "../src/index.ts";

export const directory = "/data";
export const identity: Identity = { clusterId: 0xfeed_f00d_dead_beefn, memberId: 7 };
export const confState: ConfState = {
  voters: [1, 7],
  votersOutgoing: [],
  learners: [9],
  learnersNext: [],
  autoLeave: false,
};

/** Segments that a handful of batches fills. */
export const smallSegments = 4096;

/** An entry whose data tells its index and term. */
export function entry(index: number, term: number, text = `entry ${index} of term ${term}`): Entry {
  return makeEntry(EntryType.normal, term, index, new TextEncoder().encode(text));
}

/** Entries `[lo, hi)` of one term. */
export function entries(lo: number, hi: number, term: number): readonly Entry[] {
  return Array.from({ length: hi - lo }, (_, position) => entry(lo + position, term));
}

export function metadata(index: number, term: number): SnapshotMetadata {
  return { index, term, confState };
}

/** Initialises and opens. */
export async function createStore(
  disk: MemoryDisk,
  options: Partial<LogStoreOptions> = {},
): Promise<LogStore> {
  await LogStore.initialize(disk.attach(), directory, {
    identity,
    confState,
    segmentBytes: options.segmentBytes ?? smallSegments,
  });
  return await openStore(disk, options);
}

export function openStore(disk: MemoryDisk, options: Partial<LogStoreOptions> = {}): Promise<LogStore> {
  return LogStore.open(disk.attach(), directory, { identity, segmentBytes: smallSegments, ...options });
}

/** Opens what a machine that was killed left, and throws the handle away when the caller is done. */
export async function withStore<T>(disk: MemoryDisk, look: (store: LogStore) => Promise<T> | T): Promise<T> {
  const store = await openStore(disk);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

/** The whole log as `index/term` and data. */
export function logOf(store: LogStore): readonly string[] {
  const { storage } = store;
  const found = storage.entries(storage.firstIndex(), storage.lastIndex() + 1, Number.MAX_SAFE_INTEGER);
  if (typeof found === "string") assert.fail(`the log cannot be read: ${found}`);
  return found.map(describeEntry);
}

export function describeEntry({ index, term, data }: Entry): string {
  return `${index}/${term} ${new TextDecoder().decode(data)}`;
}

/** Makes a snapshot with some content. */
export async function takeSnapshot(
  store: LogStore,
  index: number,
  term: number,
  content = `state at ${index}`,
): Promise<void> {
  const draft = await store.beginSnapshot(metadata(index, term));
  await draft.write(new TextEncoder().encode(content));
  await draft.commit();
}

/** The content of a snapshot as text. */
export async function contentOf(store: LogStore, index: number, term: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of store.read({ metadata: metadata(index, term), data: new Uint8Array(0) })) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

export function isError(
  code: StorageErrorCode,
  more: { readonly file?: string } = {},
): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StorageError, `not a StorageError: ${String(error)}`);
    assert.equal(error.code, code, error.message);
    if (more.file !== undefined) assert.equal(error.file, `${directory}/${more.file}`);
    assert.ok(error.remedy.length > 0);
    return true;
  };
}

/** Lets everything that can go on without an event from outside go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Runs a scenario until it is about to do operation `number` (from now), and stops the world there. True if it came to that. */
export async function stopAt(
  disk: MemoryDisk,
  number: number,
  scenario: () => Promise<unknown>,
): Promise<boolean> {
  let count = 0;
  disk.onOperation = () => (++count >= number ? { kind: "stall" } : null);
  const outcome = scenario().then(
    () => null,
    (error: unknown) => error,
  );
  await settle();
  disk.onOperation = undefined;
  if (count >= number) return true;
  const error = await outcome;
  assert.ifError(error);
  return false;
}
