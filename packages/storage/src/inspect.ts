/**
 * Looks at a data directory without a lock and without changing anything, and reports everything that it can read and
 * everything that is wrong. For the doctor, while the member is down; of a running member the end of the log may be
 * reported as damaged.
 */

import type { HardState, SnapshotMetadata } from "@quorate/raft";
import { type Disk, joinPath } from "./disk.ts";
import type { RecoveryWarning } from "./event.ts";
import { type Identity, logSeedOf } from "./identity.ts";
import { readIdentity } from "./initialization.ts";
import { snapshotName } from "./layout.ts";
import { LogIndex } from "./log-index.ts";
import { recover, type SegmentSurvey } from "./recovery.ts";
import { SnapshotFileReader } from "./snapshot-file.ts";
import { type SnapshotSurvey, surveySnapshots } from "./snapshot-survey.ts";
import { type FoundState, readStates } from "./state-files.ts";
import { asStorageError, StorageError } from "./storage-error.ts";

/** One of the two state files. */
export type InspectedState = {
  readonly file: string;
  /** Null if it is damaged or missing. */
  readonly hardState: HardState | null;
  /** The batch up to which it proves durability; null if it is damaged. */
  readonly durable: number | null;
};

/** What is there. */
export type Inspection = {
  readonly identity: Identity | null;
  readonly states: readonly InspectedState[];
  /** The segments that could be read, up to the first bad one. */
  readonly segments: readonly SegmentSurvey[];
  readonly snapshots: readonly { readonly metadata: SnapshotMetadata; readonly bytes: number }[];
  /** What recovery would give; null if it would refuse. */
  readonly log: {
    readonly hardState: HardState;
    readonly firstIndex: number;
    readonly lastIndex: number;
  } | null;
  /** What recovery would deal with by itself. */
  readonly warnings: readonly RecoveryWarning[];
  /** Why a member must not run on this, and damaged snapshots. Empty if all is well. */
  readonly problems: readonly StorageError[];
};

/**
 * See the module. With `content`, the content of every snapshot is read and checked as well.
 * @throws anything but a disk's or the storage's own errors, which are reported
 */
export async function inspect(
  disk: Disk,
  directory: string,
  options: { readonly content?: boolean } = {},
): Promise<Inspection> {
  const problems: StorageError[] = [];
  const segments: SegmentSurvey[] = [];
  const snapshots: { metadata: SnapshotMetadata; bytes: number }[] = [];
  let identity: Identity | null = null;
  let states: readonly FoundState[] = [];
  let log: Inspection["log"] = null;
  let warnings: readonly RecoveryWarning[] = [];
  await collect(problems, async () => {
    const names = await disk.list(directory);
    const file = await readIdentity(disk, directory, names);
    identity = file.identity;
    const logSeed = logSeedOf(file.identity);
    await collect(problems, async () => {
      states = await readStates(disk, directory, logSeed);
    });
    let survey: SnapshotSurvey | null = null;
    await collect(problems, async () => {
      survey = await surveySnapshots(disk, directory, names, logSeed);
      for (const metadata of survey.valid) snapshots.push({ metadata, bytes: 0 });
      problems.push(...survey.problems);
    });
    for (const one of snapshots) {
      await collect(problems, async () => {
        const { index, term } = one.metadata;
        const reader = await SnapshotFileReader.open(
          disk,
          joinPath(directory, snapshotName(index, term)),
          logSeed,
        );
        one.bytes = reader.trailer.totalBytes;
        try {
          if (options.content === true) await reader.verify();
        } finally {
          await reader.close();
        }
      });
    }
    if (survey === null) return;
    const index = new LogIndex(() => "io", 0);
    const onSegment = (segment: SegmentSurvey): void => {
      segments.push(segment);
    };
    const found = await recover({ disk, directory, logSeed, names, snapshots: survey, index, onSegment });
    warnings = found.warnings;
    log = { hardState: found.hardState, firstIndex: index.firstIndex, lastIndex: index.lastIndex };
  });
  return { identity, states: states.map(stateReport), segments, snapshots, log, warnings, problems };
}

function stateReport(state: FoundState): InspectedState {
  if (!state.ok) return { file: state.path, hardState: null, durable: null };
  return { file: state.path, hardState: state.record.hardState, durable: state.record.durable };
}

/** Runs a step; what it throws is a finding. */
async function collect(problems: StorageError[], step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    const typed = asStorageError(error);
    if (!(typed instanceof StorageError)) throw error;
    if (!problems.includes(typed)) problems.push(typed);
  }
}
