import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  applySimple,
  type ConfChangeSingle,
  ConfChangeType,
  emptyMembership,
  enterJoint,
  leaveJoint,
  type Membership,
  majoritySize,
  type NodeId,
  type Refusal,
  restoreMembership,
} from "../src/index.ts";
import { NaiveMembership } from "./oracle/naive-membership.ts";

type Step = { kind: "simple" | "enter" | "enter-auto" | "leave"; changes: ConfChangeSingle[] };

const context = { lastIndex: 10, inflightMessagesMax: 10, inflightBytesMax: 0 };
const single = fc.record({
  type: fc.constantFrom(...Object.values(ConfChangeType)),
  nodeId: fc.integer({ min: 0, max: 6 }),
});
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("simple", "simple", "enter", "enter-auto", "leave"),
  changes: fc.array(single, { maxLength: 4 }),
});
const options = { seed: 20260807, numRuns: 1000 };

function apply(current: Membership, { kind, changes }: Step): Membership | Refusal {
  if (kind === "simple") return applySimple(current, changes, context);
  if (kind === "leave") return leaveJoint(current, context);
  return enterJoint(current, kind === "enter-auto", changes, context);
}

/** All majorities of a list. */
function majorities(voters: readonly NodeId[]): NodeId[][] {
  const found: NodeId[][] = [];
  for (let mask = 0; mask < 1 << voters.length; mask++) {
    const members = voters.filter((_id, position) => (mask & (1 << position)) !== 0);
    if (members.length >= majoritySize(voters.length)) found.push(members);
  }
  return found;
}

function runBoth(steps: readonly Step[], visit: (before: Membership, after: Membership) => void): void {
  const first: Step = { kind: "simple", changes: [{ type: 0, nodeId: 1 }] };
  const naive = new NaiveMembership();
  let current = emptyMembership;
  for (const next of [first, ...steps]) {
    const result = apply(current, next);
    const isAllowed = naive.change(next.kind, next.changes);
    assert.equal(
      !("ok" in result),
      isAllowed,
      `${JSON.stringify(next)} at ${JSON.stringify(current.config)}`,
    );
    if ("ok" in result) {
      assert.equal(result.code, "conf-change-invalid");
      continue;
    }
    assert.deepEqual(result.config, naive.state());
    assert.deepEqual([...result.progress.keys()], naive.members());
    visit(current, result);
    current = result;
  }
}

describe("membership changes against an independent table of seats (Raft §6, thesis §4)", () => {
  test("the same changes are allowed, and lead to the same configuration", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => runBoth(steps, () => undefined)),
      options,
    );
  });

  test("§4.1, C3: every quorum before a change overlaps every quorum after it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        runBoth(steps, ({ config: before }, { config: after }) => {
          if (before.voters.length === 0) return;
          // A joint decision holds a majority of each half, so it is enough that some pair of halves always overlaps.
          const halvesOf = (config: typeof before) =>
            [config.voters, config.votersOutgoing].filter((half) => half.length > 0);
          const overlaps = halvesOf(before).some((one) =>
            halvesOf(after).some((other) =>
              majorities(one).every((left) =>
                majorities(other).every((right) => left.some((id) => right.includes(id))),
              ),
            ),
          );
          assert.ok(overlaps, `${JSON.stringify(before)} to ${JSON.stringify(after)}`);
        });
      }),
      { ...options, numRuns: 300 },
    );
  });

  test("what a snapshot stores is restored as it was", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        runBoth(steps, (_before, { config, progress }) => {
          const restored = restoreMembership(config, context);
          assert.ok(!("ok" in restored));
          assert.deepEqual(restored.config, config);
          assert.deepEqual([...restored.progress.keys()], [...progress.keys()]);
          for (const [id, known] of restored.progress)
            assert.equal(known.isLearner, progress.get(id)?.isLearner);
        });
      }),
      options,
    );
  });

  test("the given membership is never changed", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        runBoth(steps, (before, after) => {
          const kept = structuredClone(before.config);
          apply(before, {
            kind: "enter",
            changes: [
              { type: 1, nodeId: 1 },
              { type: 3, nodeId: 2 },
            ],
          });
          assert.deepEqual(before.config, kept);
          assert.notEqual(before, after);
        });
      }),
      { ...options, numRuns: 200 },
    );
  });
});
