/**
 * The public interface of `@quorate/storage`. See README.md.
 */

export { crc32 } from "./checksum.ts";
export {
  type Disk,
  DiskError,
  type DiskFault,
  type DiskFile,
  type DiskLock,
  joinPath,
  lockName,
  type OpenMode,
} from "./disk.ts";
export type { RecoveryWarning, StorageEvent, StorageEventSink } from "./event.ts";
export type { Identity, IdentityFile } from "./identity.ts";
export { readIdentity } from "./initialization.ts";
export { type InspectedState, type Inspection, inspect } from "./inspect.ts";
export { LogStore } from "./log-store.ts";
export type { LogStoreOptions, LogWrite } from "./log-store-options.ts";
export { MemoryDisk } from "./memory-disk.ts";
export type { CrashOptions, DiskOperation, InjectedFault, MemoryDiskOptions } from "./memory-faults.ts";
export type { Kept, UnsyncedChange } from "./memory-inode.ts";
export { NodeDisk } from "./node-disk.ts";
export { nodeSha256, type Sha256 } from "./node-sha256.ts";
export type { SegmentSurvey } from "./recovery.ts";
export {
  type SnapshotDraft,
  type SnapshotOffer,
  type SnapshotReader,
  type SnapshotReceiver,
  SnapshotStore,
} from "./snapshot-store.ts";
export { StorageError, type StorageErrorCode } from "./storage-error.ts";
