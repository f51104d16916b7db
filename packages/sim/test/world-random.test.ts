/** Randomness by name: independent of everything but seed, name and count. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RandomStreams } from "../src/world/random-streams.ts";

function draw(seed: number, name: string, count: number): number[] {
  const stream = new RandomStreams(seed).stream(name);
  return Array.from({ length: count }, () => stream.next());
}

test("a stream is a function of seed and name", () => {
  assert.deepEqual(draw(7, "network a>b", 100), draw(7, "network a>b", 100));
  assert.notDeepEqual(draw(7, "network a>b", 4), draw(8, "network a>b", 4));
  assert.notDeepEqual(draw(7, "network a>b", 4), draw(7, "network b>a", 4));
  assert.notDeepEqual(draw(7, "x", 4), draw(7 + 2 ** 40, "x", 4));
});

test("it is the same in every engine: numbers that must never change", () => {
  assert.deepEqual(draw(1, "disk a", 3), [1_108_287_863, 1_092_872_931, 3_901_172_945]);
});

test("what others draw shifts nothing", () => {
  const streams = new RandomStreams(3);
  const one = streams.stream("one");
  const other = streams.stream("other");
  const mixed: number[] = [];
  for (let count = 0; count < 50; count++) {
    mixed.push(one.next());
    for (let more = 0; more < count % 3; more++) other.next();
  }
  assert.deepEqual(mixed, draw(3, "one", 50));
});

test("numbers are spread evenly, and stay in their range", () => {
  const stream = new RandomStreams(5).stream("spread");
  const counts = Array.from({ length: 10 }, () => 0);
  for (let count = 0; count < 10_000; count++) {
    const value = stream.below(10);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(" "));
  for (let count = 0; count < 1000; count++) {
    const large = stream.below(2 ** 50);
    assert.ok(Number.isSafeInteger(large) && large >= 0 && large < 2 ** 50);
    const some = stream.between(-3, 3);
    assert.ok(some >= -3 && some <= 3);
  }
  const delays = Array.from({ length: 10_000 }, () => stream.delayUs(100, 500));
  const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
  assert.ok(mean > 450 && mean < 550 && Math.min(...delays) >= 100, String(mean));
  assert.deepEqual(stream.sample([1, 2, 3], 5), [1, 2, 3]);
});
