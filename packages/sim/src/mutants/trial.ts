/**
 * Runs mutants: each is put into a scratch copy of the code, and the simulator hunts for it in a process of its own, one at
 * a time.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Finding } from "./finding.ts";
import { type Mutant, MutantError, mutate } from "./mutant.ts";
import type { ScratchCopy } from "./scratch-copy.ts";

/** How long a hunt may go on; seconds of processor time. */
export type Budget = { readonly seeds: number; readonly seconds: number };

/** What came of one mutant. */
export type Trial = {
  readonly mutant: Mutant;
  /** Null: nothing that counts found it. */
  readonly killedBy: string | null;
  readonly hasPassed: boolean;
  /** The seed that killed it; 0: none did. */
  readonly seed: number;
  readonly seeds: number;
  /** Processor time of the hunt. */
  readonly seconds: number;
  readonly remark: string;
};

/** What a hunt may take beyond its budget, for the last seed, and so many times as long if others need the machine too. */
const graceSeconds = 30;
const graceTimes = 6;
const nothing: Finding = { by: null, seed: 0, seeds: 0, seconds: 0, others: [], text: "" };

/** Tries one mutant. It passes if it is killed at a seed at which the unchanged code is innocent. */
export function tryMutant(scratch: ScratchCopy, mutant: Mutant, budget: Budget): Trial {
  const seeds = mutant.seeds ?? { from: 1, count: budget.seeds };
  let found = nothing;
  try {
    found = scratch.withChanged(
      mutant.file,
      (text) => mutate(mutant, text),
      () => hunt(scratch, seeds, budget.seconds, mutant.expected),
    );
  } catch (error) {
    if (!(error instanceof MutantError)) throw error;
    found = { ...nothing, others: [error.message] };
  }
  const trial = { mutant, killedBy: found.by, seed: found.seed, seeds: found.seeds, seconds: found.seconds };
  if (found.by === null) {
    const others = found.others.length === 0 ? "" : `also: ${found.others.slice(0, 3).join(", ")}`;
    return { ...trial, hasPassed: false, remark: others };
  }
  const innocent = hunt(scratch, { from: found.seed, count: 1 }, budget.seconds, mutant.expected);
  if (innocent.seeds !== 1 || innocent.by !== null) {
    const remark = `seed ${found.seed} also fails on the unchanged code: ${innocent.text}`;
    return { ...trial, hasPassed: false, remark };
  }
  return { ...trial, hasPassed: true, remark: `seed ${found.seed}: ${found.text}` };
}

/** Runs the simulator in the scratch copy as it is now. */
function hunt(
  scratch: ScratchCopy,
  seeds: { readonly from: number; readonly count: number },
  seconds: number,
  expected: readonly string[],
): Finding {
  const file = join(scratch.directory, "packages/sim/src/mutants/main.ts");
  const words = [seeds.from, seeds.count, seconds, ...expected].map(String);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file, "hunt", ...words], {
    cwd: scratch.directory,
    encoding: "utf8",
    timeout: (seconds * graceTimes + graceSeconds) * 1000,
  });
  if (status === 0) return JSON.parse(stdout) as Finding;
  const what = status === null ? "a run did not end" : `the simulator itself failed: ${firstLines(stderr)}`;
  return { ...nothing, others: [what] };
}

function firstLines(text: string): string {
  return text.trim().split("\n").slice(0, 8).join(" | ");
}
