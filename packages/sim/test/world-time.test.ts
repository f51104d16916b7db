/** Virtual time: what runs when, and that promises have gone on before anything else happens. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Priority, VirtualTime } from "../src/world/virtual-time.ts";

const never = (): boolean => false;

test("entries run by time, then by priority, then in the order of their making", async () => {
  const time = new VirtualTime();
  const ran: string[] = [];
  const add = (delayUs: number, priority: Priority, name: string): void => {
    time.after(delayUs, priority, () => ran.push(name));
  };
  add(20, Priority.timer, "late");
  add(10, Priority.turn, "turn");
  add(10, Priority.arrival, "first arrival");
  add(10, Priority.arrival, "second arrival");
  add(10, Priority.fault, "fault");
  const cancelled = time.after(5, Priority.timer, () => ran.push("cancelled"));
  time.cancel(cancelled);
  assert.equal(await time.run(1000, never), false);
  assert.deepEqual(ran, ["fault", "first arrival", "second arrival", "turn", "late"]);
  assert.equal(time.nowUs, 1000);
});

test("however long a chain of promises is, it has ended before the next entry runs", async () => {
  const time = new VirtualTime();
  let links = 0;
  let atNext = -1;
  const chain = async (): Promise<void> => {
    for (; links < 1000; links++) await Promise.resolve();
  };
  time.after(1, Priority.timer, () => void chain());
  time.after(1, Priority.timer, () => {
    atNext = links;
  });
  await time.run(10, never);
  assert.equal(atNext, 1000);
});

test("it stops when it is told, at the time of the last entry", async () => {
  const time = new VirtualTime();
  let count = 0;
  const tick = (): void => {
    count++;
    time.after(7, Priority.timer, tick);
  };
  tick();
  assert.equal(await time.run(1_000_000, () => count === 5), true);
  assert.equal(time.nowUs, 28);
});

test("what an entry throws reaches whoever runs it", async () => {
  const time = new VirtualTime();
  time.after(1, Priority.timer, () => {
    throw new Error("no");
  });
  await assert.rejects(time.run(10, never), /no/);
});
