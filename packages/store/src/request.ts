/**
 * Requests: what clients ask (etcdserverpb's, field by field) and what the log carries.
 *
 * Plain data of one shape each: all fields are always there. The numbers are etcd's, so a front maps a message without
 * looking at it; values that etcd does not know are refused by the checks, not by the types. The makers fill in etcd's
 * defaults.
 */

import type { AuthCommand } from "./auth/auth-api.ts";
import { noBytes } from "./bytes.ts";

/** RangeRequest.SortOrder. */
export const SortOrder = { none: 0, ascend: 1, descend: 2 } as const;
/** RangeRequest.SortTarget. */
export const SortTarget = { key: 0, version: 1, create: 2, mod: 3, value: 4 } as const;
/** Compare.CompareResult. */
export const CompareResult = { equal: 0, greater: 1, less: 2, notEqual: 3 } as const;
/** Compare.CompareTarget. */
export const CompareTarget = { version: 0, create: 1, mod: 2, value: 3, lease: 4 } as const;
/** AlarmType. */
export const AlarmType = { none: 0, noSpace: 1, corrupt: 2 } as const;
/** AlarmRequest.AlarmAction. */
export const AlarmAction = { get: 0, activate: 1, deactivate: 2 } as const;

/** Reads keys (RangeRequest). `serializable` is the member's affair and not here. */
export type RangeRequest = {
  readonly kind: "range";
  readonly key: Uint8Array;
  /** Empty: the one key. One zero byte: everything from `key` on. Otherwise the first key behind the range. */
  readonly rangeEnd: Uint8Array;
  /** Most keys to return; 0 is no limit. */
  readonly limit: number;
  /** Revision to read at; 0 or less is the current one. */
  readonly revision: number;
  /** One of {@link SortOrder}. */
  readonly sortOrder: number;
  /** One of {@link SortTarget}. */
  readonly sortTarget: number;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
  /** Bounds, inclusive; 0 is no bound. */
  readonly minModRevision: number;
  readonly maxModRevision: number;
  readonly minCreateRevision: number;
  readonly maxCreateRevision: number;
};

/** Writes a key (PutRequest). */
export type PutRequest = {
  readonly kind: "put";
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** Lease to attach the key to; 0n detaches it from the one it has. */
  readonly lease: bigint;
  readonly prevKv: boolean;
  /** Keeps the value that the key has; it must exist. */
  readonly ignoreValue: boolean;
  /** Keeps the lease that the key has; it must exist. */
  readonly ignoreLease: boolean;
};

/** Deletes keys (DeleteRangeRequest). */
export type DeleteRangeRequest = {
  readonly kind: "delete-range";
  readonly key: Uint8Array;
  /** As in {@link RangeRequest}. */
  readonly rangeEnd: Uint8Array;
  readonly prevKv: boolean;
};

/** A condition of a transaction (Compare). */
export type Compare = {
  /** One of {@link CompareResult}. */
  readonly result: number;
  /** One of {@link CompareTarget}. */
  readonly target: number;
  readonly key: Uint8Array;
  /** As in {@link RangeRequest}: all keys of the range must match. */
  readonly rangeEnd: Uint8Array;
  /** The version, createRevision or modRevision to compare with, by `target`. */
  readonly number: number;
  /** The value to compare with, when `target` says so. */
  readonly value: Uint8Array;
  /** The lease to compare with, when `target` says so. */
  readonly lease: bigint;
};

/** An operation that was left empty in its message; refused by the checks. */
export type EmptyOperation = { readonly kind: "empty" };

/** An operation of a transaction (RequestOp). */
export type Operation = RangeRequest | PutRequest | DeleteRangeRequest | TxnRequest | EmptyOperation;

/** Conditions, and what to do when all hold or not (TxnRequest). */
export type TxnRequest = {
  readonly kind: "txn";
  readonly compare: readonly Compare[];
  readonly success: readonly Operation[];
  readonly failure: readonly Operation[];
};

/** Forgets what was superseded up to a revision (CompactionRequest; `physical` is the member's affair). */
export type CompactionRequest = { readonly kind: "compaction"; readonly revision: number };

/** Creates a lease (LeaseGrantRequest). The proposer has chosen the id and clamped the TTL. */
export type LeaseGrantRequest = {
  readonly kind: "lease-grant";
  readonly id: bigint;
  readonly ttlSeconds: number;
};

/** Ends a lease and deletes its keys (LeaseRevokeRequest): on request, or because it expired. */
export type LeaseRevokeRequest = { readonly kind: "lease-revoke"; readonly id: bigint };

/** Records how much time leases have left (LeaseCheckpointRequest), so that an election does not renew them in full. */
export type LeaseCheckpointRequest = {
  readonly kind: "lease-checkpoint";
  readonly checkpoints: readonly { readonly id: bigint; readonly remainingTtlSeconds: number }[];
};

/** Lists, raises or disarms alarms (AlarmRequest). */
export type AlarmRequest = {
  readonly kind: "alarm";
  /** One of {@link AlarmAction}. */
  readonly action: number;
  /** Member that the alarm is about; unsigned. */
  readonly memberId: bigint;
  /** One of {@link AlarmType}. */
  readonly alarm: number;
};

/** What the log carries for the store. */
export type Command =
  | PutRequest
  | DeleteRangeRequest
  | TxnRequest
  | CompactionRequest
  | LeaseGrantRequest
  | LeaseRevokeRequest
  | LeaseCheckpointRequest
  | AlarmRequest
  | AuthCommand;

/** Makes a {@link RangeRequest}. */
export function rangeRequest(fields: Partial<RangeRequest> & { readonly key: Uint8Array }): RangeRequest {
  return {
    kind: "range",
    key: fields.key,
    rangeEnd: fields.rangeEnd ?? noBytes,
    limit: fields.limit ?? 0,
    revision: fields.revision ?? 0,
    sortOrder: fields.sortOrder ?? SortOrder.none,
    sortTarget: fields.sortTarget ?? SortTarget.key,
    keysOnly: fields.keysOnly ?? false,
    countOnly: fields.countOnly ?? false,
    minModRevision: fields.minModRevision ?? 0,
    maxModRevision: fields.maxModRevision ?? 0,
    minCreateRevision: fields.minCreateRevision ?? 0,
    maxCreateRevision: fields.maxCreateRevision ?? 0,
  };
}

/** Makes a {@link PutRequest}. */
export function putRequest(fields: Partial<PutRequest> & { readonly key: Uint8Array }): PutRequest {
  return {
    kind: "put",
    key: fields.key,
    value: fields.value ?? noBytes,
    lease: fields.lease ?? 0n,
    prevKv: fields.prevKv ?? false,
    ignoreValue: fields.ignoreValue ?? false,
    ignoreLease: fields.ignoreLease ?? false,
  };
}

/** Makes a {@link DeleteRangeRequest}. */
export function deleteRangeRequest(
  fields: Partial<DeleteRangeRequest> & { readonly key: Uint8Array },
): DeleteRangeRequest {
  return {
    kind: "delete-range",
    key: fields.key,
    rangeEnd: fields.rangeEnd ?? noBytes,
    prevKv: fields.prevKv ?? false,
  };
}

/** Makes a {@link Compare}. */
export function compare(fields: Partial<Compare> & { readonly key: Uint8Array }): Compare {
  return {
    result: fields.result ?? CompareResult.equal,
    target: fields.target ?? CompareTarget.version,
    key: fields.key,
    rangeEnd: fields.rangeEnd ?? noBytes,
    number: fields.number ?? 0,
    value: fields.value ?? noBytes,
    lease: fields.lease ?? 0n,
  };
}

/** Makes a {@link TxnRequest}. */
export function txnRequest(fields: Partial<TxnRequest>): TxnRequest {
  return {
    kind: "txn",
    compare: fields.compare ?? [],
    success: fields.success ?? [],
    failure: fields.failure ?? [],
  };
}
