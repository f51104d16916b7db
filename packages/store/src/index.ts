/**
 * The public interface of `@quorate/store`. See README.md for the design and the invariants.
 */

export {
  type Access,
  type AuthAuthenticateRequest,
  type AuthChangeCommand,
  type AuthCommand,
  type AuthEvent,
  type AuthorizedRequest,
  type AuthRefusalCode,
  type AuthResponse,
  type AuthRole,
  type AuthStatus,
  type AuthTokenResponse,
  type AuthUser,
  type AuthView,
  type Permission,
  PermissionType,
  type Principal,
  rootName,
  systemPrincipal,
} from "./auth/auth-api.ts";
export { compareNames } from "./auth/auth-name.ts";
export type { Backend, BackendSizes, BackendView, Changes, Cursor, PinnedView } from "./backend.ts";
export { compareBytes, prefixEnd } from "./bytes.ts";
export { EventType, type RevisionChanges, type WatchEvent } from "./change.ts";
export {
  type AttributedCommand,
  commandFormat,
  decodeAttributed,
  decodeCommand,
  encodeCommand,
} from "./command-codec.ts";
export { crc32c } from "./crc32c.ts";
export { type DigestJob, type KvHash, runJob } from "./digest.ts";
export type { FlushKeeper, Sidecars } from "./flush-keeper.ts";
export type { KeyValue } from "./key-value.ts";
export { clampLeaseTtl, type Lease, type LessorView } from "./lessor.ts";
export { MemoryBackend, type MemoryBackendOptions } from "./memory-backend.ts";
export type {
  Alarm,
  AlarmResponse,
  CompactionResponse,
  DeleteRangeResponse,
  LeaseCheckpointResponse,
  LeaseGrantResponse,
  LeaseRevokeResponse,
  NoResponse,
  OperationResponse,
  Outcome,
  PutResponse,
  RangeResponse,
  RefusalCode,
  Refused,
  Response,
  Result,
  TxnResponse,
} from "./outcome.ts";
export { commandCostBytes, defaultQuotaBytes } from "./quota.ts";
export type { RangeOptions } from "./range.ts";
export {
  AlarmAction,
  type AlarmRequest,
  AlarmType,
  type Command,
  type CompactionRequest,
  type Compare,
  CompareResult,
  CompareTarget,
  compare,
  type DeleteRangeRequest,
  deleteRangeRequest,
  type EmptyOperation,
  type LeaseCheckpointRequest,
  type LeaseGrantRequest,
  type LeaseRevokeRequest,
  type Operation,
  type PutRequest,
  putRequest,
  type RangeRequest,
  rangeRequest,
  SortOrder,
  SortTarget,
  type TxnRequest,
  txnRequest,
} from "./request.ts";
export {
  checkCommand,
  checkRange,
  checkTxn,
  isReadOnlyTxn,
  leaseTtlSecondsMax,
  txnOperationsMax,
} from "./request-check.ts";
export { type Hasher, sha256 } from "./sha256.ts";
export type { SnapshotReader, SnapshotRestore } from "./snapshot.ts";
export { Store, type StoreEntry, type StoreOptions } from "./store.ts";
export { StoreError, type StoreErrorCode } from "./store-error.ts";
export type { StoreEvent } from "./store-event.ts";
export { type DurableStore, type EncodedEntry, StoreMachine } from "./store-machine.ts";
export type { WatchHub, WatchRefusal } from "./watch-hub.ts";
export {
  defaultWatchLimits,
  type WatchBatch,
  type Watcher,
  type WatchLimits,
  type WatchRequest,
} from "./watcher.ts";
