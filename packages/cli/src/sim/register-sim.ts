/**
 * `quorate sim` in the program.
 */

import { type Command, InvalidArgumentError } from "commander";
import type { SimOptions } from "./sim-options.ts";

const help = `
A run is a cluster in virtual time: production code on simulated clocks, disks and
networks, with every fault that its seed thinks of, and with all invariants watched.
The same seed is the same run.

A failure names the invariant, the member and the virtual time; then it is shrunk,
and the smallest plan that still fails is written as a scenario file. Ctrl-C ends a
campaign with the summary so far.

Scenario files are JSON or YAML; --list shows those that come with Quorate.

Examples:
  $ quorate sim --seed 7                     one run, told in detail
  $ quorate sim --seeds 1..2000              a campaign
  $ quorate sim --minutes 10                 other seeds every time
  $ quorate sim --seeds 1..500 --keep-going --report ./report
  $ quorate sim --scenario diverging-follower
  $ quorate sim --scenario ./failure-seed-7.json
  $ quorate sim --state-machine ./mine.ts --seeds 1..100
  $ quorate sim --election-study             how long elections take

Exit codes (the worst of all runs):
  0 all passed          1 a file cannot be read or written
  2 a member crashed (or the command is wrong)
  3 no progress         4 an invariant does not hold
  5 not deterministic   6 not decided, or not what a scenario expects
  130 Ctrl-C, and nothing had failed`;

export function registerSim(program: Command): void {
  program
    .commandsGroup("Simulation:")
    .command("sim")
    .summary("run simulated clusters under faults, in virtual time")
    .description(
      "Runs clusters in virtual time under faults drawn from seeds or told by scenarios, and checks them.",
    )
    .usage("--seed N | --seeds A..B | --minutes M | --scenario NAME|FILE | --list | --election-study")
    .optionsGroup("What to run:")
    .option("--seed <n>", "one seed, twice", wholeNumber)
    .option("--seeds <range>", "seeds from A to B", seedRange)
    .option("--minutes <m>", "seeds for so long", positive)
    .option("--scenario <name>", "a scenario by name, or a file")
    .option("--list", "the scenarios that come with Quorate")
    .option("--election-study", "kill leaders and measure elections; takes --seed")
    .optionsGroup("What is tested (default: Quorate's store):")
    .option("--state-machine <file>", "a module that exports a state machine of your own")
    .option("--workload <file>", "a module that says what clients do with it (default: the machine's own)")
    .option("--plugin <file>", "a module with faults, checks and users; may be repeated", collect)
    .optionsGroup("How:")
    .option("--jobs <n>", "processes of a campaign (default: one per core, at most 8)", jobCount)
    .option("--run-timeout <s>", "real time after which a run of a campaign is given up", positive, 300)
    .option("--members <n>", "members of every run (default: drawn from the seed)", memberCount)
    .option("--no-faults", "nothing goes wrong")
    .option("--flavour <name>", "direct every plan at one situation, or at none (default: drawn)")
    .option("--twice", "every seed twice, to see whether it is the same run (default: one in 20)")
    .option("--search", "search every history for a linearization (default: one in 16)")
    .option("--keep-going", "go on after a failure")
    .option("--no-shrink", "leave failures as they are")
    .option("--shrink-runs <n>", "most runs to shrink a failure", wholeNumber, 400)
    .option("--out <dir>", "where failures are written as scenario files", ".")
    .optionsGroup("What is told:")
    .option("--report <dir>", "measure runs, and write report.html, report.json and junit.xml")
    .option("--coverage", "tell how often what happened")
    .optionsGroup("The election study:")
    .option("--kills <n>", "leaders to kill in the election study", wholeNumber, 100)
    .addHelpText("after", help)
    .action(async (options: SimOptions) => {
      const { runSim } = await import("./run-sim.ts");
      process.exitCode = await runSim(options);
    });
}

function collect(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function jobCount(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("It must be a number from 1 to 99.");
  return Number(text);
}

function memberCount(text: string): number {
  if (!/^[1-9]$/.test(text)) throw new InvalidArgumentError("It must be a number from 1 to 9.");
  return Number(text);
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError("It must be a number above 0.");
  return number;
}

function seedRange(text: string): readonly [number, number] {
  const [, first, last] = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last))
    throw new InvalidArgumentError("It must be like 1..2000.");
  return [Number(first), Number(last)];
}
