/** Reads: what each consistency returns, and what it costs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Consistency } from "../src/index.ts";
import { MemberError } from "../src/index.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

function count(host: VirtualHost, consistency: Consistency, timeoutMs = 5000): Promise<number> {
  return host.running.read(() => host.machine.texts.length, { consistency, timeoutMs });
}

for (const consistency of ["linearizable", "lease"] as const) {
  test(`a ${consistency} read at any member sees everything acknowledged before`, async () => {
    const cluster = await VirtualCluster.started({ settings: { leaseReads: true } });
    let written = 0;
    for (const writer of cluster.hosts.values()) {
      await cluster.propose(writer.name, `value ${written++}`);
      for (const reader of cluster.hosts.values()) {
        assert.equal(await cluster.run(count(reader, consistency)), written, reader.name);
      }
    }
  });
}

test("many reads share one round of heartbeats", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  for (const host of cluster.hosts.values()) {
    const before = cluster.events.countOfCore("read-released");
    const reads = Array.from({ length: 500 }, () => count(host, "linearizable"));
    await cluster.run(Promise.all(reads));
    assert.equal(
      cluster.events.countOfCore("read-released") - before,
      1,
      `${host.name}, leader ${lead.name}`,
    );
  }
});

test("a lease read at the leader needs nobody", async () => {
  const cluster = await VirtualCluster.started({ settings: { leaseReads: true } });
  const lead = await cluster.leader();
  await cluster.propose(lead.name, "one");
  await cluster.advance(200);
  cluster.cutOff(lead);
  const beforeMs = cluster.clock.nowMs;
  assert.equal(await cluster.run(count(lead, "lease")), 1);
  assert.equal(cluster.clock.nowMs, beforeMs);
  await cluster.rejection(count(lead, "linearizable", 1000));
});

test("a stale read works without anybody, and may be old", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "one");
  await cluster.converged();
  const [follower] = cluster.followers();
  assert.ok(follower);
  cluster.cutOff(follower);
  await cluster.advance(5000);
  assert.equal(await cluster.run(count(follower, "stale")), 1);
  const other = cluster.followers().find((host) => host !== follower);
  assert.ok(other);
  await cluster.propose(other.name, "two");
  assert.equal(await cluster.run(count(follower, "stale")), 1);
});

test("a read that throws rejects, and harms nobody else", async () => {
  const cluster = await VirtualCluster.started();
  const member = cluster.member("a");
  for (const consistency of ["linearizable", "stale"] as const) {
    const call = member.read(
      () => {
        throw new RangeError("mine");
      },
      { consistency },
    );
    await assert.rejects(cluster.run(call), RangeError);
  }
  await cluster.propose("a", "one");
});

test("a read whose question is lost is asked again before its time is over", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  assert.ok(follower);
  let lost = 0;
  cluster.loses = ({ kind, from }) => kind === "message" && from === follower.id && lost++ < 3;
  assert.equal(await cluster.run(count(follower, "linearizable")), 0);
});

test("reads beyond the bound are refused definitely", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { readsMax: 4 } } });
  const reads = Array.from({ length: 6 }, () => count(cluster.host("b"), "linearizable"));
  const settled = await cluster.run(Promise.allSettled(reads));
  const errors = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as MemberError] : []));
  assert.deepEqual(
    errors.map(({ code, definite }) => [code, definite]),
    [
      ["too-many-requests", true],
      ["too-many-requests", true],
    ],
  );
});

/** Reads at `host` all the time, and checks each against what was acknowledged before it was begun. */
function watchFreshness(
  cluster: VirtualCluster,
  host: VirtualHost,
  acknowledged: () => number,
): { readonly stale: string[]; readonly seen: () => number } {
  const stale: string[] = [];
  let seen = 0;
  const look = (): void => {
    for (const consistency of ["linearizable", "lease"] as const) {
      if (host.isPaused || host.member === null) continue;
      const needed = acknowledged();
      count(host, consistency, 500).then(
        (found) => {
          seen++;
          if (found < needed) stale.push(`${host.name} ${consistency}: ${found} instead of ${needed}`);
        },
        (error: unknown) => assert.ok(error instanceof MemberError),
      );
    }
    cluster.clock.at(2, look);
  };
  look();
  return { stale, seen: () => seen };
}

test("a leader that was paused while another served returns no old value, and starts no election", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const cluster = await VirtualCluster.started({ seed, settings: { leaseReads: true } });
    const lead = await cluster.leader();
    let acknowledged = 0;
    const watches = [...cluster.hosts.values()].map((host) =>
      watchFreshness(cluster, host, () => acknowledged),
    );
    await cluster.advance(100);
    lead.pause();
    // Reads that it holds already, and those that it takes the moment it goes on, are the dangerous ones.
    const held = (["linearizable", "lease"] as const).map((consistency) => count(lead, consistency, 10_000));
    const other = await cluster.leader(lead);
    for (; acknowledged < 20; ) {
      await cluster.run(other.running.propose(text(`value ${acknowledged}`)));
      acknowledged++;
    }
    await cluster.advance(2000);
    const term = other.running.status().term;
    const resumedWith = acknowledged;
    lead.resume();
    const fresh = (["linearizable", "lease"] as const).map((consistency) => count(lead, consistency, 5000));
    for (const found of await cluster.run(Promise.all(fresh))) assert.ok(found >= resumedWith);
    await cluster.run(Promise.allSettled(held));
    await cluster.advance(1000);
    for (const { stale, seen } of watches) {
      assert.deepEqual(stale, []);
      assert.ok(seen() > 50);
    }
    assert.equal(other.running.status().term, term, `seed ${seed}: ${cluster.describe()}`);
    assert.equal(lead.running.status().lead, other.id);
  }
});

test("a leader whose timers are late does not trust its lease for longer than real time allows", async () => {
  for (let seed = 1; seed <= 2; seed++) {
    const cluster = await VirtualCluster.started({ seed, settings: { leaseReads: true } });
    const lead = await cluster.leader();
    let acknowledged = 0;
    const { stale } = watchFreshness(cluster, lead, () => acknowledged);
    lead.lateMs = 45;
    await cluster.advance(1000 + 3 * seed);
    cluster.cutOff(lead);
    const other = await cluster.leader(lead);
    for (; acknowledged < 30; ) {
      await cluster.run(other.running.propose(text(`value ${acknowledged}`)));
      acknowledged++;
    }
    await cluster.advance(1000);
    assert.deepEqual(stale, []);
  }
});

test("an answer to a question of a former life is not taken for a new one's", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(follower);
  await cluster.converged();
  // Reads that the leader answers late: the answers of the first life arrive in the second one.
  cluster.delayMs = ({ from, to, lane }) =>
    from === lead.id && to === follower.id && lane === "urgent" ? 40 : 1;
  count(follower, "linearizable").catch(() => undefined);
  await cluster.advance(5);
  follower.kill();
  follower.start();
  await cluster.clock.until(() => follower.member !== null, 1000);
  for (let value = 0; value < 5; value++) await cluster.propose(lead.name, `value ${value}`);
  assert.equal(await cluster.run(count(follower, "linearizable")), 5);
});
