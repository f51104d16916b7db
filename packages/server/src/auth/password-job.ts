/**
 * What is done with a password: hashed, or compared with a hash. Pure, and slow on purpose; where it runs is the business
 * of `password-desk.ts`.
 *
 * bcrypt looks at 72 bytes only. A longer password is refused when it is set, so that nobody trusts in the rest of it.
 */

import { compareSync, hashSync, truncates } from "bcryptjs";

/** One piece of work. `hash` null: there is no such user; it is made to take as long. */
export type PasswordJob =
  | { readonly kind: "hash"; readonly password: string; readonly cost: number }
  | {
      readonly kind: "verify";
      readonly password: string;
      readonly hash: string | null;
      readonly cost: number;
    };

/** The hash as text, or whether the password is the right one. */
export type PasswordJobResult = string | boolean;

/** Longest password in bytes of UTF-8. */
export const passwordBytesMax = 72;

/** Hashes of nothing that anybody knows, by their cost: an unknown user costs what a known one does. */
const decoys = new Map<number, string>();

/** Does it. Takes about 60 ms at a cost of 10, and twice as long with each more. */
export function runPasswordJob(job: PasswordJob): PasswordJobResult {
  if (job.kind === "hash") return hashSync(job.password, job.cost);
  const { password, hash, cost } = job;
  const isRight = compareSync(password, hash ?? decoy(cost));
  return isRight && hash !== null && !truncates(password);
}

/** Whether bcrypt would take only a part of the password. */
export function isTooLong(password: string): boolean {
  return truncates(password);
}

function decoy(cost: number): string {
  let made = decoys.get(cost);
  if (made === undefined) {
    made = hashSync(`nobody ${crypto.randomUUID()}`, cost);
    decoys.set(cost, made);
  }
  return made;
}
