/** Work that only the leader does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Leadership } from "../src/index.ts";
import { electionTimeoutMs, VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

type Work = {
  readonly host: VirtualHost;
  readonly fencingToken: number;
  readonly signal: AbortSignal;
  isOver: boolean;
};

/** Runs work at every member whenever it leads, and looks at what runs at the same time. */
function workEverywhere(
  cluster: VirtualCluster,
  stop: AbortSignal,
): { works: Work[]; overlaps: string[]; errors: unknown[] } {
  const works: Work[] = [];
  const overlaps: string[] = [];
  const errors: unknown[] = [];
  for (const host of cluster.hosts.values()) {
    const work = async ({ signal, fencingToken }: Leadership): Promise<void> => {
      for (const other of works) {
        if (!other.isOver && !other.host.isPaused && !other.signal.aborted)
          overlaps.push(`${host.name} in ${fencingToken}, ${other.host.name} in ${other.fencingToken}`);
      }
      const mine: Work = { host, fencingToken, signal, isOver: false };
      works.push(mine);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      mine.isOver = true;
    };
    host.running.runWhileLeader(work, stop).catch((error: unknown) => errors.push(error));
  }
  return { works, overlaps, errors };
}

test("work runs at one member at a time, with a token that rises", async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const cluster = await VirtualCluster.started({ seed });
    const stop = new AbortController();
    const { works, overlaps, errors } = workEverywhere(cluster, stop.signal);
    await cluster.advance(500);
    for (let round = 0; round < 4; round++) {
      const lead = await cluster.leader();
      if (round % 2 === 0) {
        cluster.cutOff(lead);
        // It cannot prove its leadership any more, and stops before anybody can be elected.
        await cluster.advance(electionTimeoutMs / 2);
        assert.ok(works.every(({ host, signal }) => host !== lead || signal.aborted));
      } else {
        await cluster.run(lead.running.stepDown());
      }
      await cluster.advance(2000);
      cluster.heal();
      await cluster.advance(1000);
    }
    assert.ok(works.length >= 5, `${works.length} times`);
    assert.deepEqual(overlaps, []);
    const tokens = works.map(({ fencingToken }) => fencingToken);
    assert.deepEqual(
      tokens,
      [...new Set(tokens)].sort((one, other) => one - other),
    );
    stop.abort();
    await cluster.advance(100);
    assert.ok(works.every(({ isOver }) => isOver));
    assert.deepEqual(errors, []);
  }
});

test("work begins only when a quorum has confirmed leadership", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  cluster.cutOff(lead);
  let isBegun = false;
  const stop = new AbortController();
  const run = lead.running.runWhileLeader(async () => {
    isBegun = true;
  }, stop.signal);
  await cluster.advance(3000);
  assert.equal(isBegun, false);
  stop.abort();
  cluster.heal();
  await cluster.run(run);
});

test("a paused leader's work is aborted when it goes on; the successor's token is higher", async () => {
  const cluster = await VirtualCluster.started();
  const stop = new AbortController();
  const { works } = workEverywhere(cluster, stop.signal);
  await cluster.advance(500);
  const lead = await cluster.leader();
  const [first] = works;
  assert.ok(first && first.host === lead);
  lead.pause();
  await cluster.advance(2000);
  const second = works[1];
  assert.ok(second && second.host !== lead);
  assert.ok(second.fencingToken > first.fencingToken);
  assert.equal(first.signal.aborted, false);
  lead.resume();
  await cluster.advance(100);
  assert.equal(first.signal.aborted, true);
  stop.abort();
});

test("work that throws ends the call with that error", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const run = lead.running.runWhileLeader(
    () => Promise.reject(new RangeError("mine")),
    new AbortController().signal,
  );
  await assert.rejects(cluster.run(run), RangeError);
});

test("work ends when the member stops", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  let signal: AbortSignal | null = null;
  const run = lead.running.runWhileLeader(async (leadership) => {
    signal = leadership.signal;
    await new Promise<void>((resolve) => leadership.signal.addEventListener("abort", () => resolve()));
  }, new AbortController().signal);
  await cluster.advance(500);
  assert.ok(signal !== null);
  await cluster.run(lead.stop());
  await cluster.run(run);
});
