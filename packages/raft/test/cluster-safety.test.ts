import assert from "node:assert/strict";
import { test } from "node:test";
import { Chaos } from "./chaos.ts";

const schedules = Number(process.env["QUORATE_SCHEDULES"] ?? 250);
const steps = 400;

/** Campaigns of these seeds, added up. A failure names its seed; `new Chaos(seed).run(400)` repeats it. */
function campaign(firstSeed: number, count: number): Record<string, number> {
  const total: Record<string, number> = {};
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const chaos = new Chaos(seed);
    try {
      chaos.run(steps);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    const marks = { ...chaos.checker.marks, wedged: chaos.checker.wedged };
    for (const [mark, value] of Object.entries(marks)) total[mark] = (total[mark] ?? 0) + value;
  }
  return total;
}

test(`Raft figure 3, thesis §6.4: ${schedules} random schedules keep every safety property and recover`, () => {
  const { wedged = 0, ...marks } = campaign(1, schedules);
  assert.ok(wedged <= schedules / 100, `${wedged} of ${schedules} groups cannot elect a leader any more`);
  // A campaign that never does what it is for proves nothing.
  for (const [mark, value] of Object.entries(marks)) {
    assert.ok(value >= schedules / 5, `only ${value} ${mark} in ${schedules} schedules`);
  }
});

test("a seed replays: the same campaign twice makes the same history", () => {
  const histories = [0, 1].map(() => {
    const chaos = new Chaos(4711);
    chaos.run(steps);
    return [...chaos.members.values()].map(({ events }) => JSON.stringify(events));
  });
  assert.deepEqual(histories[0], histories[1]);
});
