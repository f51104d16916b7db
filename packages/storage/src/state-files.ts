/**
 * The two state files: hard state and durable mark, each a sector, written in turn and never at the same time.
 *
 * ```
 *   0 magic, version   8 crc of the rest   16 generation (8)   24 term (8)   32 vote (8)   40 commit (8)
 *  48 sequence of the batch that the hard state belongs to (8)     56 durable mark (8)     zeros
 * ```
 */

import { emptyHardState, type HardState, none } from "@quorate/raft";
import { crc32, seedWith } from "./checksum.ts";
import { type Disk, DiskError, type DiskFile, joinPath } from "./disk.ts";
import {
  checkFileHeader,
  fileHeaderBytes,
  getNumber,
  Magic,
  putFileHeader,
  sectorBytes,
  setNumber,
  stateNames,
  viewOf,
} from "./layout.ts";
import { corrupt, StorageError } from "./storage-error.ts";

/** What a state file says. */
export type StateRecord = {
  readonly hardState: HardState;
  /** The batch that carried, or was to carry, this hard state. */
  readonly sequence: number;
  /** Every batch up to this one is durable. */
  readonly durable: number;
};

/** One of the two as found: its generation, or what is wrong with it. */
export type FoundState =
  | { readonly ok: true; readonly path: string; readonly generation: number; readonly record: StateRecord }
  | { readonly ok: false; readonly path: string; readonly error: StorageError };

/** Encodes a state file into a sector that holds zeros or another state. `slot` is 0 or 1. */
function encodeState(
  bytes: Uint8Array,
  record: StateRecord,
  generation: number,
  slot: number,
  logSeed: number,
): void {
  const view = viewOf(bytes);
  putFileHeader(view, Magic.state);
  const { term, vote, commit } = record.hardState;
  setNumber(view, 16, generation);
  setNumber(view, 24, term);
  setNumber(view, 32, vote);
  setNumber(view, 40, commit);
  setNumber(view, 48, record.sequence);
  setNumber(view, 56, record.durable);
  view.setUint32(fileHeaderBytes, checksum(bytes, slot, logSeed), true);
}

function decodeState(path: string, bytes: Uint8Array, slot: number, logSeed: number): FoundState {
  const view = viewOf(bytes);
  checkFileHeader(path, view, Magic.state, "a state file");
  if (
    bytes.length !== sectorBytes ||
    view.getUint32(fileHeaderBytes, true) !== checksum(bytes, slot, logSeed)
  ) {
    throw corrupt(path, 0, "the hard state is damaged, or belongs to another member");
  }
  const number = (position: number): number => getNumber(view, 16 + 8 * position);
  const hardState = { term: number(1), vote: number(2), commit: number(3) };
  return {
    ok: true,
    path,
    generation: number(0),
    record: { hardState, sequence: number(4), durable: number(5) },
  };
}

function checksum(bytes: Uint8Array, slot: number, logSeed: number): number {
  return crc32(bytes, 12, sectorBytes, crc32(bytes, 0, fileHeaderBytes, seedWith(logSeed, slot)));
}

/**
 * Reads both files. A damaged or missing one is reported, not thrown.
 * @throws StorageError `version`; DiskError
 */
export async function readStates(
  disk: Disk,
  directory: string,
  logSeed: number,
): Promise<readonly FoundState[]> {
  const found: FoundState[] = [];
  for (const [slot, name] of stateNames.entries()) {
    const path = joinPath(directory, name);
    try {
      found.push(decodeState(path, await readSmallFile(disk, path, sectorBytes + 1), slot, logSeed));
    } catch (error) {
      if (error instanceof DiskError && error.code === "not-found") {
        found.push({ ok: false, path, error: corrupt(path, null, "the state file is missing") });
      } else if (error instanceof StorageError && error.code === "corrupt") {
        found.push({ ok: false, path, error });
      } else {
        throw error;
      }
    }
  }
  return found;
}

/** Reads a file of at most `bytesMax` bytes. */
export async function readSmallFile(disk: Disk, path: string, bytesMax: number): Promise<Uint8Array> {
  const file = await disk.open(path, "read");
  try {
    const bytes = new Uint8Array(Math.min(await file.size(), bytesMax));
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}

/**
 * What two hard states promise together: the higher term with its vote, and the higher commit index. In one term a vote
 * is given once, so two different votes cannot both be true; then null.
 */
export function mergeHardStates(one: HardState, other: HardState): HardState | null {
  const commit = Math.max(one.commit, other.commit);
  if (one.term !== other.term) {
    const { term, vote } = one.term > other.term ? one : other;
    return { term, vote, commit };
  }
  if (one.vote !== other.vote && one.vote !== none && other.vote !== none) return null;
  return { term: one.term, vote: one.vote === none ? other.vote : one.vote, commit };
}

/** The two files, opened for writing. */
export class StateFiles {
  private readonly files: readonly [DiskFile, DiskFile];
  private readonly logSeed: number;
  private generation: number;
  private running: Promise<void> = Promise.resolve();
  /** What is being written; a file has it only until its write is settled, and the next begins after that. */
  private readonly sector = new Uint8Array(sectorBytes);
  private buffer: StateRecord = { hardState: emptyHardState, sequence: 0, durable: 0 };

  constructor(files: readonly [DiskFile, DiskFile], generation: number, logSeed: number) {
    this.files = files;
    this.generation = generation;
    this.logSeed = logSeed;
  }

  /** Opens both, making what is missing. `first` is the slot that may be overwritten first: the damaged or older one. */
  static async open(
    disk: Disk,
    directory: string,
    found: readonly FoundState[],
    logSeed: number,
  ): Promise<StateFiles> {
    const [a, b] = stateNames;
    const files = [
      await openOrCreate(disk, joinPath(directory, a)),
      await openOrCreate(disk, joinPath(directory, b)),
    ] as const;
    const generations = found.map((state) => (state.ok ? state.generation : -1));
    const newest = Math.max(...generations, 0);
    // The next generation's parity names the slot that is written next: never the only good, or the newest, one.
    const newestSlot = generations.indexOf(newest);
    const generation = newestSlot < 0 || newest % 2 === newestSlot ? newest : newest + 1;
    return new StateFiles(files, generation, logSeed);
  }

  /** What was written last. */
  get last(): StateRecord {
    return this.buffer;
  }

  /** Writes the older of the two, durably. Calls queue up: the files are never written at the same time. */
  write(record: StateRecord): Promise<void> {
    this.running = this.running.then(async () => {
      const generation = this.generation + 1;
      const slot = generation % 2;
      const file = slot === 0 ? this.files[0] : this.files[1];
      encodeState(this.sector, record, generation, slot, this.logSeed);
      await file.write(this.sector, 0);
      await file.datasync();
      this.generation = generation;
      this.buffer = record;
    });
    return this.running;
  }

  async close(): Promise<void> {
    await this.running.catch(() => undefined);
    for (const file of this.files) await file.close();
  }
}

async function openOrCreate(disk: Disk, path: string): Promise<DiskFile> {
  try {
    return await disk.open(path, "write");
  } catch (error) {
    if (!(error instanceof DiskError && error.code === "not-found")) throw error;
    return await disk.open(path, "create");
  }
}
