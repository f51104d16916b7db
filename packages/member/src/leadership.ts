/**
 * Work that only the leader does.
 */

import type { MemberError } from "./member-error.ts";

/** What the work gets. */
export type Leadership = {
  /** Aborted when leadership is lost or the member stops. */
  readonly signal: AbortSignal;
  /**
   * A number that rises with every leader. Hand it to whatever the work changes, and let that refuse smaller ones: a
   * process that was paused does not know yet that it is not the leader any more (it cannot see its own signal).
   */
  readonly fencingToken: number;
};

/** What {@link runWhileLeader} needs of a member. */
export type LeadershipSource = {
  /** Resolves when this member leads and has proved it by a read round; with the term. */
  becomesLeader(signal: AbortSignal): Promise<number>;
  /** Calls back once when leadership in `term` ends; returns a function that withdraws. */
  onLeadershipEnd(term: number, callback: () => void): () => void;
};

/**
 * Runs `work` whenever this member is leader, until `stop` is aborted. The work is begun only after leadership was
 * confirmed by a quorum, and is awaited before it is begun again: with a higher token in a later term, with the same one
 * if the proof of leadership was only interrupted. If it throws, this function rejects with that.
 */
export async function runWhileLeader(
  source: LeadershipSource,
  work: (leadership: Leadership) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    let term: number;
    try {
      term = await source.becomesLeader(stop);
    } catch (error) {
      if (stop.aborted) return;
      throw error as MemberError;
    }
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    const withdraw = source.onLeadershipEnd(term, abort);
    stop.addEventListener("abort", abort, { once: true });
    try {
      await work({ signal: controller.signal, fencingToken: term });
      // Work that ends by itself has nothing more to do in this term.
      if (!controller.signal.aborted) await aborted(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    } finally {
      withdraw();
      stop.removeEventListener("abort", abort);
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
