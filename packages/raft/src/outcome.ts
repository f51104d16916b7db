/**
 * Outcomes: whether an input was taken, and if not, why. A refused input changed nothing, with the one exception
 * that {@link RefusalCode} names.
 */

import type { StorageFault } from "./storage.ts";

/**
 * Why an input was not taken:
 *
 * - `no-leader`: no leader is known; try again after an election.
 * - `not-a-member`: this leader was removed from the configuration and only waits to step down.
 * - `transferring`: leadership is being handed over; try again, at the new leader.
 * - `too-much-uncommitted`: `uncommittedBytesMax` is reached; try again when some proposals have committed.
 * - `forwarding-disabled`: this member is no leader and does not forward proposals.
 * - `conf-change-pending`: an earlier membership change is not applied yet. An empty entry took its place in the log.
 * - `conf-change-joint`: a joint configuration must be left first. An empty entry took its place in the log.
 * - `conf-change-not-joint`: there is no joint configuration to leave. An empty entry took its place in the log.
 * - `conf-change-invalid`: the change could not be applied to the configuration in force; nothing was appended.
 * - `local-message`: a peer sent what only the member itself may say.
 * - `unknown-peer`: an answer from somebody who is not in the configuration.
 * - `transfer-invalid`: leadership cannot go to a learner or to somebody unknown.
 * - `lease-reads`: forgetting the leader, or campaigning while it may hold a lease, is unsafe with lease reads.
 * - `storage`: the storage failed; the member is unusable from now on and must be restarted.
 */
export type RefusalCode =
  | "no-leader"
  | "not-a-member"
  | "transferring"
  | "too-much-uncommitted"
  | "forwarding-disabled"
  | "conf-change-pending"
  | "conf-change-joint"
  | "conf-change-not-joint"
  | "conf-change-invalid"
  | "local-message"
  | "unknown-peer"
  | "transfer-invalid"
  | "lease-reads"
  | "storage";

/** An input that was not taken. */
export type Refusal = { readonly ok: false; readonly code: RefusalCode; readonly message: string };

/** The result of an input. */
export type Outcome = { readonly ok: true } | Refusal;

/** The one positive outcome. */
export const accepted: Outcome = Object.freeze({ ok: true });

/** Makes a refusal. */
export function refuse(code: RefusalCode, message: string): Refusal {
  return { ok: false, code, message };
}

/**
 * A broken promise: the storage failed, or a caller or the state itself violated an invariant. The core that threw
 * it refuses everything afterwards; the member must stop and restart from disk.
 */
export class RaftError extends Error {
  /** `storage`: {@link RaftError.fault} says which; `invariant`: a safety rule would have been broken; `config`: refused at construction. */
  readonly code: "storage" | "invariant" | "config";
  /** What the storage reported, or null. */
  readonly fault: StorageFault | null;

  constructor(code: RaftError["code"], message: string, fault: StorageFault | null = null) {
    super(message);
    this.name = "RaftError";
    this.code = code;
    this.fault = fault;
  }
}

/** Throws a {@link RaftError} if an invariant does not hold. Always on. */
export function invariant(holds: boolean, message: string): asserts holds {
  if (!holds) throw broken(message);
}

/**
 * The error of an invariant that does not hold. Hot paths throw it themselves where the message tells of values: as an
 * argument of {@link invariant} it would be put together every time.
 */
export function broken(message: string): RaftError {
  return new RaftError("invariant", message);
}
