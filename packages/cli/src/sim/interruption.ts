/**
 * Ctrl-C: the first asks a campaign to come to its summary, the second ends the program at once.
 */

import { sameOrderMs } from "../serve/stop-request.ts";

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** See the module. Listens from its making on until {@link end}. */
export class Interruption {
  private readonly controller = new AbortController();
  private readonly listeners = new Map<keyof typeof signalNumbers, () => void>();
  private askedAtMs = 0;
  private asked: keyof typeof signalNumbers | null = null;

  constructor() {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      const listener = (): void => this.take(name);
      this.listeners.set(name, listener);
      process.on(name, listener);
    }
  }

  /** Aborted when somebody asked. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The exit code that shells know: 128 and the signal's number; 0 if nobody asked. */
  get exitCode(): number {
    return this.asked === null ? 0 : 128 + signalNumbers[this.asked];
  }

  /** Listens no more. */
  end(): void {
    for (const [name, listener] of this.listeners) process.off(name, listener);
  }

  private take(name: keyof typeof signalNumbers): void {
    if (this.asked !== null && performance.now() - this.askedAtMs < sameOrderMs) return;
    if (this.asked !== null) process.exit(128 + signalNumbers[name]);
    this.asked = name;
    this.askedAtMs = performance.now();
    this.controller.abort();
  }
}
