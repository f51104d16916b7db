import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  checkHistory,
  HistoryFormatError,
  historyPage,
  type Operation,
  type RegisterInput,
  type RegisterOutput,
  readHistory,
  registerModel,
  textMapModel,
} from "../src/index.ts";

type RegisterOperation = Operation<RegisterInput, RegisterOutput>;

const recorded = resolve(import.meta.dirname, "../../../../shared/conformance/linearizability");

function write(client: number, calledAt: number, returnedAt: number, value: number): RegisterOperation {
  return { client, calledAt, returnedAt, input: { kind: "write", value }, output: { kind: "write" } };
}

function read(client: number, calledAt: number, returnedAt: number, value: number | null): RegisterOperation {
  return { client, calledAt, returnedAt, input: { kind: "read" }, output: { kind: "read", value } };
}

function verdictOf(history: readonly RegisterOperation[]): string {
  return checkHistory(registerModel, history).verdict;
}

describe("one register", () => {
  test("a read that overlaps a write may see it or not", () => {
    assert.equal(verdictOf([write(1, 0, 10, 1), read(2, 5, 6, 1)]), "ok");
    assert.equal(verdictOf([write(1, 0, 10, 1), read(2, 5, 6, null)]), "ok");
  });

  test("a read after a write must see it", () => {
    assert.equal(verdictOf([write(1, 0, 10, 1), read(2, 11, 12, null)]), "bad");
  });

  test("what one read saw a later one may not take back", () => {
    assert.equal(verdictOf([write(1, 0, 10, 1), read(2, 2, 3, 1), read(3, 4, 5, null)]), "bad");
  });

  test("a write without an answer may take effect late, or never", () => {
    const lost: RegisterOperation = { ...write(1, 0, Number.POSITIVE_INFINITY, 7), output: null };
    assert.equal(verdictOf([lost, read(2, 50, 51, null), read(2, 60, 61, 7)]), "ok");
    assert.equal(verdictOf([lost, read(2, 50, 51, null)]), "ok");
    assert.equal(verdictOf([lost, read(2, 50, 51, 7), read(2, 60, 61, null)]), "bad");
  });

  test("a cas that failed says something about the value", () => {
    const failed: RegisterOperation = {
      ...write(2, 11, 12, 0),
      input: { kind: "cas", expected: 1, value: 2 },
      output: { kind: "cas", succeeded: false },
    };
    assert.equal(verdictOf([write(1, 0, 10, 1), failed]), "bad");
    assert.equal(verdictOf([write(1, 0, 10, 3), failed]), "ok");
  });

  test("a search that runs out of steps is undecided, never right", () => {
    const history = [write(1, 0, 10, 1), read(2, 11, 12, 1)];
    assert.equal(checkHistory(registerModel, history, { stepsMax: 1 }).verdict, "unknown");
  });

  test("the verdict is that of a search through all orders", () => {
    const operation = fc.record({
      start: fc.nat(6),
      length: fc.nat(4),
      isWrite: fc.boolean(),
      value: fc.integer({ min: 0, max: 2 }),
      isLost: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (specs) => {
        const history = specs.map(({ start, length, isWrite, value, isLost }, client): RegisterOperation => {
          if (!isWrite) return read(client, start, start + length, value === 2 ? null : value);
          const end = isLost ? Number.POSITIVE_INFINITY : start + length;
          const made = write(client, start, end, value);
          return isLost ? { ...made, output: null } : made;
        });
        assert.equal(verdictOf(history), isExplainable(history, null) ? "ok" : "bad");
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

/** The dumb way: every order that time allows. */
function isExplainable(open: readonly RegisterOperation[], value: number | null): boolean {
  if (open.every(({ returnedAt }) => returnedAt === Number.POSITIVE_INFINITY)) return true;
  const firstReturn = Math.min(...open.map(({ returnedAt }) => returnedAt));
  return open.some((one, position) => {
    if (one.calledAt > firstReturn) return false;
    const next = registerModel.step(value, one.input, one.output);
    return next !== undefined && isExplainable(open.toSpliced(position, 1), next);
  });
}

describe("recorded histories", () => {
  const files = globSync("{jepsen/*.log,kv/*.txt}", { cwd: recorded });
  const skip = existsSync(recorded) ? false : "there are no recorded histories beside this checkout";

  test("each has the verdict that its name says", { skip }, () => {
    assert.ok(files.length >= 50);
    for (const file of files) {
      const history = readHistory(readFileSync(resolve(recorded, file), "utf8"));
      const report =
        history.format === "register"
          ? checkHistory(registerModel, history.operations)
          : checkHistory(textMapModel, history.operations);
      assert.equal(report.verdict, /-(ok|bad)\./.exec(basename(file))?.[1], file);
    }
  });

  test("keys are apart: one that is wrong is found, whatever the others are", () => {
    const lines = ["a", "b"].flatMap((key) => [
      `{:process 0, :type :invoke, :f :append, :key "${key}", :value "1"}`,
      `{:process 0, :type :ok, :f :append, :key "${key}", :value "1"}`,
      `{:process 1, :type :invoke, :f :get, :key "${key}", :value nil}`,
      `{:process 1, :type :ok, :f :get, :key "${key}", :value "${key === "a" ? "1" : ""}"}`,
    ]);
    const history = readHistory(lines.join("\n"));
    assert.equal(history.format, "text-map");
    if (history.format !== "text-map") return;
    const report = checkHistory(textMapModel, history.operations);
    assert.equal(report.verdict, "bad");
    assert.equal(report.part, "b");
  });

  test("a file that is no history is refused with the line and what was expected", () => {
    assert.throws(() => readHistory("hello\n"), HistoryFormatError);
    assert.throws(
      () => readHistory("INFO  jepsen.util - 0\t:ok\t:read\tnil\n"),
      /line 1: process 0 has nothing under way/,
    );
    assert.throws(() => readHistory("\nINFO  jepsen.util - zero\n"), /line 2: this is no operation/);
  });
});

test("the page marks the operation that cannot be explained, and trusts no text", () => {
  const history = [write(1, 0, 10, 1), read(2, 11, 12, null)];
  const report = checkHistory(registerModel, history);
  const page = historyPage("<script>", registerModel, history, report);
  assert.match(page, /class="culprit"/);
  assert.match(page, /“read → nil” by client 2 cannot be placed/);
  assert.ok(!page.includes("<script>"));
});
