/**
 * Calls that end in time: by an answer, by their deadline, or because their caller gave up.
 */

import type { MemberClock } from "../clock.ts";
import type { CallOptions } from "../member.ts";
import { definitely, type MemberError, perhaps } from "../member-error.ts";

/** A call that waits. */
export type PendingCall<Value> = {
  readonly promise: Promise<Value>;
  readonly deadlineMs: number;
  readonly isSettled: () => boolean;
  resolve(value: Value): void;
  reject(error: Error): void;
};

/** Begins a call. `makeTimeout` is asked for the error when its time is over. */
export function beginCall<Value>(
  clock: MemberClock,
  timeoutMs: number,
  options: CallOptions,
  makeTimeout: () => MemberError,
): PendingCall<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const { signal } = options;
  let isSettled = false;
  const abort = (): void => settle(() => reject(perhaps("aborted", "the signal was aborted")));
  const cancelTimer = clock.setTimer(() => settle(() => reject(makeTimeout())), timeoutMs);
  const settle = (end: () => void): void => {
    if (isSettled) return;
    isSettled = true;
    cancelTimer();
    signal?.removeEventListener("abort", abort);
    end();
  };
  if (signal?.aborted === true) {
    settle(() => reject(definitely("aborted", "the signal was aborted before the call")));
  } else {
    signal?.addEventListener("abort", abort, { once: true });
  }
  return {
    promise,
    deadlineMs: clock.now() + timeoutMs,
    isSettled: () => isSettled,
    resolve: (value) => settle(() => resolve(value)),
    reject: (error) => settle(() => reject(error)),
  };
}

/** Resolves after `delayMs`. */
export function sleep(clock: MemberClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(resolve, delayMs);
  });
}

/** Resolves in a later turn of the event loop. */
export function nextTurn(clock: MemberClock): Promise<void> {
  return new Promise((resolve) => clock.defer(resolve));
}
