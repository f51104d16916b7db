/**
 * A checker for the usual mistakes in state machines.
 */

import type { Command, SnapshotReader, StateMachine } from "./state-machine.ts";

/** What was found. */
export type StateMachineReport = { readonly ok: boolean; readonly problems: readonly string[] };

/**
 * Runs a sample of commands through several copies of a machine, and compares digests and results: one command at a
 * time, all at once, and with a snapshot and restore in the middle. Finds reading of clocks and random numbers,
 * dependence on how commands are grouped, and state that a snapshot forgets. `makeMachine` must return a fresh machine
 * with `digest`.
 *
 * It cannot prove determinism: a difference that shows only on another machine or another day is not found.
 */
export function checkStateMachine(
  makeMachine: () => StateMachine,
  sample: readonly Uint8Array[],
): StateMachineReport {
  const problems: string[] = [];
  const commands = sample.map((data, position): Command => ({ index: position + 1, term: 1, data }));
  const reference = runOneByOne(makeMachine(), commands, problems);
  if (reference === null) return { ok: false, problems };

  compare(
    reference,
    runOneByOne(makeMachine(), commands, problems),
    "the same commands run a second time",
    problems,
  );
  compare(reference, runAtOnce(makeMachine(), commands, problems), "all commands in one batch", problems);
  const half = Math.floor(commands.length / 2);
  compare(
    reference,
    runWithSnapshot(makeMachine, commands, half, problems),
    `a snapshot and restore behind command ${half}`,
    problems,
  );
  return { ok: problems.length === 0, problems };
}

type Run = { readonly digest: string; readonly results: string };

function runOneByOne(machine: StateMachine, commands: readonly Command[], problems: string[]): Run | null {
  const results: unknown[] = [];
  for (const command of commands) results.push(...machine.apply([command]));
  return summarize(machine, results, commands.length, problems);
}

function runAtOnce(machine: StateMachine, commands: readonly Command[], problems: string[]): Run | null {
  return summarize(machine, [...machine.apply(commands)], commands.length, problems);
}

function runWithSnapshot(
  makeMachine: () => StateMachine,
  commands: readonly Command[],
  half: number,
  problems: string[],
): Run | null {
  const first = makeMachine();
  const results: unknown[] = [...first.apply(commands.slice(0, half))];
  const captured = first.snapshot();
  // What happens after the capture must not show in it.
  first.apply(commands.slice(half));
  const second = makeMachine();
  const writer = second.restore();
  for (const chunk of chunksOf(captured)) writer.write(chunk);
  writer.finish();
  results.push(...second.apply(commands.slice(half)));
  return summarize(second, results, commands.length, problems);
}

function* chunksOf(captured: Uint8Array | SnapshotReader): Generator<Uint8Array> {
  if (captured instanceof Uint8Array) {
    yield captured;
    return;
  }
  for (let chunk = captured.next(); chunk !== null; chunk = captured.next()) yield chunk;
  captured.close();
}

function summarize(
  machine: StateMachine,
  results: readonly unknown[],
  expected: number,
  problems: string[],
): Run | null {
  if (results.length !== expected) {
    problems.push(
      `apply returned ${results.length} results for ${expected} commands; it must return one for each`,
    );
    return null;
  }
  const digest = machine.digest?.();
  if (digest === undefined) {
    problems.push("the machine has no digest(); without one its state cannot be compared");
    return null;
  }
  return { digest, results: JSON.stringify(results, printable) };
}

function printable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  return value instanceof Uint8Array ? [...value] : value;
}

function compare(reference: Run, other: Run | null, what: string, problems: string[]): void {
  if (other === null) return;
  if (other.digest !== reference.digest) {
    problems.push(`${what}: the state differs (digest ${other.digest} instead of ${reference.digest})`);
  } else if (other.results !== reference.results) {
    problems.push(`${what}: the state is the same, but results differ`);
  }
}
