/**
 * The bugs of `mutants/` still fit the code: whether they are found is the business of a command of its own.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "node:test";
import { checkerTitles } from "../src/check/all-checkers.ts";
import { convict } from "../src/mutants/finding.ts";
import { loadMutants, MutantError, mutate, parseMutant } from "../src/mutants/mutant.ts";
import { ScratchCopy } from "../src/mutants/scratch-copy.ts";
import { tryMutant } from "../src/mutants/trial.ts";

/** Answers of clients are checked at the end of a run, by names of their own. */
const otherVerdicts = new Set(["crash", "linearizability"]);
const root = resolve(import.meta.dirname, "../../..");
const mutants = loadMutants(resolve(import.meta.dirname, "../mutants"));

describe("mutants", () => {
  for (const mutant of mutants) {
    it(`${mutant.id} ${mutant.title}: its place is found once, and its invariants exist`, () => {
      const text = readFileSync(resolve(root, mutant.file), "utf8");
      assert.notEqual(mutate(mutant, text), text);
      for (const id of mutant.expected) assert.ok(checkerTitles.has(id) || otherVerdicts.has(id), id);
    });
  }

  it("have ids of their own", () => {
    const ids = mutants.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("are refused when their text is not there, or there twice", () => {
    const [mutant] = mutants;
    assert.ok(mutant !== undefined);
    assert.throws(() => mutate(mutant, ""), /occurs 0 times/);
    assert.throws(() => mutate(mutant, mutant.search + mutant.search), /occurs 2 times/);
  });

  it("are refused when a field is missing", () => {
    assert.throws(() => parseMutant("1.json", "{}"), MutantError);
    assert.throws(() => parseMutant("1.json", '{"id":1,"expected":["S1"]}'), /"title"/);
  });
});

describe("a trial", () => {
  it("of a mutant that does not fit fails, says why, and leaves the copy as it was", () => {
    const scratch = new ScratchCopy(root);
    try {
      const [first] = mutants;
      assert.ok(first !== undefined);
      const mutant = { ...first, search: "no such text" };
      const { hasPassed, remark } = tryMutant(scratch, mutant, { seeds: 1, seconds: 1 });
      assert.equal(hasPassed, false);
      assert.match(remark, /occurs 0 times/);
      const original = readFileSync(resolve(root, mutant.file), "utf8");
      const copy = resolve(scratch.directory, mutant.file);
      scratch.withChanged(
        mutant.file,
        () => "changed",
        () => assert.equal(readFileSync(copy, "utf8"), "changed"),
      );
      assert.equal(readFileSync(copy, "utf8"), original);
      assert.equal(readFileSync(resolve(root, mutant.file), "utf8"), original);
    } finally {
      scratch.remove();
    }
  });
});

describe("a verdict on a mutant", () => {
  const crash = { kind: "crash", node: "", atUs: 0, text: "" } as const;
  const stuck = { kind: "liveness", invariant: "V1", atUs: 0, text: "" } as const;
  const broken = { kind: "violation", invariant: "S6", node: "", atUs: 0, text: "" } as const;

  it("convicts for any invariant of safety", () => {
    assert.deepEqual(convict(broken, ["S1"]), { name: "S6", counts: true });
    assert.deepEqual(convict({ kind: "pass" }, ["S1"]), { name: null, counts: false });
  });

  it("convicts for a crash or a lack of progress only where it is expected", () => {
    assert.equal(convict(crash, ["S1"]).counts, false);
    assert.equal(convict(crash, ["S1", "crash"]).counts, true);
    assert.equal(convict(stuck, ["V2"]).counts, false);
    assert.equal(convict(stuck, ["V1"]).counts, true);
  });
});
