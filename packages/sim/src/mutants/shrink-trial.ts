/**
 * Shows what shrinking is worth: kills mutants, shrinks the runs that killed them, and replays what is left.
 */

import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { type Mutant, mutate } from "./mutant.ts";
import type { ScratchCopy } from "./scratch-copy.ts";
import type { PlanSize, Replay, ShrinkOutcome } from "./shrinking.ts";

/** How a finding is shrunk. */
export type ShrinkTrialOptions = {
  /** The seed that killed the mutant. */
  readonly seed: number;
  readonly runsMax: number;
  /** Where the scenario goes. */
  readonly file: string;
};

/** What came of it. */
export type ShrinkTrial = {
  readonly outcome: ShrinkOutcome;
  /** Of the scenario file in a process of its own, with the bug and without. */
  readonly onMutant: Replay;
  readonly onUnchanged: Replay;
};

/** Nobody waits longer for one mutant. */
const secondsMax = 280;

/** Shrinks one; throws if a process fails. */
export function shrinkMutant(
  scratch: ScratchCopy,
  mutant: Mutant,
  { seed, runsMax, file }: ShrinkTrialOptions,
): ShrinkTrial {
  const path = resolve(file);
  const replay = (): Replay => call(scratch, ["replay", path]) as Replay;
  const withBug = scratch.withChanged(
    mutant.file,
    (text) => mutate(mutant, text),
    () => ({
      outcome: call(scratch, ["shrink", String(seed), String(runsMax), path]) as ShrinkOutcome,
      onMutant: replay(),
    }),
  );
  return { ...withBug, onUnchanged: replay() };
}

/** Whether what was written fails with the bug, as the whole did, and passes without it. */
export function isFaithful({ outcome, onMutant, onUnchanged }: ShrinkTrial): boolean {
  return outcome.failure !== null && onMutant.failure === outcome.failure && onUnchanged.text === "pass";
}

/** For people, in lines. */
export function shrinkLines(trial: ShrinkTrial): readonly string[] {
  const { before, after, runs, isMinimal, failure } = trial.outcome;
  const change = (name: string, of: (size: PlanSize) => number): string =>
    `${name} ${of(before)} → ${of(after)}`;
  const sizes = [
    change("faults", ({ faults }) => faults),
    change("clients", ({ clients }) => clients),
    change("members", ({ members }) => members),
    change("ms", ({ lengthMs }) => lengthMs),
    change("settings", ({ settings }) => settings),
  ];
  const end = isMinimal ? "nothing more can go" : "stopped there";
  return [
    `shrunk: ${sizes.join(", ")}; ${runs} runs, ${end}`,
    `replayed: ${trial.onMutant.failure ?? trial.onMutant.text} with the bug (before: ${failure ?? "pass"}), ${trial.onUnchanged.text} without`,
  ];
}

function call({ directory }: ScratchCopy, words: readonly string[]): unknown {
  const main = join(directory, "packages/sim/src/mutants/main.ts");
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...words], {
    cwd: directory,
    encoding: "utf8",
    timeout: secondsMax * 1000,
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(`${words[0] ?? ""} ${status === null ? "did not end" : `failed: ${stderr.trim()}`}`);
}
