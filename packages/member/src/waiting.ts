/**
 * Waiting for a condition, with the member's clock.
 */

import type { Engine } from "./engine.ts";

/** Resolves after `delayMs`. */
export function pause(engine: Engine, delayMs: number): Promise<void> {
  return new Promise((resolve) => engine.parts.clock.setTimer(resolve, delayMs));
}

const lookEveryMs = 20;

/**
 * Looks until `look` returns something else than null, and returns that; null when the time is over or the member is
 * not running any more.
 */
export async function waitFor<Value>(
  engine: Engine,
  look: () => Value | null,
  timeoutMs: number,
): Promise<Value | null> {
  const deadlineMs = engine.parts.clock.now() + timeoutMs;
  for (;;) {
    const value = look();
    if (value !== null) return value;
    if (!engine.isRunning || engine.parts.clock.now() >= deadlineMs) return null;
    await pause(engine, lookEveryMs);
  }
}
