/**
 * A campaign on several processes: seeds are handed out to workers, and what they came to is told in the order of the
 * seeds, so that the results are the same however many workers there are. A worker that dies has found a crash at the seed
 * that it was at, and another one takes its place. So has one whose run does not end: it is killed.
 */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CampaignRun, Plan } from "@quorate/sim";
import { failure } from "../command-error.ts";
import type { SimOptions } from "./sim-options.ts";
import type { FromWorker, ToWorker } from "./sim-worker.ts";

const program = fileURLToPath(new URL("./sim-worker.ts", import.meta.url));
/** Seeds that a worker has at hand, so that it never waits. */
const atHand = 3;
/** Runs that may be finished and not told yet, while whoever takes them shrinks a failure. */
const untoldMax = 512;
const lastWordsMax = 2000;
const lookEveryMs = 500;

/** A run, and whether the process that ran it died of it. */
export type PoolRun = CampaignRun & { readonly hasDied: boolean };

/** What a pool needs. */
export type PoolOptions = {
  readonly jobs: number;
  readonly options: SimOptions;
  readonly seeds: Iterable<number>;
  /** The plan of a seed whose worker died. */
  readonly makePlan: (seed: number) => Plan;
  /** Aborted: what is finished by then is told, and nothing else. */
  readonly signal: AbortSignal;
};

type Worker = {
  readonly child: ChildProcess;
  /** The first is the one that it is at. */
  readonly assigned: number[];
  isReady: boolean;
  /** How long it has been at its run, as far as this process was awake to see it. */
  busyMs: number;
  isStuck: boolean;
  lastWords: string;
};

/** Runs all seeds; gives the runs in order. Whoever stops early ends the workers. */
export async function* runOnWorkers(given: PoolOptions): AsyncGenerator<PoolRun> {
  const pool = new WorkerPool(given);
  try {
    yield* pool.runs();
  } finally {
    pool.end();
  }
}

class WorkerPool {
  private readonly given: PoolOptions;
  private readonly seeds: Iterator<number>;
  private readonly workers = new Set<Worker>();
  /** Seeds that were handed out and are not told yet, in order. */
  private readonly order: number[] = [];
  private readonly finished = new Map<number, PoolRun>();
  /** Seeds that a dead worker had at hand. */
  private readonly returned: number[] = [];
  private isExhausted = false;
  private isOver = false;
  private error: Error | null = null;
  private readonly watch: NodeJS.Timeout;
  private lookedAtMs = performance.now();
  private wake: () => void = () => undefined;

  constructor(given: PoolOptions) {
    this.given = given;
    this.seeds = given.seeds[Symbol.iterator]();
    given.signal.addEventListener("abort", () => this.wake());
    for (let count = 0; count < given.jobs; count++) this.hire();
    this.watch = setInterval(() => this.look(), lookEveryMs);
  }

  async *runs(): AsyncGenerator<PoolRun> {
    const { signal } = this.given;
    while (!signal.aborted) {
      const next = this.order[0];
      const run = next === undefined ? undefined : this.finished.get(next);
      if (next !== undefined && run !== undefined) {
        this.order.shift();
        this.finished.delete(next);
        this.supplyAll();
        yield run;
      } else if (this.error !== null) {
        throw this.error;
      } else if (next === undefined && this.isExhausted) return;
      else {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        this.wake = () => resolve(undefined);
        await promise;
      }
    }
    // Broken off: what is finished is told, though some before it are missing.
    for (const seed of [...this.finished.keys()].sort((one, other) => one - other)) {
      const run = this.finished.get(seed);
      if (run !== undefined) yield run;
    }
  }

  end(): void {
    this.isOver = true;
    clearInterval(this.watch);
    for (const { child } of this.workers) child.kill("SIGKILL");
    this.workers.clear();
  }

  /** Ends the workers whose run does not end. A time in which this process slept, or the whole machine, counts as one look. */
  private look(): void {
    const nowMs = performance.now();
    const passedMs = Math.min(nowMs - this.lookedAtMs, 2 * lookEveryMs);
    this.lookedAtMs = nowMs;
    for (const worker of this.workers) {
      if (worker.assigned.length === 0) continue;
      worker.busyMs += passedMs;
      if (worker.busyMs <= this.given.options.runTimeout * 1000 || worker.isStuck) continue;
      worker.isStuck = true;
      worker.child.kill("SIGKILL");
    }
  }

  private hire(): void {
    const child = fork(program, [], {
      serialization: "advanced",
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    const worker: Worker = {
      child,
      assigned: [],
      isReady: false,
      busyMs: 0,
      isStuck: false,
      lastWords: "",
    };
    this.workers.add(worker);
    child.stderr?.on("data", (bytes: Buffer) => {
      process.stderr.write(bytes);
      worker.lastWords = (worker.lastWords + bytes.toString("utf8")).slice(-lastWordsMax);
    });
    child.on("message", (message: FromWorker) => this.take(worker, message));
    child.on("error", (error) => this.fail(`a worker process cannot be started: ${error.message}`));
    // Behind `close` there are no more words.
    child.on("close", (code, signal) => this.bury(worker, signal ?? `exit code ${code ?? 0}`));
    this.send(worker, { kind: "setup", options: this.given.options });
  }

  private take(worker: Worker, message: FromWorker): void {
    if (this.isOver) return;
    switch (message.kind) {
      case "ready":
        worker.isReady = true;
        break;
      case "run":
        worker.assigned.shift();
        worker.busyMs = 0;
        this.finished.set(message.run.seed, { ...message.run, hasDied: false });
        break;
      case "failed":
        this.fail(message.text);
        break;
    }
    this.supply(worker);
    this.wake();
  }

  private supplyAll(): void {
    for (const worker of this.workers) this.supply(worker);
  }

  /** Gives a worker as many seeds as it should have at hand. */
  private supply(worker: Worker): void {
    if (!worker.isReady) return;
    const seeds: number[] = [];
    while (worker.assigned.length < atHand) {
      const seed = this.nextSeed();
      if (seed === null) break;
      seeds.push(seed);
      worker.assigned.push(seed);
    }
    if (seeds.length > 0) this.send(worker, { kind: "seeds", seeds });
  }

  private nextSeed(): number | null {
    const returned = this.returned.shift();
    if (returned !== undefined) return returned;
    if (this.isExhausted || this.order.length >= untoldMax) return null;
    const next = this.seeds.next();
    if (next.done === true) {
      this.isExhausted = true;
      return null;
    }
    this.order.push(next.value);
    return next.value;
  }

  private send({ child }: Worker, message: ToWorker): void {
    // A worker that is gone is told of by `close`.
    child.send(message, () => undefined);
  }

  private bury(worker: Worker, how: string): void {
    if (this.isOver || !this.workers.delete(worker)) return;
    const [at, ...others] = worker.assigned;
    const words = worker.lastWords.trim();
    const last = words === "" ? "" : `; its last words: ${words}`;
    if (!worker.isReady) this.fail(`a worker process ended (${how}) before it could begin${last}`);
    else {
      const what = worker.isStuck
        ? `the run did not end within ${this.given.options.runTimeout} s, and was ended (--run-timeout)`
        : `the process of the simulator ended: ${how}`;
      if (at !== undefined) this.finished.set(at, this.lost(at, `${what}${last}`));
      this.returned.push(...others);
      this.hire();
    }
    this.wake();
  }

  private fail(text: string): void {
    this.error ??= failure(text);
  }

  /** What is known of a run that took its process with it. */
  private lost(seed: number, text: string): PoolRun {
    const nothing = { entries: 0, observations: 0, calls: 0, answered: 0, unknown: 0, faults: 0 };
    return {
      seed,
      plan: this.given.makePlan(seed),
      report: {
        verdict: { kind: "crash", node: "", atUs: 0, text },
        hash: 0,
        virtualUs: 0,
        figures: {
          ...nothing,
          search: "not searched",
          committed: 0,
          envelopes: 0,
          unansweredMs: null,
          liveness: "not reached",
        },
        coverage: new Map(),
      },
      measurement: null,
      hasDied: true,
    };
  }
}
