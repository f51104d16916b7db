/**
 * The thread that passwords are hashed on: one job at a time, in the order of their coming.
 */

import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { type PasswordJob, type PasswordJobResult, runPasswordJob } from "./password-job.ts";

/** What the desk sends. */
export type PasswordTask = { readonly id: number; readonly job: PasswordJob };

/** What comes back. */
export type PasswordAnswer =
  | { readonly id: number; readonly result: PasswordJobResult }
  | { readonly id: number; readonly error: string };

yieldToTheMember();

// The decoy for unknown users is made before somebody could measure its making.
const { cost } = workerData as { readonly cost: number };
runPasswordJob({ kind: "verify", password: "", hash: null, cost });

/** Logins wait for the member's own work, not the other way round. Only on Linux a priority is the thread's alone. */
function yieldToTheMember(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it; logins work all the same.
  }
}

parentPort?.on("message", ({ id, job }: PasswordTask) => {
  let answer: PasswordAnswer;
  try {
    answer = { id, result: runPasswordJob(job) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer, []);
});
