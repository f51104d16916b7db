/** Without a quorum, isolated, stepping down, stopping: what callers are told, and who takes over. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { text } from "./tally.ts";
import { electionTimeoutMs, VirtualCluster } from "./virtual-cluster.ts";

function assertCode(error: Error, code: string, definite: boolean): void {
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], [code, definite], error.message);
}

test("without a quorum requests fail at once and definitely, stale reads work, and it recovers", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "before");
  await cluster.converged();
  const [survivor, ...dead] = cluster.up();
  assert.ok(survivor);
  for (const host of dead) host.crash();
  await cluster.clock.until(() => survivor.running.status().hasLostQuorum, 10_000);
  assert.ok(survivor.running.status().hasLostQuorum);
  const beforeMs = cluster.clock.nowMs;
  assertCode(await cluster.rejection(survivor.running.propose(text("x"))), "no-quorum", true);
  assertCode(await cluster.rejection(survivor.running.read(() => 0)), "no-quorum", true);
  assert.equal(cluster.clock.nowMs, beforeMs, "they failed at once");
  const count = (): number => survivor.machine.texts.length;
  assert.equal(await cluster.run(survivor.running.read(count, { consistency: "stale" })), 1);
  for (const host of dead) host.start();
  await cluster.ready();
  assert.ok(!survivor.running.status().hasLostQuorum);
  await cluster.propose(survivor.name, "after");
  assert.deepEqual(await cluster.converged(), ["before", "after"]);
  assert.equal(cluster.events.of("quorum-regained", survivor.name).length, 1);
});

test("what waits when the quorum is found missing ends then", async () => {
  const cluster = await VirtualCluster.started();
  const [survivor, ...dead] = cluster.up();
  assert.ok(survivor);
  for (const host of dead) host.crash();
  await cluster.advance(1000);
  const proposal = cluster.rejection(survivor.running.propose(text("x"), { timeoutMs: 60_000 }));
  const read = cluster.rejection(survivor.running.read(() => 0, { timeoutMs: 60_000 }));
  assertCode(await proposal, "no-quorum", true);
  assertCode(await read, "no-quorum", true);
});

test("an isolated member takes no requests and does no harm; connected again, it goes on", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  lead.running.isolate(true);
  assertCode(await cluster.rejection(lead.running.propose(text("x"))), "isolated", true);
  assertCode(await cluster.rejection(lead.running.read(() => 0)), "isolated", true);
  const other = await cluster.leader(lead);
  await cluster.propose(other.name, "meanwhile");
  const { term } = other.running.status();
  await cluster.advance(5000);
  lead.running.isolate(false);
  await cluster.advance(1000);
  assert.equal(other.running.status().term, term, "an isolated member that comes back starts no election");
  await cluster.propose(lead.name, "again");
  assert.deepEqual(await cluster.converged(), ["meanwhile", "again"]);
  assert.equal(cluster.events.of("isolated", lead.name).length, 2);
});

test("what waits at a member that is isolated gets an answer", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const proposal = Promise.allSettled([lead.running.propose(text("x"), { timeoutMs: 1000 })]);
  const read = Promise.allSettled([lead.running.read(() => 0, { timeoutMs: 1000 })]);
  lead.running.isolate(true);
  await cluster.run(Promise.all([proposal, read]), 5000);
});

test("a step-down goes to the member asked for, or the best, from any member", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const [target, caller] = cluster.followers();
  assert.ok(target && caller);
  await cluster.advance(500);
  assert.equal(await cluster.run(caller.running.stepDown({ to: target.id })), target.id);
  assert.equal(await cluster.leader(), target);
  assert.notEqual(await cluster.run(target.running.stepDown()), target.id);
  await cluster.propose(lead.name, "after");
});

test("a step-down is quicker than an election", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.advance(500);
  const beforeMs = cluster.clock.nowMs;
  await cluster.run(lead.running.stepDown());
  assert.ok(cluster.clock.nowMs - beforeMs < electionTimeoutMs / 2);
});

test("a step-down is refused while a follower is silent, and done by force", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const [silent, target] = cluster.followers();
  assert.ok(silent && target);
  await cluster.advance(500);
  silent.crash();
  await cluster.advance(1000);
  const error = await cluster.rejection(lead.running.stepDown({ to: target.id }));
  assertCode(error, "refused", true);
  assert.match(error.message, new RegExp(`heartbeats of member ${silent.id}`));
  assert.equal(await cluster.run(lead.running.stepDown({ to: target.id, force: true })), target.id);
});

test("a step-down is refused while the successor lags", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { stepDownLagMax: 5 } } });
  const lead = await cluster.leader();
  const [target] = cluster.followers();
  assert.ok(target);
  await cluster.advance(500);
  // Only its log stands still; it goes on answering.
  target.stallDisk();
  for (let count = 0; count < 20; count++) await cluster.propose(lead.name, `value ${count}`);
  const error = await cluster.rejection(lead.running.stepDown({ to: target.id }));
  assertCode(error, "refused", true);
  assert.match(error.message, /\d+ entries behind, at most 5 allowed/);
  target.unstallDisk();
  await cluster.converged();
});

test("a step-down to somebody who is no voter is refused, even by force", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  for (const force of [false, true]) {
    const error = await cluster.rejection(lead.running.stepDown({ to: 12_345, force }));
    assertCode(error, "refused", true);
    assert.match(error.message, /no voter/);
  }
});

test("a leader that stops hands over first; its callers are told", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.advance(500);
  const { term } = lead.running.status();
  const member = lead.running;
  await cluster.run(lead.stop());
  const other = await cluster.leader(lead);
  assert.equal(other.running.status().term, term + 1);
  await cluster.propose(other.name, "after");
  const error = await cluster.rejection(member.propose(text("x")));
  assert.ok(error instanceof MemberError);
  assert.equal(error.code, "stopped");
});

test("a member stops under load, and its disk has what it acknowledged", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const cluster = await VirtualCluster.started({ seed });
    for (const host of cluster.hosts.values()) host.syncMs = 7;
    const [follower] = cluster.followers();
    assert.ok(follower);
    const acknowledged: string[] = [];
    let isOn = true;
    const load = (count: number): void => {
      if (!isOn) return;
      for (const { name, member } of cluster.up()) {
        if (member === null) continue;
        member.propose(text(`${name} ${count}`)).then(
          () => acknowledged.push(`${name} ${count}`),
          () => undefined,
        );
      }
      cluster.clock.at(3, () => load(count + 1));
    };
    load(0);
    await cluster.advance(50 + seed);
    await cluster.run(follower.stop(), 5000);
    follower.disk.crash();
    await cluster.advance(200);
    follower.start();
    await cluster.advance(300);
    isOn = false;
    const texts = await cluster.converged();
    for (const value of acknowledged) assert.ok(texts.includes(value), value);
  }
});

test("a member whose disk fails while it stops, stops all the same", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  assert.ok(follower);
  const lead = await cluster.leader();
  lead.running.propose(text("x")).catch(() => undefined);
  await cluster.clock.until(() => follower.disk.stalledCount > 0 || lead.running.status().lastIndex > 3, 100);
  follower.syncMs = 20;
  lead.running.propose(text("y")).catch(() => undefined);
  await cluster.advance(5);
  follower.failDisk(({ kind }) => (kind === "datasync" ? { kind: "error", code: "io" } : null));
  await cluster.run(Promise.allSettled([follower.stop()]), 5000);
});
