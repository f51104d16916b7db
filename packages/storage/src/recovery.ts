/**
 * Recovery, the reading half: looks at everything in a data directory and says what the log is, without changing a bit.
 * `repair.ts` is the other half. See the README for the rules.
 */

import type { HardState, SnapshotMetadata } from "@quorate/raft";
import { batchBytes, decodeBatchHeader, findBadRecord } from "./batch-format.ts";
import { type Disk, joinPath } from "./disk.ts";
import type { RecoveryWarning } from "./event.ts";
import { parseSegmentName, segmentName, viewOf } from "./layout.ts";
import type { LogIndex } from "./log-index.ts";
import { type LastBatch, Replay } from "./replay.ts";
import {
  decodeSegmentHeader,
  type SegmentHeader,
  segmentHeaderBytes,
  segmentSeed,
} from "./segment-header.ts";
import type { SnapshotSurvey } from "./snapshot-survey.ts";
import { type FoundState, mergeHardStates, readStates } from "./state-files.ts";
import { corrupt, type StorageError } from "./storage-error.ts";
import { judgeTail, type Verdict } from "./tail-verdict.ts";

/** What a segment holds. */
export type SegmentSurvey = {
  readonly name: string;
  readonly header: SegmentHeader;
  readonly batches: number;
  readonly records: number;
  /** Bytes up to the end of the last batch. */
  readonly usedBytes: number;
};

/** What recovery found. */
export type Recovered = {
  readonly hardState: HardState;
  readonly snapshot: SnapshotMetadata | null;
  /** Sequence number of the last batch. */
  readonly sequence: number;
  readonly segments: readonly SegmentSurvey[];
  /** Names of segments that an interrupted clean-up left. */
  readonly obsolete: readonly string[];
  readonly states: readonly FoundState[];
  /** Where the next batch goes in the last segment. */
  readonly endOffset: number;
  /** What is to be cleared in the last segment, or null. */
  readonly torn: { readonly offset: number; readonly end: number } | null;
  /** The last batch, if nothing proves that it is durable. */
  readonly unproven: LastBatch | null;
  /** The log must be made to begin behind the snapshot. */
  readonly needsReset: boolean;
  readonly warnings: readonly RecoveryWarning[];
};

/** What is known before the log is read. */
export type RecoveryInput = {
  readonly disk: Disk;
  readonly directory: string;
  readonly logSeed: number;
  readonly names: readonly string[];
  readonly snapshots: SnapshotSurvey;
  /** Receives the entries. */
  readonly index: LogIndex;
  /** Called for every segment that was read; for reports. */
  readonly onSegment?: (segment: SegmentSurvey) => void;
};

/**
 * Reads the log.
 * @throws StorageError `corrupt`, `version`; DiskError
 */
export async function recover(input: RecoveryInput): Promise<Recovered> {
  const { disk, directory, logSeed, index } = input;
  const warnings: RecoveryWarning[] = [];
  const states = await readStates(disk, directory, logSeed);
  const durable = checkStates(states, warnings);
  const run = await readRun(input, warnings);
  const replay = new Replay(index, run.headers);
  let verdict: Verdict = { kind: "end" };
  const segments: SegmentSurvey[] = [];
  for (const [position, header] of run.headers.entries()) {
    const next = run.headers[position + 1] ?? null;
    const path = joinPath(directory, segmentName(header.id));
    const bytes = await readSegmentFile(disk, path, header);
    const survey = scanSegment({ path, bytes, header, next, logSeed, replay });
    verdict = survey.verdict;
    segments.push(survey.segment);
    input.onSegment?.(survey.segment);
  }
  const path = joinPath(directory, segmentName((run.headers.at(-1) as SegmentHeader).id));
  const { sequence } = replay;
  if (durable > sequence) {
    const what = `the log ends with batch ${sequence}, but batch ${durable} had been durable: acknowledged data is missing`;
    throw corrupt(path, replay.endOffset, what);
  }
  if (verdict.kind === "torn")
    warnings.push({ kind: "torn-tail", file: path, offset: verdict.offset, what: verdict.what });
  const snapshot = chooseSnapshot(input, index, warnings);
  const needsReset = snapshot !== null && !coversTerm(index, snapshot);
  const start = needsReset && snapshot !== null ? snapshot : null;
  if (start !== null) index.reset({ index: start.index, term: start.term });
  return {
    hardState: settleHardState(path, { replay, states, snapshot, index }),
    snapshot,
    sequence,
    segments,
    obsolete: run.obsolete,
    states,
    endOffset: replay.endOffset,
    torn: verdict.kind === "torn" ? { offset: verdict.offset, end: verdict.end } : null,
    unproven: sequence > durable ? replay.lastBatch : null,
    needsReset,
    warnings,
  };
}

/** The highest durable mark; at least one of the files must be good. */
function checkStates(states: readonly FoundState[], warnings: RecoveryWarning[]): number {
  let durable = -1;
  let bad: StorageError | null = null;
  for (const state of states) {
    if (state.ok) {
      durable = Math.max(durable, state.record.durable);
    } else {
      bad = state.error;
      warnings.push({
        kind: "state-file",
        file: state.path,
        offset: state.error.offset,
        what: state.error.message,
      });
    }
  }
  if (durable < 0 && bad !== null) throw bad;
  return durable;
}

type Run = { readonly headers: readonly SegmentHeader[]; readonly obsolete: readonly string[] };

/** Finds the segments and reads their headers. Segments before a gap are left-overs, if a snapshot covers the gap. */
async function readRun(
  { disk, directory, logSeed, names, snapshots }: RecoveryInput,
  warnings: RecoveryWarning[],
): Promise<Run> {
  const ids = names
    .map(parseSegmentName)
    .filter((id) => id !== null)
    .toSorted((one, other) => one - other);
  const last = ids.at(-1);
  if (last === undefined) throw corrupt(directory, null, "there is no segment of the log");
  const present = new Set(ids);
  let first = last;
  while (present.has(first - 1)) first--;
  const headers: SegmentHeader[] = [];
  for (let id = first; id <= last; id++) {
    const path = joinPath(directory, segmentName(id));
    headers.push(await readHeader(disk, path, id, logSeed));
  }
  const start = (headers[0] as SegmentHeader).last.index;
  const covered = snapshots.newest?.index ?? 0;
  if (first > 1 && covered < start) {
    if (snapshots.damaged !== null) throw snapshots.damaged;
    const what = `this segment of the log, or one before ${segmentName(first)}, is missing: no snapshot reaches index ${start}`;
    throw corrupt(joinPath(directory, segmentName(first - 1)), null, what);
  }
  const obsolete = ids.filter((id) => id < first).map(segmentName);
  for (const name of obsolete) {
    const what = "a segment that a snapshot covers was left by an interrupted clean-up";
    warnings.push({ kind: "leftover", file: joinPath(directory, name), offset: null, what });
  }
  return { headers, obsolete };
}

async function readHeader(disk: Disk, path: string, id: number, logSeed: number): Promise<SegmentHeader> {
  const file = await disk.open(path, "read");
  try {
    const bytes = new Uint8Array(segmentHeaderBytes);
    return decodeSegmentHeader(path, bytes.subarray(0, await file.read(bytes, 0)), id, logSeed);
  } finally {
    await file.close();
  }
}

async function readSegmentFile(disk: Disk, path: string, header: SegmentHeader): Promise<Uint8Array> {
  const file = await disk.open(path, "read");
  try {
    const size = await file.size();
    if (size !== header.sizeBytes) {
      throw corrupt(
        path,
        Math.min(size, header.sizeBytes),
        `the segment has ${size} bytes instead of ${header.sizeBytes}`,
      );
    }
    const bytes = new Uint8Array(size);
    const read = await file.read(bytes, 0);
    if (read < size) throw corrupt(path, read, "the segment is cut off");
    return bytes;
  } finally {
    await file.close();
  }
}

type Scan = {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly header: SegmentHeader;
  /** The next segment's header: it says how many batches there must be. */
  readonly next: SegmentHeader | null;
  readonly logSeed: number;
  readonly replay: Replay;
};

function scanSegment({ path, bytes, header, next, logSeed, replay }: Scan): {
  readonly segment: SegmentSurvey;
  readonly verdict: Verdict;
} {
  const view = viewOf(bytes);
  const seed = segmentSeed(logSeed, header.id);
  replay.beginSegment(path, header);
  let position = segmentHeaderBytes;
  let batches = 0;
  let records = 0;
  for (; replay.sequence + 1 !== next?.firstSequence; batches++) {
    const batch = decodeBatchHeader(view, bytes, position, seed);
    if (batch === null || batch.sequence !== replay.sequence + 1 || batch.offset !== position) break;
    if (findBadRecord(view, bytes, position, batch) !== null) break;
    replay.take(path, view, bytes, position, batch);
    records += batch.records;
    position += batchBytes(batch.bodyBytes);
  }
  const expected = replay.sequence + 1;
  const survey = { name: segmentName(header.id), header, batches, records, usedBytes: position };
  if (next !== null) {
    if (next.firstSequence !== expected) {
      const what = `batch ${expected} is damaged or missing, although the next segment begins with batch ${next.firstSequence}: it had been acknowledged`;
      throw corrupt(path, position, what);
    }
    return { segment: survey, verdict: { kind: "end" } };
  }
  const verdict = judgeTail(bytes, position, expected, seed, header.id);
  if (verdict.kind === "rot") throw corrupt(path, verdict.offset, verdict.what);
  return { segment: survey, verdict };
}

/** The newest valid snapshot, if the log goes on from it. */
function chooseSnapshot(
  { snapshots, directory }: RecoveryInput,
  index: LogIndex,
  warnings: RecoveryWarning[],
): SnapshotMetadata | null {
  const start = index.firstIndex - 1;
  const { newest, damaged } = snapshots;
  if ((newest?.index ?? 0) < start) {
    if (damaged !== null) throw damaged;
    throw corrupt(directory, null, `the log begins behind index ${start}, and no snapshot reaches it`);
  }
  for (const error of snapshots.problems) {
    warnings.push({ kind: "snapshot", file: error.file, offset: error.offset, what: error.message });
  }
  return newest;
}

/** Whether the log contains the snapshot's last entry, or begins right behind it. */
function coversTerm(index: LogIndex, snapshot: SnapshotMetadata): boolean {
  return index.term(snapshot.index) === snapshot.term;
}

function settleHardState(
  path: string,
  found: {
    readonly replay: Replay;
    readonly states: readonly FoundState[];
    readonly snapshot: SnapshotMetadata | null;
    readonly index: LogIndex;
  },
): HardState {
  const { replay, states, snapshot, index } = found;
  let hardState = replay.hardState;
  let commitProven = replay.hardState.commit;
  for (const state of states) {
    if (!state.ok) continue;
    const merged = mergeHardStates(hardState, state.record.hardState);
    if (merged === null) {
      throw corrupt(
        state.path,
        null,
        `in term ${hardState.term} it says vote ${state.record.hardState.vote}, and the log vote ${hardState.vote}`,
      );
    }
    hardState = merged;
    if (state.record.sequence <= replay.sequence)
      commitProven = Math.max(commitProven, state.record.hardState.commit);
  }
  if (commitProven > index.lastIndex) {
    throw corrupt(
      path,
      replay.endOffset,
      `entry ${commitProven} was committed, and the log ends at ${index.lastIndex}`,
    );
  }
  const term = Math.max(hardState.term, snapshot?.term ?? 0);
  return {
    term,
    vote: term > hardState.term ? 0 : hardState.vote,
    commit: Math.max(Math.min(hardState.commit, index.lastIndex), snapshot?.index ?? 0),
  };
}
