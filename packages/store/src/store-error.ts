/**
 * Errors that are not outcomes: the environment failed, or a promise was broken.
 */

/**
 * - `corrupt`: stored or received bytes are not what they must be. Restore this member from its peers or a backup.
 * - `io`: the backend could not read or commit. The state in memory is ahead of the disk for good: restart the member.
 * - `format`: the bytes were written by a newer program. Use that one, or a snapshot of it.
 * - `busy`: not now; try again in a moment. Nothing has changed.
 * - `closed`: used after `close`.
 * - `invariant`: a caller or the store itself broke a rule. A bug; the member must stop.
 */
export type StoreErrorCode = "corrupt" | "io" | "format" | "busy" | "closed" | "invariant";

/** Thrown when the store cannot go on. Whatever happens to every member alike is an outcome instead. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StoreError";
    this.code = code;
  }
}

/** Asserts an invariant; always on. `value` is told behind the message: to build that each time would cost more than to look. */
export function invariant(
  condition: boolean,
  message: string,
  value: number | null = null,
): asserts condition {
  if (!condition) throw new StoreError("invariant", value === null ? message : `${message}: ${value}`);
}
