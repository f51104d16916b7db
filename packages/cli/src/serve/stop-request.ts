/**
 * How a server is told to stop: by a signal, or because the program that started it is gone.
 */

import type { Log } from "./log.ts";

/**
 * A terminal sends Ctrl-C to every process of a group, and launchers such as npx pass on what they got: what comes so
 * soon after the first is the same order.
 */
export const sameOrderMs = 250;

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** Listens from its making on. The first signal asks; the second ends the process at once. */
export class StopRequest {
  /** Resolves when the server should stop. */
  readonly asked: Promise<null>;

  constructor(log: Log) {
    const controller = new AbortController();
    let askedAtMs = 0;
    this.asked = new Promise((resolve) => {
      controller.signal.addEventListener("abort", () => resolve(null), { once: true });
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        if (controller.signal.aborted && performance.now() - askedAtMs < sameOrderMs) return;
        if (controller.signal.aborted) {
          log.write("warn", `${signal} again: ends at once`);
          log.flushNow();
          process.exit(128 + signalNumbers[signal]);
        }
        askedAtMs = performance.now();
        log.write("info", `${signal}: stops`);
        controller.abort();
      });
    }
    // `quorate cluster` holds a channel to its members: when it is gone, even by kill -9, they stop.
    process.once("disconnect", () => {
      if (controller.signal.aborted) return;
      log.write("warn", "the program that started this member is gone: stops");
      controller.abort();
    });
    process.on("SIGHUP", () => {
      log.reopen();
      log.write("info", "SIGHUP: log files are open again");
    });
  }
}
