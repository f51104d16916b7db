/** Membership changes: each one call, complete or undone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError, type NewMember } from "../src/index.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

function infoOf(host: VirtualHost): NewMember {
  return { id: host.id, name: host.name, addresses: [`${host.name}:7000`] };
}

/** Proposes at whoever can take it, until it is stopped; returns how many were acknowledged. */
function load(cluster: VirtualCluster): () => string[] {
  const acknowledged: string[] = [];
  let count = 0;
  let isOn = true;
  const next = (): void => {
    if (!isOn) return;
    const hosts = cluster.up().filter((host) => host.member !== null);
    const host = cluster.random.pick(hosts);
    const value = `load ${count++}`;
    host.running.propose(text(value)).then(
      () => acknowledged.push(value),
      () => undefined,
    );
    cluster.clock.at(5, next);
  };
  next();
  return () => {
    isOn = false;
    return acknowledged;
  };
}

async function checkLoad(cluster: VirtualCluster, acknowledged: readonly string[]): Promise<void> {
  const texts = await cluster.converged();
  for (const value of acknowledged) assert.ok(texts.includes(value), `${value} was acknowledged and lost`);
  assert.equal(new Set(texts).size, texts.length);
}

function assertRefused(error: Error, code: string, pattern: RegExp): void {
  assert.ok(error instanceof MemberError);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, pattern);
}

test("a cluster grows from one to five members and shrinks to one again, under load", async () => {
  const cluster = await VirtualCluster.started({
    names: ["a"],
    settings: { limits: { snapshotEntries: 100, catchUpEntries: 10 } },
  });
  const stopLoad = load(cluster);
  const first = cluster.host("a");
  for (const name of ["b", "c", "d", "e"]) {
    const host = cluster.startJoiner(name);
    const config = await cluster.run(first.running.addMember(infoOf(host)));
    assert.ok(config.voters.includes(host.id));
    await cluster.advance(200);
  }
  assert.equal(first.running.members().length, 5);
  for (const name of ["b", "c", "d", "e"]) {
    const host = cluster.host(name);
    const lead = await cluster.leader();
    const config = await cluster.run(lead.running.removeMember(host.id));
    assert.ok(!config.voters.includes(host.id));
    await cluster.advance(1000);
    if (host.isUp) host.kill();
  }
  await checkLoad(cluster, stopLoad());
  assert.deepEqual(
    first.running.history().map(({ version }) => version),
    first.running.history().map((_, position) => position + 1),
  );
});

test("a dead member is replaced in one call, from a follower", async () => {
  const cluster = await VirtualCluster.started();
  await cluster.propose("a", "before");
  const [dead, caller] = cluster.followers();
  assert.ok(dead && caller);
  dead.crash();
  const fresh = cluster.startJoiner("d");
  await cluster.run(caller.running.replaceMember(dead.id, infoOf(fresh), { by: "operator" }));
  await cluster.advance(500);
  const names = new Set(caller.running.members().map(({ name }) => name));
  assert.ok(names.has("d") && !names.has(dead.name));
  assert.equal(caller.running.history().at(-1)?.config.votersOutgoing.length, 0);
  assert.ok(caller.running.history().some(({ by }) => by === "operator"));
  await cluster.propose("d", "after");
  assert.deepEqual(await cluster.converged(), ["before", "after"]);
});

test("a learner is promoted only when it has caught up, and is told how far it is behind", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { promotionLagMax: 10 } } });
  const lead = await cluster.leader();
  const learner = cluster.startJoiner("d");
  await cluster.run(lead.running.addMember(infoOf(learner), { as: "learner" }));
  await cluster.advance(500);
  cluster.cutOff(learner);
  for (let count = 0; count < 30; count++) await cluster.propose(lead.name, `value ${count}`);
  const error = await cluster.rejection(lead.running.promoteMember(learner.id));
  assertRefused(error, "learner-not-ready", /30 entries behind, at most 10 allowed|nothing heard of it/);
  cluster.heal();
  await cluster.converged();
  await cluster.advance(100);
  const config = await cluster.run(lead.running.promoteMember(learner.id));
  assert.ok(config.voters.includes(learner.id));
});

test("a member that never appears is taken out again, and its ID is used up", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const ghost = cluster.addHost("ghost");
  const error = await cluster.rejection(lead.running.addMember(infoOf(ghost), { timeoutMs: 2000 }));
  assertRefused(error, "rolled-back", /nothing heard of it/);
  const { config } = lead.running.status();
  assert.ok(!config.learners.includes(ghost.id) && !config.voters.includes(ghost.id));
  assertRefused(
    await cluster.rejection(lead.running.addMember(infoOf(ghost))),
    "refused",
    /never used again/,
  );
});

test("a removal is refused if the rest would have no quorum", async () => {
  const cluster = await VirtualCluster.started();
  const [dead, alive] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(dead && alive);
  dead.crash();
  await cluster.advance(2000);
  assertRefused(
    await cluster.rejection(lead.running.removeMember(alive.id)),
    "unhealthy",
    /needs 2 of 2 voters/,
  );
  await cluster.run(lead.running.removeMember(dead.id));
  assert.equal(lead.running.members().length, 2);
});

test("the last voter cannot be removed", async () => {
  const cluster = await VirtualCluster.started({ names: ["a"] });
  const member = cluster.member("a");
  assertRefused(await cluster.rejection(member.removeMember(member.id)), "not-enough-started", /last voter/);
});

test("a removed member's ID is refused, and so is a name twice", async () => {
  const cluster = await VirtualCluster.started();
  const [gone, other] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(gone && other);
  await cluster.run(lead.running.removeMember(gone.id));
  gone.kill();
  assertRefused(await cluster.rejection(lead.running.addMember(infoOf(gone))), "refused", /never used again/);
  assertRefused(
    await cluster.rejection(lead.running.addMember(infoOf(other))),
    "member-exists",
    /in the cluster already/,
  );
});

test("a leader removes itself, the others go on, and it answers nothing more", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.propose(lead.name, "before");
  const config = await cluster.run(lead.running.removeMember(lead.id));
  assert.ok(!config.voters.includes(lead.id));
  const other = await cluster.leader(lead);
  await cluster.propose(other.name, "after");
  const error = await cluster.rejection(lead.running.propose(text("never"), { timeoutMs: 10_000 }));
  assert.ok(error instanceof MemberError && error.definite);
  lead.kill();
  assert.deepEqual(await cluster.converged(), ["before", "after"]);
});

test("only one change at a time, and a change waits for the one before to be complete", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const one = cluster.startJoiner("d");
  const two = cluster.startJoiner("e");
  const first = lead.running.addMember(infoOf(one));
  assertRefused(await cluster.rejection(lead.running.addMember(infoOf(two))), "change-pending", /under way/);
  await cluster.run(first);
  await cluster.run(lead.running.addMember(infoOf(two)));
  assert.equal(lead.running.members().length, 5);
});

test("addresses are updated everywhere", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  assert.ok(follower);
  const moved = { ...infoOf(follower), addresses: ["elsewhere:7001"] };
  await cluster.run(follower.running.updateMember(moved));
  await cluster.converged();
  for (const host of cluster.hosts.values()) {
    assert.deepEqual(
      host.running.members().find(({ id }) => id === follower.id),
      { ...moved, clientUrls: [], awaitsVote: false },
    );
  }
});

test("a change outlives the leader that began it, or has no effect", async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const cluster = await VirtualCluster.started({ seed });
    const lead = await cluster.leader();
    const joiner = cluster.startJoiner("d");
    const call = Promise.allSettled([lead.running.addMember(infoOf(joiner), { timeoutMs: 3000 })]);
    await cluster.advance(seed * 3);
    cluster.cutOff(lead);
    const other = await cluster.leader(lead);
    await cluster.propose(other.name, "one");
    cluster.heal();
    await cluster.run(call);
    await cluster.advance(1000);
    const members = other.running.members().map(({ name }) => name);
    if (!members.includes("d")) joiner.kill();
    await cluster.converged();
  }
});
