/** Proposals: results, order, bounds, and what callers are told when it does not work out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { text } from "./tally.ts";
import { electionTimeoutMs, VirtualCluster } from "./virtual-cluster.ts";

test("a proposal is answered with the state machine's result, at every member", async () => {
  const cluster = await VirtualCluster.started();
  assert.equal(await cluster.propose("a", "one"), 1);
  assert.equal(await cluster.propose("b", "two"), 2);
  assert.equal(await cluster.propose("c", "three"), 3);
  assert.deepEqual(await cluster.converged(), ["one", "two", "three"]);
});

test("proposals of one member are applied in the order of the calls", async () => {
  const cluster = await VirtualCluster.started();
  for (const [position, name] of ["a", "b", "c"].entries()) {
    const before = position * 100;
    const calls = Array.from({ length: 100 }, (_, count) =>
      cluster.member(name).propose(text(`${name}${count}`)),
    );
    const results = await cluster.run(Promise.all(calls));
    assert.deepEqual(
      results,
      Array.from({ length: 100 }, (_, count) => before + count + 1),
    );
  }
  const texts = await cluster.converged();
  assert.equal(texts.length, 300);
});

test("whoever proposed at a follower sees it there at once, even in a stale read", async () => {
  const cluster = await VirtualCluster.started();
  for (const host of cluster.hosts.values()) {
    const member = host.running;
    const seen = member
      .propose(text(`mine ${host.name}`))
      .then(() =>
        member.read(() => host.machine.texts.includes(`mine ${host.name}`), { consistency: "stale" }),
      );
    assert.equal(await cluster.run(seen), true);
  }
});

test("proposals beyond the bound are refused definitely, and the rest goes on", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { proposalsMax: 10 } } });
  for (const name of ["a", "b", "c"]) {
    const calls = Array.from({ length: 15 }, (_, count) =>
      cluster.member(name).propose(text(`${name}${count}`)),
    );
    const settled = await cluster.run(Promise.allSettled(calls));
    const refused = settled.flatMap((one) => (one.status === "rejected" ? [one.reason as MemberError] : []));
    assert.equal(refused.length, 5);
    for (const error of refused) assert.deepEqual([error.code, error.definite], ["too-many-requests", true]);
  }
  assert.equal((await cluster.converged()).length, 30);
});

test("bytes that wait are bounded too", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { proposalBytesMax: 1000 } } });
  const member = cluster.member("b");
  const calls = Array.from({ length: 5 }, (_, count) =>
    member.propose(text("x".repeat(300) + String(count))),
  );
  const settled = await cluster.run(Promise.allSettled(calls));
  assert.deepEqual(
    settled.map((one) => one.status),
    ["fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"],
  );
});

test("a command of exactly the bound is taken, one byte more is too large", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { commandBytesMax: 100 } } });
  for (const name of ["a", "b", "c"]) {
    await cluster.run(cluster.member(name).propose(new Uint8Array(100)));
    const error = await cluster.rejection(cluster.member(name).propose(new Uint8Array(101)));
    assert.ok(error instanceof MemberError);
    assert.deepEqual([error.code, error.definite], ["too-large", true]);
  }
});

test("without a leader a proposal waits, and is definitely not made when its time is over", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  assert.ok(follower);
  for (const host of cluster.hosts.values()) if (host !== follower) host.crash();
  await cluster.clock.until(() => follower.running.status().lead === 0, 5000);
  const error = await cluster.rejection(follower.running.propose(text("lost"), { timeoutMs: 300 }));
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], ["no-leader", true]);
  for (const host of cluster.hosts.values()) if (host !== follower) host.start();
  await cluster.ready();
  assert.deepEqual(await cluster.converged(), []);
});

test("a proposal that the leader may have taken times out indefinitely", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(follower);
  cluster.cutOneWay(lead, follower);
  const error = await cluster.rejection(follower.running.propose(text("unheard"), { timeoutMs: 1000 }));
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], ["timeout", false]);
});

test("a leader's proposal that another entry replaces is superseded, and never appears", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.propose(lead.name, "before");
  cluster.cutOff(lead);
  const lost = cluster.rejection(lead.running.propose(text("lost"), { timeoutMs: 20_000 }));
  const other = await cluster.leader(lead);
  await cluster.propose(other.name, "after 1");
  await cluster.propose(other.name, "after 2");
  cluster.heal();
  const error = await lost;
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], ["superseded", true]);
  assert.deepEqual(await cluster.converged(), ["before", "after 1", "after 2"]);
});

test("what was sent to a leader that died is superseded as soon as another one commits, and may be proposed again", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const [asker] = cluster.followers();
  assert.ok(asker !== undefined);
  // The leader hears everything and is heard by nobody: it appends the proposal, and that is all that comes of it.
  for (const other of cluster.hosts.values()) if (other !== lead) cluster.cutOneWay(lead, other);
  const begunAtMs = cluster.clock.nowMs;
  const call = asker.running.propose(text("lost"));
  call.catch(() => undefined);
  await cluster.advance(20);
  lead.kill();
  cluster.heal();
  const error = await cluster.rejection(call);
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], ["superseded", true]);
  assert.ok(cluster.clock.nowMs - begunAtMs < 4 * electionTimeoutMs);
  assert.equal(await cluster.propose(asker.name, "again"), 1);
  lead.start();
  assert.deepEqual(await cluster.converged(), ["again"]);
});

test("a signal ends the wait: definitely before the call, indefinitely during it", async () => {
  const cluster = await VirtualCluster.started();
  const member = cluster.member("a");
  const early = await cluster.rejection(member.propose(text("never"), { signal: AbortSignal.abort() }));
  assert.ok(early instanceof MemberError);
  assert.deepEqual([early.code, early.definite], ["aborted", true]);
  const controller = new AbortController();
  const call = member.propose(text("perhaps"), { signal: controller.signal });
  controller.abort();
  const late = await cluster.rejection(call);
  assert.ok(late instanceof MemberError);
  assert.deepEqual([late.code, late.definite], ["aborted", false]);
  assert.equal((await cluster.converged()).includes("never"), false);
});
