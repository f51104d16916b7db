/**
 * The thread that passwords are hashed on: one job at a time, in the order of their coming.
 */

import { parentPort, workerData } from "node:worker_threads";
import { type PasswordJob, type PasswordJobResult, runPasswordJob } from "./password-job.ts";

/** What the desk sends. */
export type PasswordTask = { readonly id: number; readonly job: PasswordJob };

/** What comes back. */
export type PasswordAnswer =
  | { readonly id: number; readonly result: PasswordJobResult }
  | { readonly id: number; readonly error: string };

// The decoy for unknown users is made before somebody could measure its making.
const { cost } = workerData as { readonly cost: number };
runPasswordJob({ kind: "verify", password: "", hash: null, cost });

parentPort?.on("message", ({ id, job }: PasswordTask) => {
  let answer: PasswordAnswer;
  try {
    answer = { id, result: runPasswordJob(job) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(answer, []);
});
