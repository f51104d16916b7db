/**
 * The command: `node packages/sim/src/mutants/main.ts [--dir DIR] [--only ID,…] [--seeds N] [--seconds S]`.
 *
 * Puts one bug after another into a scratch copy of the code, and lets the simulator find it. A bug passes if an invariant
 * with a name finds it, within S seconds of processor time, at a seed at which the unchanged code is found innocent. Ends
 * with `N passed, N failed`; the exit code is 0 if none failed. With `--shrink DIR` the run that killed it is shrunk too, and
 * left in DIR as a scenario file, which must fail in the same way with the bug and pass without. `main.ts hunt|shrink|replay …`
 * is what it runs in the scratch copy.
 */

import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { hunt, huntPlan } from "./hunt.ts";
import { loadMutants } from "./mutant.ts";
import { ScratchCopy } from "./scratch-copy.ts";
import { isFaithful, shrinkLines, shrinkMutant } from "./shrink-trial.ts";
import { replay, shrinkToFile } from "./shrinking.ts";
import { type Trial, tryMutant } from "./trial.ts";

const root = resolve(import.meta.dirname, "../../../..");

function tell({ mutant, killedBy, seeds, seconds, hasPassed, remark }: Trial): void {
  const isExpected = killedBy !== null && mutant.expected.includes(killedBy);
  const cells = [
    `${String(mutant.id).padStart(3)} ${mutant.title}`.padEnd(64),
    (killedBy ?? "-").padEnd(9),
    (killedBy === null ? "-" : isExpected ? "yes" : "no").padEnd(9),
    String(seeds).padStart(5),
    seconds.toFixed(1).padStart(7),
    hasPassed ? "" : "  FAILED",
  ];
  process.stdout.write(`${cells.join(" ").trimEnd()}\n`);
  if (remark !== "") process.stdout.write(`      ${remark.slice(0, 240)}\n`);
}

function runAll(words: string[]): number {
  const { values } = parseArgs({
    args: words,
    options: {
      dir: { type: "string", default: join(root, "packages/sim/mutants") },
      only: { type: "string", multiple: true, default: [] },
      seeds: { type: "string", default: "1000000" },
      seconds: { type: "string", default: "60" },
      shrink: { type: "string" },
      "shrink-runs": { type: "string", default: "400" },
    },
  });
  const wanted = values.only.flatMap((ids) => ids.split(",")).map(Number);
  const mutants = loadMutants(values.dir).filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  const budget = { seeds: Number(values.seeds), seconds: Number(values.seconds) };
  const scratch = new ScratchCopy(root);
  let passed = 0;
  try {
    const head = ["mutant".padEnd(64), "killed by", "expected?", "seeds", "seconds"];
    process.stdout.write(`${head.join(" ")}\n`);
    for (const mutant of mutants) {
      const trial = tryMutant(scratch, mutant, budget);
      tell(trial);
      if (
        trial.hasPassed &&
        (values.shrink === undefined || shrink(scratch, trial, values.shrink, values["shrink-runs"]))
      )
        passed++;
    }
  } finally {
    scratch.remove();
  }
  process.stdout.write(`${passed} passed, ${mutants.length - passed} failed\n`);
  return passed === mutants.length ? 0 : 1;
}

/** Shrinks what killed a mutant; false: what is left does not show the same bug. */
function shrink(scratch: ScratchCopy, { mutant, seed }: Trial, folder: string, runs: string): boolean {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `mutant-${String(mutant.id).padStart(2, "0")}.json`);
  const shrunk = shrinkMutant(scratch, mutant, { seed, runsMax: Number(runs), file });
  for (const line of shrinkLines(shrunk)) process.stdout.write(`      ${line}\n`);
  return isFaithful(shrunk);
}

/** What runs in the scratch copy; its answer is a line of JSON. */
async function answer(task: string, words: readonly string[]): Promise<unknown> {
  const [first = "", second = "", third = "", ...expected] = words;
  switch (task) {
    case "hunt":
      return hunt({ from: Number(first), count: Number(second), seconds: Number(third), expected });
    case "shrink":
      return shrinkToFile(huntPlan(Number(first)), Number(second), third);
    default:
      return replay(readFileSync(first, "utf8"));
  }
}

const [task = "", ...words] = process.argv.slice(2);
if (["hunt", "shrink", "replay"].includes(task))
  process.stdout.write(`${JSON.stringify(await answer(task, words))}\n`);
else process.exitCode = runAll(process.argv.slice(2));
