/**
 * The fault atlas keeps damage within what a cluster can bear.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Ghost } from "../src/observe/ghost.ts";
import { FaultAtlas } from "../src/world/fault-atlas.ts";

function atlasOf(halves: readonly (readonly number[])[], waiting: readonly number[] = []): FaultAtlas {
  return new FaultAtlas(
    new Ghost(() => null),
    () => halves,
    () => waiting,
  );
}

test("a minority may be damaged, and no one more", () => {
  const atlas = atlasOf([[1, 2, 3, 4, 5]]);
  assert.deepEqual(
    [1, 2, 3].map((id) => atlas.charge(id)),
    [true, true, false],
  );
  assert.equal(atlas.charge(1), true, "whoever is damaged already may be damaged again");
});

test("each half of a joint configuration keeps a majority", () => {
  const atlas = atlasOf([
    [1, 2, 3, 4, 5],
    [1, 2, 6],
  ]);
  assert.deepEqual(
    [3, 1, 2].map((id) => atlas.charge(id)),
    [true, true, false],
  );
});

// Seed 6996: two of five were lost, then a learner whose promotion was under way; three of six were left.
test("a learner's damage counts as a voter's, for its promotion may be under way", () => {
  const atlas = atlasOf([[1, 2, 3, 4, 5]], [6, 7]);
  assert.deepEqual(
    [1, 2, 6].map((id) => atlas.charge(id)),
    [true, true, false],
  );
  const other = atlasOf([[1, 2, 3, 4, 5]], [6, 7]);
  assert.deepEqual(
    [6, 1, 2].map((id) => other.charge(id)),
    [true, true, false],
  );
});
