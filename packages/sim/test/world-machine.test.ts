/** Machines: clocks that drift, processes that stop, disks that lose what the cluster can bear to lose. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MachineClock } from "../src/world/machine-clock.ts";
import { MachineDisk } from "../src/world/machine-disk.ts";
import { ProcessGate } from "../src/world/process-gate.ts";
import { RandomStreams } from "../src/world/random-streams.ts";
import { VirtualTime } from "../src/world/virtual-time.ts";

const never = (): boolean => false;
const streams = new RandomStreams(1);

test("a fast clock's timers are early in true time, and never early by that clock", async () => {
  const time = new VirtualTime();
  const machine = new MachineClock(time, streams.stream("clock"), 5000);
  const clock = machine.attach(new ProcessGate());
  machine.setDrift(100_000);
  const fired: { us: number; ms: number }[] = [];
  const note = (): void => void fired.push({ us: time.nowUs, ms: clock.now() });
  clock.setTimer(note, 110);
  clock.setTimer(note, 220);
  await time.run(150_000, never);
  // From here on it is slow: the second timer must wait for the clock, not for the time that was planned.
  machine.setDrift(-500_000);
  await time.run(1_000_000, never);
  assert.equal(fired[0]?.us, 100_000);
  for (const [position, { ms }] of fired.entries()) assert.ok(ms >= 5110 + 110 * position - 1e-6, String(ms));
  assert.equal(fired[1]?.us, 150_000 + 110_000);
});

test("a stopped process takes up timers, arrivals and turns in this order, a dead one nothing", async () => {
  const gate = new ProcessGate();
  const taken: string[] = [];
  gate.pause();
  gate.enter("turns", () => taken.push("turn"));
  gate.enter("arrivals", () => taken.push("arrival"));
  gate.enter("timers", () => taken.push("timer"));
  assert.equal(taken.length, 0);
  for (const callback of gate.resume()) callback();
  assert.deepEqual(taken, ["timer", "arrival", "turn"]);
  const call = gate.orDeath(new Promise<void>(() => undefined), () => new Error("it died"));
  gate.die();
  gate.enter("arrivals", () => taken.push("after death"));
  assert.equal(taken.length, 3);
  await assert.rejects(call, /it died/);
});

const latency = { minUs: 100, meanUs: 100 };
const path = "log/log-0000000000000001";

/** A disk with one file of zeros, on which everything is synced. */
async function makeDisk(): Promise<{ disk: MachineDisk; time: VirtualTime }> {
  const time = new VirtualTime();
  const disk = new MachineDisk(time, streams.stream("disk"), latency);
  const gate = new ProcessGate();
  const process = disk.attach(gate);
  const work = async (): Promise<void> => {
    await process.createDirectory("log");
    const file = await process.open(path, "create");
    await file.preallocate(8192);
    await file.datasync();
    await process.syncDirectory("log");
  };
  await settled(time, work());
  return { disk, time };
}

async function settled<Value>(time: VirtualTime, promise: Promise<Value>): Promise<Value> {
  let isDone = false;
  const mark = (): void => {
    isDone = true;
  };
  promise.then(mark, mark);
  await time.run(time.nowUs + 1_000_000, () => isDone);
  return promise;
}

/** Writes a sector of a number, as the log would. */
async function write(disk: MachineDisk, sector: number, number: number): Promise<void> {
  const file = await disk.attach(new ProcessGate()).open(path, "write");
  disk.writingIndex = number;
  await file.write(new Uint8Array(512).fill(number), sector * 512);
  await file.datasync();
  disk.writingIndex = 0;
}

function sectors(disk: MachineDisk): readonly number[] {
  const contents = disk.memory.contents(path);
  return Array.from({ length: contents.length / 512 }, (_, sector) => contents[sector * 512] ?? -1);
}

test("a write that got lost stays so if that can be borne, and never happened otherwise", async () => {
  for (const isBorne of [true, false]) {
    const { disk, time } = await makeDisk();
    await settled(time, write(disk, 0, 1));
    const trouble = { what: { kind: "lost" }, perMillion: 1_000_000 } as const;
    disk.begin(trouble);
    await settled(time, write(disk, 1, 2));
    disk.end(trouble);
    await settled(time, write(disk, 2, 3));
    assert.deepEqual(sectors(disk).slice(0, 4), [1, 0, 3, 0]);
    disk.losePower(0, ({ lastIndex }) => {
      assert.equal(lastIndex, 2);
      return isBorne;
    });
    assert.deepEqual(sectors(disk).slice(0, 4), isBorne ? [1, 0, 3, 0] : [1, 2, 3, 0]);
  }
});

test("a write that went elsewhere is taken back with everything that came after it", async () => {
  for (const isBorne of [true, false]) {
    const { disk, time } = await makeDisk();
    disk.begin({ what: { kind: "misdirected" }, perMillion: 1_000_000 });
    await settled(time, write(disk, 0, 1));
    disk.heal();
    for (let sector = 1; sector < 4; sector++) await settled(time, write(disk, sector, sector + 1));
    disk.kill(() => isBorne);
    const expected = [1, 2, 3, 4, ...Array.from({ length: 12 }, () => 0)];
    if (isBorne) assert.notDeepEqual(sectors(disk), expected);
    else assert.deepEqual(sectors(disk), expected);
  }
});

test("a sync that lied costs its data in a power failure, if that can be borne", async () => {
  for (const isBorne of [true, false]) {
    const { disk, time } = await makeDisk();
    disk.begin({ what: { kind: "lie" }, perMillion: 1_000_000 });
    await settled(time, write(disk, 0, 1));
    disk.losePower(0, () => isBorne);
    assert.equal(sectors(disk)[0], isBorne ? 0 : 1);
  }
});

test("a log is whole when all of it was synced, and not after a sync that failed", async () => {
  const { disk, time } = await makeDisk();
  disk.logOpened();
  const file = await settled(time, disk.attach(new ProcessGate()).open(path, "write"));
  const put = (sector: number): Promise<void> => file.write(new Uint8Array(512).fill(7), sector * 512);
  const later = (): Promise<boolean> => time.run(time.nowUs + 1000, never);
  await settled(time, put(0));
  assert.ok(disk.isLogWhole, "what is written at this moment may be the next batch");
  await later();
  assert.ok(!disk.isLogWhole);
  await settled(time, file.datasync());
  assert.ok(disk.isLogWhole);
  await settled(time, put(1));
  disk.begin({ what: { kind: "error", code: "io", methods: ["datasync"] }, perMillion: 1_000_000 });
  await assert.rejects(settled(time, file.datasync()), /io/);
  disk.heal();
  await settled(time, file.datasync());
  await later();
  assert.ok(!disk.isLogWhole, "a later sync does not help");
  await settled(time, put(1));
  await settled(time, file.datasync());
  await later();
  assert.ok(disk.isLogWhole, "writing it again does");
});

test("what a failed write did not bring into the file is not missing from the log", async () => {
  const { disk, time } = await makeDisk();
  disk.logOpened();
  const file = await settled(time, disk.attach(new ProcessGate()).open(path, "write"));
  disk.begin({ what: { kind: "error", code: "io", methods: [] }, perMillion: 1_000_000 });
  await assert.rejects(settled(time, file.write(new Uint8Array(1024).fill(7), 0)), /io/);
  await assert.rejects(settled(time, file.datasync()), /io/);
  disk.heal();
  await time.run(time.nowUs + 1000, never);
  assert.ok(disk.isLogWhole);
});

test("what may rot is known at once, on a slow disk too", async () => {
  const { disk } = await makeDisk();
  disk.begin({ what: { kind: "slow", byUs: 5000 }, perMillion: 1_000_000 });
  assert.deepEqual(disk.rotting("log"), [path]);
  assert.deepEqual(disk.rotting("elsewhere"), []);
});

test("a file is there for good when its content and its name were synced", async () => {
  const { disk, time } = await makeDisk();
  disk.logOpened();
  const process = disk.attach(new ProcessGate());
  const metadata = { index: 7, term: 2 };
  const isWhole = async (): Promise<boolean> => {
    await time.run(time.nowUs + 1000, never);
    return disk.isSnapshotWhole(metadata);
  };
  const file = await settled(time, process.open("log/draft-7-2", "create"));
  await settled(time, file.write(new Uint8Array(512).fill(7), 0));
  await settled(time, process.rename("log/draft-7-2", "log/snapshot-0000000000000007-0000000000000002"));
  await settled(time, process.syncDirectory("log"));
  assert.equal(await isWhole(), false, "only its name is");
  await settled(time, process.rename("log/snapshot-0000000000000007-0000000000000002", "log/draft-7-2"));
  const again = await settled(time, process.open("log/draft-7-2", "write"));
  await settled(time, again.datasync());
  await settled(time, process.rename("log/draft-7-2", "log/snapshot-0000000000000007-0000000000000002"));
  assert.equal(await isWhole(), false, "only its content is");
  await settled(time, process.syncDirectory("log"));
  assert.equal(await isWhole(), true);
});

test("errors, short writes and stalls hit what they say", async () => {
  const { disk, time } = await makeDisk();
  const failing = {
    what: { kind: "error", code: "full", methods: ["write"] },
    perMillion: 1_000_000,
  } as const;
  disk.begin(failing);
  await assert.rejects(settled(time, write(disk, 0, 1)), /full/);
  disk.end(failing);
  assert.equal(disk.errors, 1);
  const stalling = { what: { kind: "stall" }, perMillion: 1_000_000 } as const;
  disk.begin(stalling);
  const late = write(disk, 0, 1);
  await time.run(time.nowUs + 10_000_000, never);
  assert.equal(sectors(disk)[0], 0);
  disk.end(stalling);
  await settled(time, late);
  assert.equal(sectors(disk)[0], 1);
});
