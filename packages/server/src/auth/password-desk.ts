/**
 * Where passwords are hashed and compared: on one thread of their own, behind a queue with a bound.
 *
 * Why a thread and not the process's pool: bcrypt takes 60 ms of processor time, and the pool has four threads, which
 * fdatasync of the log shares. A burst of logins there would make the log wait, and a leader that cannot write steps down.
 * One thread of our own can be as busy as it likes: nothing that consensus needs waits for it. It is made when the first
 * password comes, so a cluster without passwords never has it.
 */

import { Worker } from "node:worker_threads";
import { etcdError } from "../rpc/error-table.ts";
import { type PasswordJob, type PasswordJobResult, runPasswordJob } from "./password-job.ts";
import type { PasswordAnswer } from "./password-worker.ts";

/** Runs jobs. Rejects with an RpcError when there are too many, or when it is closed. */
export type PasswordThread = {
  run(job: PasswordJob): Promise<PasswordJobResult>;
  close(): void;
};

/** Jobs that may wait: at a cost of 10 about four seconds' worth. Beyond, a login is told to come later. */
export const passwordJobsMax = 64;

/** Messages are copied. */
const nothingToTransfer: [] = [];

type Waiting = {
  readonly resolve: (result: PasswordJobResult) => void;
  readonly reject: (error: Error) => void;
};

/** A thread of the operating system. */
export class WorkerThread implements PasswordThread {
  private readonly cost: number;
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private isClosed = false;

  /** `cost`: of the hashes that unknown users are compared with. */
  constructor(cost: number) {
    this.cost = cost;
  }

  run(job: PasswordJob): Promise<PasswordJobResult> {
    if (this.isClosed) return Promise.reject(etcdError("serverStopped"));
    if (this.waiting.size >= passwordJobsMax) return Promise.reject(etcdError("tooManyRequests"));
    const worker = this.worker ?? this.open();
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      worker.postMessage({ id, job }, nothingToTransfer);
    });
  }

  close(): void {
    this.isClosed = true;
    const { worker } = this;
    this.lose(etcdError("serverStopped"));
    void worker?.terminate();
  }

  private open(): Worker {
    const worker = new Worker(new URL("./password-worker.ts", import.meta.url), {
      workerData: { cost: this.cost },
      // Flags of the process (inspector, heap sizes, test runners) are not for it.
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.unref();
    worker.on("message", (answer: PasswordAnswer) => this.settle(answer));
    // A thread that died takes its jobs with it; the next job gets a new one.
    worker.on("error", (error: Error) => {
      if (this.worker === worker) this.lose(error);
    });
    worker.on("exit", () => {
      if (this.worker === worker) this.lose(etcdError("serverStopped"));
    });
    this.worker = worker;
    return worker;
  }

  private settle(answer: PasswordAnswer): void {
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.result);
  }

  private lose(error: Error): void {
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** The caller's own thread, for where nothing else waits for it: simulations. */
export const ownThread: PasswordThread = {
  run: (job) => Promise.resolve(runPasswordJob(job)),
  close: () => undefined,
};
