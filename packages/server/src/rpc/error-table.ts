/**
 * Every error that a client can be told, in one table: etcd's codes and texts, to the letter, since its clients compare
 * them (reference §7). What the store and the member refuse is mapped to a row here, and nowhere else.
 *
 * A row is one shared RpcError: refusals are frequent, and a stack trace of each would cost more than the request.
 *
 * ## What a text says about whether it happened
 *
 * etcd answers UNAVAILABLE for what did not happen as well as for what may have. The texts are chosen so that the
 * difference stays visible: `no leader` and `leader changed` are said only of what certainly did not happen (and of
 * reads); the `request timed out…` family and `server stopped` are said of what is unknown. Never the other way round.
 */

import { MemberError, type MemberErrorCode } from "@quorate/member";
import { type RefusalCode, StoreError } from "@quorate/store";
import { RpcCode, RpcError } from "./rpc-error.ts";

const { canceled, unknown, invalidArgument, deadlineExceeded, notFound, permissionDenied } = RpcCode;
const { resourceExhausted, failedPrecondition, outOfRange, unavailable, dataLoss, unauthenticated } = RpcCode;

/** Code and text of each row; the text without its prefix `etcdserver: `. */
const rows = {
  watchCanceled: [canceled, "watch canceled"],
  requestCanceled: [canceled, "request canceled"],

  keyNotProvided: [invalidArgument, "key is not provided"],
  keyNotFound: [invalidArgument, "key not found"],
  valueProvided: [invalidArgument, "value is provided"],
  leaseProvided: [invalidArgument, "lease is provided"],
  tooManyOperations: [invalidArgument, "too many operations in txn request"],
  duplicateKey: [invalidArgument, "duplicate key given in txn request"],
  invalidClientApiVersion: [invalidArgument, "invalid client api version"],
  invalidSortOption: [invalidArgument, "invalid sort option"],
  invalidMemberUrls: [invalidArgument, "given member URLs are invalid"],
  requestTooLarge: [invalidArgument, "request is too large"],
  userNameEmpty: [invalidArgument, "user name is empty"],
  roleNameEmpty: [invalidArgument, "role name is empty"],
  authenticationFailed: [invalidArgument, "authentication failed, invalid user ID or password"],
  permissionNotGiven: [invalidArgument, "permission not given"],
  invalidAuthManagement: [invalidArgument, "invalid auth management"],
  oldAuthRevision: [invalidArgument, "revision of auth store is old"],
  wrongDowngradeFormat: [invalidArgument, "wrong downgrade target version format"],
  invalidDowngradeTarget: [invalidArgument, "invalid downgrade target version"],

  leaseNotFound: [notFound, "requested lease not found"],
  memberNotFound: [notFound, "member not found"],

  permissionDenied: [permissionDenied, "permission denied"],

  noSpace: [resourceExhausted, "mvcc: database space exceeded"],
  tooManyRequests: [resourceExhausted, "too many requests"],

  leaseExists: [failedPrecondition, "lease already exists"],
  memberExists: [failedPrecondition, "member ID already exist"],
  peerUrlExists: [failedPrecondition, "Peer URLs already exists"],
  notEnoughStarted: [failedPrecondition, "re-configuration failed due to not enough started members"],
  memberNotLearner: [failedPrecondition, "can only promote a learner member"],
  learnerNotReady: [failedPrecondition, "can only promote a learner member which is in sync with leader"],
  tooManyLearners: [failedPrecondition, "too many learner members in cluster"],
  clusterIdMismatch: [failedPrecondition, "cluster ID mismatch"],
  rootUserNotExist: [failedPrecondition, "root user does not exist"],
  rootRoleNotExist: [failedPrecondition, "root user does not have root role"],
  userExists: [failedPrecondition, "user name already exists"],
  userNotFound: [failedPrecondition, "user name not found"],
  roleExists: [failedPrecondition, "role name already exists"],
  roleNotFound: [failedPrecondition, "role name not found"],
  roleNotGranted: [failedPrecondition, "role is not granted to the user"],
  permissionNotGranted: [failedPrecondition, "permission is not granted to the role"],
  authNotEnabled: [failedPrecondition, "authentication is not enabled"],
  notLeader: [failedPrecondition, "not leader"],
  notCapable: [failedPrecondition, "not capable"],
  notSupportedForLearner: [failedPrecondition, "rpc not supported for learner"],
  badLeaderTransferee: [failedPrecondition, "bad leader transferee"],
  clusterVersionUnavailable: [failedPrecondition, "cluster version not found during downgrade"],
  downgradeInProcess: [failedPrecondition, "cluster has a downgrade job in progress"],
  noInflightDowngrade: [failedPrecondition, "no inflight downgrade job"],

  compacted: [outOfRange, "mvcc: required revision has been compacted"],
  futureRevision: [outOfRange, "mvcc: required revision is a future revision"],
  leaseTtlTooLarge: [outOfRange, "too large lease TTL"],

  noLeader: [unavailable, "no leader"],
  leaderChanged: [unavailable, "leader changed"],
  serverStopped: [unavailable, "server stopped"],
  timedOut: [unavailable, "request timed out"],
  timedOutLeaderFailed: [unavailable, "request timed out, possibly due to previous leader failure"],
  timedOutConnectionLost: [unavailable, "request timed out, possibly due to connection lost"],
  timedOutApplying: [unavailable, "request timed out, waiting for the applied index took too long"],
  unhealthyCluster: [unavailable, "unhealthy cluster"],

  corruptCluster: [dataLoss, "corrupt cluster"],

  invalidAuthToken: [unauthenticated, "invalid auth token"],

  /** Ours: etcd takes such a comparison for true, and such an alarm crashes it. */
  badCommand: [invalidArgument, "a field of the request has a value that is not defined"],
  unknownMethod: [unknown, "unknown method"],
} as const satisfies Record<string, readonly [RpcCode, string]>;

/** A row of the table. */
export type EtcdErrorName = keyof typeof rows;

/** Prefix of everything that the server itself says. */
export const etcdPrefix = "etcdserver: ";

const errors = Object.fromEntries(
  Object.entries(rows).map(([name, [code, text]]) => [name, makeShared(code, `${etcdPrefix}${text}`)]),
) as Record<EtcdErrorName, RpcError>;

/** Where a shared error was made says nothing about where it was thrown. */
function makeShared(code: RpcCode, message: string): RpcError {
  const error = new RpcError(code, message);
  error.stack = `${error.name}: ${message}`;
  return error;
}

/** The error of a row: one object for all who throw it. */
export function etcdError(name: EtcdErrorName): RpcError {
  return errors[name];
}

/** etcd's names of gRPC codes, as Go prints them. */
const goCodeNames: Readonly<Record<number, string>> = {
  [invalidArgument]: "InvalidArgument",
  [permissionDenied]: "PermissionDenied",
  [unauthenticated]: "Unauthenticated",
};

/** An error as Go prints a status: what etcd puts in the cancel reason of a watch that is not permitted. */
export function goStatusText(error: RpcError): string {
  return `rpc error: code = ${goCodeNames[error.code] ?? "Unknown"} desc = ${error.message}`;
}

const refusals: Readonly<Record<RefusalCode, EtcdErrorName>> = {
  "key-empty": "keyNotProvided",
  "key-not-found": "keyNotFound",
  "value-provided": "valueProvided",
  "lease-provided": "leaseProvided",
  "too-many-ops": "tooManyOperations",
  "duplicate-key": "duplicateKey",
  "invalid-sort-option": "invalidSortOption",
  compacted: "compacted",
  "future-revision": "futureRevision",
  "lease-not-found": "leaseNotFound",
  "lease-exists": "leaseExists",
  "lease-ttl-too-large": "leaseTtlTooLarge",
  "no-space": "noSpace",
  corrupt: "corruptCluster",
  "bad-command": "badCommand",
  "user-empty": "userNameEmpty",
  "role-empty": "roleNameEmpty",
  "user-exists": "userExists",
  "user-not-found": "userNotFound",
  "role-exists": "roleExists",
  "role-not-found": "roleNotFound",
  "role-not-granted": "roleNotGranted",
  "permission-not-granted": "permissionNotGranted",
  "permission-not-given": "permissionNotGiven",
  "invalid-auth-management": "invalidAuthManagement",
  "root-user-missing": "rootUserNotExist",
  "root-role-missing": "rootRoleNotExist",
  "auth-not-enabled": "authNotEnabled",
  "auth-failed": "authenticationFailed",
  "permission-denied": "permissionDenied",
  "auth-revision-old": "oldAuthRevision",
};

/** What a client is told when the store refuses a request. */
export function refusalError(code: RefusalCode): RpcError {
  return errors[refusals[code]];
}

/** A row; or, where etcd has no text, the code under which the member's own message is passed on. */
type Told = EtcdErrorName | RpcCode;

/**
 * What is said of a failure that certainly left no trace, and of one that may have taken effect. One entry where only
 * one of them can be, or both are told alike.
 */
const memberErrors: Readonly<
  Record<MemberErrorCode, Told | { readonly definite: Told; readonly unknown: Told }>
> = {
  "no-leader": { definite: "noLeader", unknown: "timedOutLeaderFailed" },
  "no-quorum": { definite: "noLeader", unknown: "timedOutConnectionLost" },
  "too-many-requests": { definite: "tooManyRequests", unknown: "timedOut" },
  "too-large": "requestTooLarge",
  transferring: { definite: "leaderChanged", unknown: "timedOutLeaderFailed" },
  superseded: { definite: "leaderChanged", unknown: "timedOutLeaderFailed" },
  timeout: "timedOut",
  aborted: "requestCanceled",
  stopped: "serverStopped",
  failed: unavailable,
  isolated: { definite: "noLeader", unknown: "timedOutConnectionLost" },
  removed: "serverStopped",
  "session-expired": unknown,
  "session-order": unknown,
  refused: failedPrecondition,
  "change-pending": { definite: unavailable, unknown: "timedOut" },
  "rolled-back": failedPrecondition,
  invalid: invalidArgument,
  "member-exists": "memberExists",
  "address-exists": "peerUrlExists",
  "name-exists": failedPrecondition,
  "member-not-found": "memberNotFound",
  "not-learner": "memberNotLearner",
  "learner-not-ready": "learnerNotReady",
  "too-many-learners": "tooManyLearners",
  "not-enough-started": "notEnoughStarted",
  unhealthy: "unhealthyCluster",
  "not-leader": "notLeader",
  "bad-transferee": "badLeaderTransferee",
  unreachable: unavailable,
  "wrong-cluster": "clusterIdMismatch",
};

function ofMember(error: MemberError): RpcError {
  const entry = memberErrors[error.code];
  const told = typeof entry === "object" ? (error.definite ? entry.definite : entry.unknown) : entry;
  return typeof told === "string"
    ? errors[told]
    : new RpcError(told, `${etcdPrefix}${error.message}`, { cause: error });
}

/** Whatever a handler threw, as the status that its client is told. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error;
  if (error instanceof MemberError) return ofMember(error);
  if (error instanceof StoreError && error.code === "corrupt") return errors.corruptCluster;
  if (error instanceof StoreError && error.code === "closed") return errors.serverStopped;
  if (error instanceof Error && error.name === "AbortError") return errors.requestCanceled;
  if (error instanceof Error && error.name === "TimeoutError")
    return new RpcError(deadlineExceeded, "context deadline exceeded");
  // Unmapped errors are code 2 with their text, as in etcd.
  return new RpcError(unknown, error instanceof Error ? error.message : String(error), { cause: error });
}
