/**
 * A client for Quorate and etcd v3.
 */

export type { Auth } from "./auth.ts";
export type { CallOptions } from "./caller.ts";
export { Client } from "./client.ts";
export {
  ClientError,
  type ClientErrorCode,
  type ClientErrorDetails,
  type Outcome,
} from "./client-error.ts";
export { type Clock, type Random, systemClock } from "./clock.ts";
export type { Cluster } from "./cluster.ts";
export { type Comparison, compare } from "./compare.ts";
export { connect, createClient } from "./connect.ts";
export type { TurnOptions } from "./contender.ts";
export type { CampaignOptions, Leadership, ObserveOptions } from "./election.ts";
export type { DuplexStream } from "./endpoint.ts";
export { KeyValue } from "./key-value.ts";
export type { CompactOptions } from "./kv.ts";
export type { Lease, LeaseOptions } from "./lease.ts";
export type { Lock, LockOptions } from "./lock.ts";
export type { EndpointStatus, Maintenance } from "./maintenance.ts";
export {
  type DeleteOptions,
  type DeleteResult,
  type Operation,
  op,
  type PutOptions,
  type PutResult,
  type RangeOptions,
  type RangeResult,
  type ReadOptions,
  type Results,
} from "./operation.ts";
export type { IterateOptions } from "./paging.ts";
export {
  type Bytes,
  keyAfter,
  prefixEnd,
  type Selection,
  toBytes,
  toWireRange,
  type WireRange,
} from "./selection.ts";
export type { ClientEvent, ClientOptions, Credentials, TlsOptions } from "./settings.ts";
export type { WatchBatch, WatchEvent, WatchOptions } from "./subscription.ts";
export type { Txn, TxnResult } from "./txn.ts";
export type { Watch } from "./watch.ts";
