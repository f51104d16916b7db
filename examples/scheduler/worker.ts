/**
 * The worker: does the queue's jobs, one after another, as long as this member leads.
 */

import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Leadership, type Member, MemberError } from "@quorate/member";
import { encodeJobCommand, type Job, type JobAnswer, type JobCommand, type Jobs } from "./jobs.ts";

/** See the module. */
export class Worker {
  private readonly member: Member<JobAnswer>;
  private readonly jobs: Jobs;
  /** How long a job takes, in milliseconds. */
  private readonly jobMs: number;

  constructor(member: Member<JobAnswer>, jobs: Jobs, jobMs: number) {
    this.member = member;
    this.jobs = jobs;
    this.jobMs = jobMs;
  }

  /** For `member.runWhileLeader()`: ends when leadership does. */
  async lead({ signal, fencingToken }: Leadership): Promise<void> {
    this.say(`works now, token ${fencingToken}`);
    while (!signal.aborted) {
      const change = this.jobs.changed();
      const job = this.jobs.next(fencingToken);
      if (job === null) await untilEither(change, signal);
      else await this.attempt(job, { signal, fencingToken });
    }
    this.say(`works no more, token ${fencingToken} is over`);
  }

  private async attempt(job: Job, leadership: Leadership): Promise<void> {
    try {
      await this.carryOut(job, leadership);
    } catch (error) {
      if (leadership.signal.aborted) return;
      if (!(error instanceof MemberError)) throw error;
      // The queue itself says what became of it: the next look finds the job done, or not, and takes it again.
      this.say(`job ${job.id}: ${error.message}`);
      await delay(100, undefined, { signal: leadership.signal }).catch(() => undefined);
    }
  }

  private async carryOut(job: Job, { signal, fencingToken: token }: Leadership): Promise<void> {
    const { id } = job;
    const claimed = await this.propose({ kind: "claim", id, token, worker: this.member.name });
    if ("refused" in claimed) return this.say(`job ${id} was not claimed: ${claimed.refused}`);
    this.say(`job ${id} begun, claim ${claimed.job.claims}`);
    await delay(this.jobMs, undefined, { signal });
    const result = createHash("sha256").update(job.work).digest("hex");
    // A process that was paused here does not know yet that another leads. It is the queue that refuses the result.
    const completed = await this.propose({ kind: "complete", id, token, result });
    this.say(
      `job ${id} ${"refused" in completed ? `is not this leader's any more: ${completed.refused}` : "done"}`,
    );
  }

  private propose(command: JobCommand): Promise<JobAnswer> {
    return this.member.propose(encodeJobCommand(command));
  }

  private say(line: string): void {
    console.log(`${this.member.name}: ${line}`);
  }
}

/** Resolves when `change` does or the signal is aborted. */
function untilEither(change: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      signal.removeEventListener("abort", settle);
      resolve();
    };
    signal.addEventListener("abort", settle, { once: true });
    void change.then(settle);
    if (signal.aborted) settle();
  });
}
