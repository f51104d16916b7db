/**
 * Outcomes: what a command or a read came to. Values, equal on every member; the edge maps codes to gRPC status and
 * etcd's texts.
 */

import type { AuthRefusalCode, AuthResponse, AuthTokenResponse } from "./auth/auth-api.ts";
import type { KeyValue } from "./key-value.ts";

/**
 * Why a request was refused; nothing was changed. In brackets etcd's text, prefixed `etcdserver: ` at the wire.
 *
 * - `key-empty` [key is not provided], `key-not-found` [key not found], `value-provided` [value is provided],
 *   `lease-provided` [lease is provided], `too-many-ops` [too many operations in txn request], `duplicate-key`
 *   [duplicate key given in txn request], `invalid-sort-option` [invalid sort option]: the request is malformed.
 * - `compacted` [mvcc: required revision has been compacted], `future-revision` [mvcc: required revision is a future
 *   revision].
 * - `lease-not-found` [requested lease not found], `lease-exists` [lease already exists], `lease-ttl-too-large` [too
 *   large lease TTL].
 * - `no-space` [mvcc: database space exceeded]: the NOSPACE alarm is on, or the quota would be exceeded.
 * - `corrupt` [corrupt cluster]: the CORRUPT alarm is on.
 * - Those of {@link AuthRefusalCode}: users, roles, permissions.
 * - `bad-command`: the log holds bytes that this version cannot read, or a value etcd does not define. Same everywhere.
 */
export type RefusalCode =
  | "key-empty"
  | "key-not-found"
  | "value-provided"
  | "lease-provided"
  | "too-many-ops"
  | "duplicate-key"
  | "invalid-sort-option"
  | "compacted"
  | "future-revision"
  | "lease-not-found"
  | "lease-exists"
  | "lease-ttl-too-large"
  | "no-space"
  | "corrupt"
  | "bad-command"
  | AuthRefusalCode;

/** Every response says the revision that its header carries: the store's after the request, as etcd counts it. */
export type RangeResponse = {
  readonly kind: "range";
  readonly revision: number;
  readonly kvs: readonly KeyValue[];
  /** Whether the limit cut something off. */
  readonly more: boolean;
  /** Keys in the range, whatever limit and filters say. */
  readonly count: number;
};

export type PutResponse = {
  readonly kind: "put";
  readonly revision: number;
  readonly prevKv: KeyValue | null;
};

export type DeleteRangeResponse = {
  readonly kind: "delete-range";
  readonly revision: number;
  readonly deleted: number;
  readonly prevKvs: readonly KeyValue[];
};

export type OperationResponse = RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse;

export type TxnResponse = {
  readonly kind: "txn";
  readonly revision: number;
  readonly succeeded: boolean;
  readonly responses: readonly OperationResponse[];
};

export type CompactionResponse = { readonly kind: "compaction"; readonly revision: number };

export type LeaseGrantResponse = {
  readonly kind: "lease-grant";
  readonly revision: number;
  readonly id: bigint;
  readonly ttlSeconds: number;
};

export type LeaseRevokeResponse = { readonly kind: "lease-revoke"; readonly revision: number };

export type LeaseCheckpointResponse = { readonly kind: "lease-checkpoint"; readonly revision: number };

/** An alarm of a member (AlarmMember). */
export type Alarm = { readonly memberId: bigint; readonly alarm: number };

export type AlarmResponse = {
  readonly kind: "alarm";
  readonly revision: number;
  readonly alarms: readonly Alarm[];
};

/** The response to an entry that carries nothing for the store. */
export type NoResponse = { readonly kind: "none"; readonly revision: number };

/** What a command that was executed answers. */
export type Response =
  | PutResponse
  | DeleteRangeResponse
  | TxnResponse
  | CompactionResponse
  | LeaseGrantResponse
  | LeaseRevokeResponse
  | LeaseCheckpointResponse
  | AlarmResponse
  | AuthResponse
  | AuthTokenResponse
  | NoResponse;

/** A request that was refused, and changed nothing. */
export type Refused = { readonly ok: false; readonly code: RefusalCode };

/** A request that was executed, or the reason why not. */
export type Result<R> = { readonly ok: true; readonly response: R } | Refused;

/** The outcome of a command. */
export type Outcome = Result<Response>;

/** Makes a positive result. */
export function done<R>(response: R): Result<R> {
  return { ok: true, response };
}

/** Makes a refusal. */
export function refused(code: RefusalCode): Refused {
  return { ok: false, code };
}
