/**
 * A load of puts with its measurements: so many workers, at most so many puts a second, for a time or a number of puts.
 */

import { setTimeout as wait } from "node:timers/promises";
import { kvService, type PutRequest } from "@quorate/etcd-api";
import { messageOf } from "./command-failure.ts";
import type { Connection } from "./connection.ts";

/** What to do. */
export type LoadPlan = {
  readonly connections: readonly Connection[];
  readonly workers: number;
  /** Puts a second at most; Infinity for as many as can be. */
  readonly ratePerSecond: number;
  /** Milliseconds at most; Infinity for no limit. */
  readonly durationMs: number;
  /** Puts at most; Infinity for no limit. */
  readonly putsMax: number;
  readonly makePut: () => PutRequest;
  /** Hears of each put that has ended. */
  readonly onPut: () => void;
  readonly signal: AbortSignal;
};

/** What came of it. */
export type LoadReport = {
  /** Puts that were answered. */
  readonly puts: number;
  readonly putsPerSecond: number;
  readonly slowestSeconds: number;
  readonly stddevSeconds: number;
  /** How often which error. */
  readonly errors: ReadonlyMap<string, number>;
};

/** Runs the load to its end, or until the signal is aborted. Errors of puts are counted, not thrown. */
export async function runLoad(plan: LoadPlan): Promise<LoadReport> {
  const startMs = performance.now();
  const endMs = startMs + plan.durationMs;
  const latencies = new Latencies();
  const errors = new Map<string, number>();
  let started = 0;
  const work = async (connection: Connection): Promise<void> => {
    for (;;) {
      const dueMs = startMs + (started / plan.ratePerSecond) * 1000;
      if (started >= plan.putsMax || dueMs >= endMs || plan.signal.aborted) return;
      started += 1;
      const request = plan.makePut();
      const pauseMs = dueMs - performance.now();
      if (pauseMs > 0) await wait(pauseMs, undefined, { signal: plan.signal }).catch(() => {});
      if (plan.signal.aborted || performance.now() >= endMs) return;
      const sentMs = performance.now();
      try {
        await connection.call(kvService.methods.put, request);
        latencies.add((performance.now() - sentMs) / 1000);
      } catch (error) {
        const text = messageOf(error);
        errors.set(text, (errors.get(text) ?? 0) + 1);
      }
      plan.onPut();
    }
  };
  await Promise.all(
    Array.from({ length: plan.workers }, (_unused, index) => work(pick(plan.connections, index))),
  );
  const tookSeconds = Math.max(1e-9, (performance.now() - startMs) / 1000);
  return {
    puts: latencies.count,
    putsPerSecond: latencies.count / tookSeconds,
    slowestSeconds: latencies.slowest,
    stddevSeconds: latencies.stddev(),
    errors,
  };
}

function pick(connections: readonly Connection[], index: number): Connection {
  const found = connections[index % connections.length];
  if (found === undefined) throw new Error("a load needs a connection");
  return found;
}

/** Running mean and variance (Welford 1962), so that nothing is kept per put. */
class Latencies {
  count = 0;
  slowest = 0;
  #mean = 0;
  #squares = 0;

  add(seconds: number): void {
    this.count += 1;
    this.slowest = Math.max(this.slowest, seconds);
    const delta = seconds - this.#mean;
    this.#mean += delta / this.count;
    this.#squares += delta * (seconds - this.#mean);
  }

  stddev(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.#squares / this.count);
  }
}
