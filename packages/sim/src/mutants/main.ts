/**
 * The command: `node packages/sim/src/mutants/main.ts [--dir DIR] [--only ID,…] [--seeds N] [--seconds S]`.
 *
 * Puts one bug after another into a scratch copy of the code, and lets the simulator find it. A bug passes if an invariant
 * with a name finds it, at a seed at which the unchanged code is found innocent. Ends with `N passed, N failed`; the exit
 * code is 0 if none failed. `main.ts hunt …` is what it runs in the scratch copy.
 */

import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { hunt } from "./hunt.ts";
import { loadMutants } from "./mutant.ts";
import { ScratchCopy } from "./scratch-copy.ts";
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
      if (trial.hasPassed) passed++;
    }
  } finally {
    scratch.remove();
  }
  process.stdout.write(`${passed} passed, ${mutants.length - passed} failed\n`);
  return passed === mutants.length ? 0 : 1;
}

const [first, from, count, seconds, ...expected] = process.argv.slice(2);
if (first === "hunt") {
  const finding = await hunt({
    from: Number(from),
    count: Number(count),
    seconds: Number(seconds),
    expected,
  });
  process.stdout.write(`${JSON.stringify(finding)}\n`);
} else {
  process.exitCode = runAll(process.argv.slice(2));
}
