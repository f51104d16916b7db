/**
 * Waiting for what sockets and promises do in their own time. It never decides anything by time: it goes on when the
 * condition holds. A hang is ended after a long while, so that it is seen as one.
 */

import { setImmediate as nextTurn } from "node:timers/promises";

const hangMs = 25_000;

/** Goes round the event loop until the condition holds, doing `step` each time. */
export async function eventually(condition: () => boolean, step: () => void = () => {}): Promise<void> {
  const startedAtMs = performance.now();
  while (!condition()) {
    if (performance.now() - startedAtMs > hangMs) throw new Error(`hangs: ${condition.toString()}`);
    step();
    await nextTurn();
  }
}

/** Goes round the event loop a few times: for "and nothing else happens". */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}
