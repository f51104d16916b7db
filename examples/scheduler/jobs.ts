/**
 * A queue of jobs as a state machine. Jobs are submitted by anybody, claimed and completed by the leader.
 *
 * Every claim and every completion carries the fencing token of the leadership it was made in. The queue remembers the
 * highest token it has seen, and refuses smaller ones: whatever a leader of the past still does, it changes nothing here.
 */

import type { Command, SnapshotWriter, StateMachine } from "@quorate/member";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One job. */
export type Job = {
  /** 1, 2, 3, … in the order of submission. */
  readonly id: number;
  /** What is to be done: in this example, a text whose SHA-256 is wanted. */
  readonly work: string;
  readonly state: "queued" | "running" | "done";
  /** Who claimed it last, under which token, and how often it was claimed. */
  readonly worker: string;
  readonly token: number;
  readonly claims: number;
  readonly result: string;
};

/** What a command asks for. */
export type JobCommand =
  | { readonly kind: "submit"; readonly work: string }
  | { readonly kind: "claim"; readonly id: number; readonly token: number; readonly worker: string }
  | { readonly kind: "complete"; readonly id: number; readonly token: number; readonly result: string };

/** What it returns. */
export type JobAnswer = { readonly job: Job } | { readonly refused: string };

/** A command's bytes. */
export function encodeJobCommand(command: JobCommand): Uint8Array {
  return encoder.encode(JSON.stringify(command));
}

/** See the module. */
export class Jobs implements StateMachine<JobAnswer> {
  private jobs = new Map<number, Job>();
  /** The highest token that was used; smaller ones are refused from then on. */
  private fence = 0;
  /** Resolved at the next change. Local: no part of the replicated state, and without influence on it. */
  private news = Promise.withResolvers<void>();

  /** All jobs, by rising id. */
  list(): readonly Job[] {
    return [...this.jobs.values()];
  }

  /** The first job that a leader with this token has to do: a queued one, or one that an earlier leader left undone. */
  next(token: number): Job | null {
    for (const job of this.jobs.values()) {
      if (job.state === "queued" || (job.state === "running" && job.token <= token)) return job;
    }
    return null;
  }

  /** Resolves when something has changed. */
  changed(): Promise<void> {
    return this.news.promise;
  }

  apply(commands: readonly Command[]): readonly JobAnswer[] {
    const answers = commands.map(({ data }) => this.run(data));
    this.tell();
    return answers;
  }

  private run(data: Uint8Array): JobAnswer {
    const command = JSON.parse(decoder.decode(data)) as JobCommand;
    if (command.kind === "submit") {
      const id = this.jobs.size + 1;
      const { work } = command;
      return this.put({ id, work, state: "queued", worker: "", token: 0, claims: 0, result: "" });
    }
    const { id, token } = command;
    const job = this.jobs.get(id);
    if (job === undefined) return { refused: `there is no job ${id}` };
    if (token < this.fence)
      return { refused: `token ${token} is of a leader of the past; token ${this.fence} is in use` };
    this.fence = token;
    if (job.state === "done") return { refused: `job ${id} is done already` };
    if (command.kind === "claim") {
      const { worker } = command;
      return this.put({ ...job, state: "running", worker, token, claims: job.claims + 1 });
    }
    if (job.token !== token) return { refused: `job ${id} is not claimed under token ${token}` };
    return this.put({ ...job, state: "done", result: command.result });
  }

  private put(job: Job): JobAnswer {
    this.jobs.set(job.id, job);
    return { job };
  }

  private tell(): void {
    this.news.resolve();
    this.news = Promise.withResolvers<void>();
  }

  snapshot(): Uint8Array {
    return encoder.encode(this.digest());
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    return {
      // A chunk may be a view of a buffer that is used again.
      write: (chunk) => void chunks.push(chunk.slice()),
      finish: () => {
        const { fence, jobs } = JSON.parse(Buffer.concat(chunks).toString()) as {
          readonly fence: number;
          readonly jobs: readonly Job[];
        };
        this.fence = fence;
        this.jobs = new Map(jobs.map((job) => [job.id, job]));
        this.tell();
      },
      abort: () => undefined,
    };
  }

  digest(): string {
    return JSON.stringify({ fence: this.fence, jobs: this.list() });
  }
}
