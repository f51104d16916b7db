/** The state machine checker finds planted mistakes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, checkStateMachine, type SnapshotWriter, type StateMachine } from "../src/index.ts";
import { Tally, text } from "./tally.ts";

const sample = Array.from({ length: 12 }, (_, count) => text(`command ${count}`));

function problemsOf(makeMachine: () => StateMachine): string {
  const report = checkStateMachine(makeMachine, sample);
  assert.equal(report.ok, report.problems.length === 0);
  return report.problems.join("\n");
}

test("a good machine passes", () => {
  assert.equal(
    problemsOf(() => new Tally()),
    "",
  );
});

test("a clock in apply is found", () => {
  let nowMs = 0;
  const makeMachine = (): StateMachine => {
    const machine = new Tally();
    return {
      ...methodsOf(machine),
      apply: (commands) =>
        machine.apply(commands.map((command) => ({ ...command, data: text(String(nowMs++)) }))),
    };
  };
  assert.match(problemsOf(makeMachine), /a second time: the state differs/);
});

test("a random result is found although the state is the same", () => {
  let drawn = 0;
  const makeMachine = (): StateMachine => {
    const machine = new Tally();
    return { ...methodsOf(machine), apply: (commands) => machine.apply(commands).map(() => drawn++) };
  };
  assert.match(problemsOf(makeMachine), /results differ/);
});

test("dependence on the batch is found", () => {
  const makeMachine = (): StateMachine => {
    const machine = new Tally();
    const apply = (commands: readonly Command[]): readonly number[] => {
      const results = machine.apply(commands);
      machine.texts.push("end of batch");
      return results;
    };
    return { ...methodsOf(machine), apply };
  };
  assert.match(problemsOf(makeMachine), /all commands in one batch: the state differs/);
});

test("state that a snapshot forgets is found", () => {
  const makeMachine = (): StateMachine => {
    const machine = new Tally();
    const snapshot = (): Uint8Array => text(JSON.stringify(machine.texts.slice(1)));
    return { ...methodsOf(machine), snapshot };
  };
  assert.match(problemsOf(makeMachine), /a snapshot and restore behind command 6: the state differs/);
});

test("a snapshot that changes while it is read is found", () => {
  const makeMachine = (): StateMachine => {
    const machine = new Tally();
    let isOut = false;
    const snapshot = (): ReturnType<StateMachine["snapshot"]> => ({
      next: () => {
        if (isOut) return null;
        isOut = true;
        return machine.snapshot();
      },
      close: () => undefined,
    });
    return { ...methodsOf(machine), snapshot };
  };
  assert.match(problemsOf(makeMachine), /a snapshot and restore/);
});

test("a wrong number of results and a missing digest are named", () => {
  const short = (): StateMachine => ({ ...methodsOf(new Tally()), apply: () => [] });
  assert.match(problemsOf(short), /0 results for 12 commands/);
  const blind = (): StateMachine => {
    const machine = new Tally();
    return {
      apply: (commands) => machine.apply(commands),
      snapshot: () => machine.snapshot(),
      restore: () => machine.restore(),
    };
  };
  assert.match(problemsOf(blind), /no digest/);
});

function methodsOf(machine: Tally): StateMachine & { readonly digest: () => string } {
  return {
    apply: (commands) => machine.apply(commands),
    snapshot: () => machine.snapshot(),
    restore: (): SnapshotWriter => machine.restore(),
    digest: () => machine.digest(),
  };
}
