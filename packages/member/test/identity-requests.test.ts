/** What a member says of itself at little cost, and requests between members for the layer above. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { definitely, perhaps } from "../src/member-error.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

function assertError(error: Error, code: string, definite: boolean, pattern = /./): void {
  assert.ok(error instanceof MemberError, String(error));
  assert.deepEqual([error.code, error.definite], [code, definite], error.message);
  assert.match(error.message, pattern);
}

async function pair(): Promise<{ cluster: VirtualCluster; lead: VirtualHost; other: VirtualHost }> {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const [other] = cluster.followers();
  assert.ok(other);
  return { cluster, lead, other };
}

test("a member's figures are those of its status", async () => {
  const { cluster, lead, other } = await pair();
  await cluster.propose(other.name, "one");
  await cluster.converged();
  for (const { running } of cluster.hosts.values()) {
    const { term, commit, applied, role } = running.status();
    assert.deepEqual([running.term, running.commitIndex, running.appliedIndex], [term, commit, applied]);
    assert.deepEqual([running.role, running.lead, running.lead], [role, lead.id, running.status().lead]);
  }
  await cluster.advance(500);
  const ids = [...cluster.hosts.values()].map(({ id }) => id).toSorted((one, two) => one - two);
  const health = other.running.health();
  assert.deepEqual(health, {
    hasLeader: true,
    hasLostQuorum: false,
    isLearner: false,
    isIsolated: false,
    isRemoved: false,
    isDiskStalled: false,
    applyLag: 0,
    voters: ids,
    startedVoters: ids,
    connectedVoters: ids,
  });
  cluster.cutOff(other);
  await cluster.advance(5000);
  const alone = other.running.health();
  assert.deepEqual([alone.hasLeader, alone.hasLostQuorum], [false, true]);
  assert.deepEqual(alone.connectedVoters, [other.id]);
});

test("a request is answered by the other's handler, or by one's own", async () => {
  const { cluster, lead, other } = await pair();
  for (const { running } of cluster.hosts.values()) {
    running.onRequest(async (peer, bytes) => text(`${peer} asks ${running.id}: ${bytes.length}`));
  }
  for (const [from, to] of [
    [lead, other],
    [other, lead],
    [other, other],
  ] as const) {
    const answer = await cluster.run(from.running.request(to.id, new Uint8Array(10_000), 1000));
    assert.equal(Buffer.from(answer).toString(), `${from.id} asks ${to.id}: 10000`);
  }
  assert.throws(() => lead.running.onRequest(async (_peer, bytes) => bytes), RangeError);
});

test("errors of a handler keep code and definiteness", async () => {
  const { cluster, lead, other } = await pair();
  let failure: Error = definitely("member-not-found", "no such lease holder");
  lead.running.onRequest(async () => {
    throw failure;
  });
  const ask = (): Promise<Error> => cluster.rejection(other.running.request(lead.id, text("?"), 1000));
  assertError(await ask(), "member-not-found", true, /^no such lease holder$/);
  failure = perhaps("timeout", "maybe");
  assertError(await ask(), "timeout", false, /^maybe$/);
  failure = new Error("a bug");
  assertError(await ask(), "failed", false, /a bug/);
});

test("a request that cannot be answered says whether it was seen", async () => {
  const { cluster, lead, other } = await pair();
  const ask = (to: number, timeoutMs = 1000): Promise<Error> =>
    cluster.rejection(other.running.request(to, text("?"), timeoutMs));
  assertError(await ask(lead.id), "refused", true, /does not answer such requests/);
  assertError(await ask(4711), "member-not-found", true);
  lead.running.onRequest(() => new Promise(() => undefined));
  other.running.onRequest(() => new Promise(() => undefined));
  assertError(await ask(lead.id, 300), "timeout", false);
  assertError(await ask(other.id, 300), "timeout", false);
});

test("isolated and stopped members neither ask nor answer", async () => {
  const { cluster, lead, other } = await pair();
  for (const { running } of cluster.hosts.values()) running.onRequest(async (_peer, bytes) => bytes);
  other.running.isolate(true);
  const toOther = await cluster.rejection(lead.running.request(other.id, text("?"), 500));
  assert.ok(toOther instanceof MemberError && ["unreachable", "timeout"].includes(toOther.code));
  for (const id of [lead.id, other.id])
    assertError(await cluster.rejection(other.running.request(id, text("?"), 500)), "isolated", true);
  other.running.isolate(false);
  await cluster.advance(500);
  assert.deepEqual(await cluster.run(lead.running.request(other.id, text("!"), 500)), text("!"));
  const { running } = other;
  await cluster.run(other.stop());
  assertError(await cluster.rejection(running.request(lead.id, text("?"), 500)), "stopped", true);
});

test("leadership goes where it is told to, or stays with the reason", async () => {
  const { cluster, lead, other } = await pair();
  await cluster.advance(500);
  const elsewhere = cluster.rejection(other.running.transferLeadership(lead.id));
  assertError(await elsewhere, "not-leader", true, new RegExp(`member ${lead.id} does`));
  assertError(await cluster.rejection(lead.running.transferLeadership(4711)), "bad-transferee", true);
  const learner = cluster.startJoiner("d");
  const added = { id: learner.id, name: "d", addresses: ["d:7000"] };
  await cluster.run(lead.running.addMember(added, { as: "learner" }));
  const toLearner = cluster.rejection(lead.running.transferLeadership(learner.id));
  assertError(await toLearner, "bad-transferee", true, /a learner/);
  assert.equal(await cluster.run(lead.running.transferLeadership(lead.id)), lead.id);
  const term = lead.running.term;
  assert.equal(await cluster.run(lead.running.transferLeadership(other.id)), other.id);
  await cluster.advance(100);
  assert.ok(other.running.isLeader && other.running.term === term + 1);
  lead.crash();
  await cluster.advance(2000);
  const toDead = cluster.rejection(other.running.transferLeadership(lead.id));
  assertError(await toDead, "unhealthy", true);
  assert.ok(other.running.isLeader);
});
