/**
 * Errors that callers see.
 */

/**
 * Why a call failed:
 *
 * - `no-leader`: an election is under way. · `no-quorum`: no leader for so long that a majority must be missing.
 * - `too-many-requests`: a queue is at its bound. · `too-large`: the command exceeds `commandBytesMax`.
 * - `transferring`: leadership is being handed over.
 * - `superseded`: another entry was committed in its place.
 * - `timeout`: no answer in time. · `aborted`: the caller's signal fired.
 * - `stopped`: this member is stopping or has stopped. · `failed`: this member ended with an error.
 * - `isolated`: this member was isolated by an administrator. · `removed`: this member is not in the cluster any more.
 * - `session-expired`: the session is unknown or was evicted. · `session-order`: an older serial number was reused.
 * - `refused`: a safety check said no; the message lists what was found. · `change-pending`: another membership change
 *   is under way. · `rolled-back`: the membership change did not finish in time and was undone.
 * - `invalid`: a parameter makes no sense.
 *
 * Of membership, where a client of etcd is told more exactly:
 *
 * - `member-exists`: the ID is a member's. · `address-exists`, `name-exists`: another member has it.
 * - `member-not-found`: nobody has the ID, or, when looking up one's own, none of the addresses was added.
 * - `not-learner`: only learners are promoted. · `learner-not-ready`: the learner lags too far behind.
 * - `too-many-learners`: there are as many learners as may be.
 * - `not-enough-started`: the members that have ever run could not make the quorum after the change.
 * - `unhealthy`: they could, but not enough of them can be reached now.
 * - `not-leader`: only the leader does this. · `bad-transferee`: leadership cannot go to that member.
 * - `unreachable`: there is no way to the member. · `wrong-cluster`: it belongs to a cluster of another token.
 */
export type MemberErrorCode =
  | "no-leader"
  | "no-quorum"
  | "too-many-requests"
  | "too-large"
  | "transferring"
  | "superseded"
  | "timeout"
  | "aborted"
  | "stopped"
  | "failed"
  | "isolated"
  | "removed"
  | "session-expired"
  | "session-order"
  | "refused"
  | "change-pending"
  | "rolled-back"
  | "invalid"
  | "member-exists"
  | "address-exists"
  | "name-exists"
  | "member-not-found"
  | "not-learner"
  | "learner-not-ready"
  | "too-many-learners"
  | "not-enough-started"
  | "unhealthy"
  | "not-leader"
  | "bad-transferee"
  | "unreachable"
  | "wrong-cluster";

/** A failed call. */
export class MemberError extends Error {
  readonly code: MemberErrorCode;
  /** True: it did not happen and never will. False: unknown; do not repeat it blindly. */
  readonly definite: boolean;

  constructor(code: MemberErrorCode, definite: boolean, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MemberError";
    this.code = code;
    this.definite = definite;
  }
}

/** Something that certainly did not happen. */
export function definitely(code: MemberErrorCode, message: string, options?: ErrorOptions): MemberError {
  return new MemberError(code, true, message, options);
}

/** Something that may or may not have happened, or may still. */
export function perhaps(code: MemberErrorCode, message: string, options?: ErrorOptions): MemberError {
  return new MemberError(code, false, message, options);
}
