/**
 * Every set of directed links among three members is cut, and the cluster does what is left to it: three rules, all 64 sets.
 * What it does is told in docs/link-cuts.md.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { allCheckers } from "../src/check/all-checkers.ts";
import { describeVerdict } from "../src/run/verdict.ts";
import { allLinks, everyLinkSet, leftBy, sampleLinkSets } from "../src/scenario/link-subsets.ts";
import { studyLinkCut } from "../src/study/link-cut-study.ts";

/** Longest time in which nobody is answered, where somebody could: two elections at the widest window, and a retry. */
const unansweredMsMax = 1200;

const everySet = [...everyLinkSet(3)];

test("there are 64 sets of three members: 37 leave a pair connected both ways, 27 leave nothing", () => {
  assert.equal(new Set(everySet.map(String)).size, 64);
  assert.deepEqual(allLinks(3), ["a>b", "a>c", "b>a", "b>c", "c>a", "c>b"]);
  const lefts = everySet.map((cut) => leftBy(3, cut));
  assert.deepEqual(
    ["majority", "hub", "nothing"].map((left) => lefts.filter((one) => one === left).length),
    [37, 0, 27],
  );
});

test("of five members a hub can be left, which is no majority that is connected with itself", () => {
  const toHub = new Set(["a>b", "b>a", "a>c", "c>a"]);
  const cut = allLinks(5).filter((link) => !toHub.has(link));
  assert.equal(leftBy(5, cut), "hub");
  assert.equal(leftBy(5, [...cut, "b>a"]), "nothing");
  assert.equal(
    leftBy(
      5,
      cut.filter((link) => link !== "b>c" && link !== "c>b"),
    ),
    "majority",
  );
  assert.equal(leftBy(5, allLinks(5)), "nothing");
  assert.equal(leftBy(1, []), "majority");
});

test("sets are drawn from a seed, of every size", () => {
  const draw = (seed: number): string[] => {
    const drawn: string[] = [];
    for (const cut of sampleLinkSets(5, seed)) {
      if (drawn.push(String(cut)) === 500) break;
    }
    return drawn;
  };
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
  const sizes = new Set(draw(1).map((cut) => (cut === "" ? 0 : cut.split(",").length)));
  assert.equal(sizes.size, 21);
});

/** What the rules say becomes of a cluster of three: who may lead in the end, null if nobody. */
function whoMayLead(leader: string, cut: readonly string[]): readonly string[] | null {
  const areConnected = (one: string, other: string): boolean =>
    !cut.includes(`${one}>${other}`) && !cut.includes(`${other}>${one}`);
  const [one = "", other = ""] = ["a", "b", "c"].filter((name) => name !== leader);
  if (areConnected(leader, one) || areConnected(leader, other)) return [leader];
  return areConnected(one, other) ? [one, other] : null;
}

for (const cut of everySet) {
  test(`cut: ${cut.join(" ") || "nothing"}`, async () => {
    const { leaders, elections, terms, committed, unansweredMs, verdict } = await studyLinkCut({
      members: 3,
      cut,
      seed: 1,
      checkers: allCheckers,
    });
    assert.equal(describeVerdict(verdict), "pass");
    const [before, after] = leaders;
    assert.match(before, /^[abc]$/);
    const mayLead = whoMayLead(before, cut);
    const changes = mayLead !== null && mayLead.length > 1 ? 1 : 0;
    assert.deepEqual({ elections, terms }, { elections: [changes, 0], terms: [changes, 0] });
    assert.equal(committed > 0, mayLead !== null, `${committed} entries were committed`);
    if (mayLead === null) return;
    assert.ok(mayLead.includes(after), `${after} leads`);
    assert.ok(unansweredMs <= unansweredMsMax, `nobody was answered for ${unansweredMs} ms`);
  });
}
