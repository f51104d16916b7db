/** What speaks against a membership change, told as exactly as a client of etcd is told. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError, type NewMember, newMemberId } from "../src/index.ts";
import { Roster } from "../src/roster.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

function infoOf(host: VirtualHost): NewMember {
  return { id: host.id, name: host.name, addresses: [`${host.name}:7000`] };
}

/** A member that does not exist. */
function ghost(number: number): NewMember {
  const addresses = [`ghost-${number}:7000`];
  return { id: newMemberId("quorate", addresses, number), addresses };
}

function assertRefused(error: Error, code: string, pattern = /./): void {
  assert.ok(error instanceof MemberError, String(error));
  assert.deepEqual([error.code, error.definite], [code, true], error.message);
  assert.match(error.message, pattern);
}

test("IDs and addresses are not given twice, names neither", async () => {
  const cluster = await VirtualCluster.started();
  const { running } = await cluster.leader();
  const refusal = (member: NewMember): Promise<Error> =>
    cluster.rejection(running.addMember(member, { as: "learner" }));
  const [known] = running.members();
  assert.ok(known);
  assertRefused(await refusal({ ...ghost(1), id: known.id }), "member-exists");
  assertRefused(await refusal({ ...ghost(1), name: "a" }), "name-exists");
  assertRefused(await refusal({ ...ghost(1), addresses: ["ghost:1", "B:7000"] }), "address-exists", /b \(/);
  assertRefused(await refusal({ ...ghost(1), addresses: [] }), "invalid");
  assertRefused(await refusal({ ...ghost(1), addresses: ["http://x"] }), "invalid", /host:port/);
  assertRefused(await refusal({ ...ghost(1), id: 0 }), "invalid");

  const two: NewMember = { ...ghost(2), addresses: ["b:7000"] };
  assertRefused(await cluster.rejection(running.updateMember({ ...two, id: known.id })), "address-exists");
  assertRefused(await cluster.rejection(running.updateMember(ghost(3))), "member-not-found");
  assertRefused(await cluster.rejection(running.removeMember(4711)), "member-not-found", /a \(\d+\)/);
  assertRefused(await cluster.rejection(running.promoteMember(4711)), "member-not-found");
  assertRefused(await cluster.rejection(running.promoteMember(known.id)), "not-learner");
  assertRefused(await cluster.rejection(running.replaceMember(4711, ghost(4))), "member-not-found");
});

test("several may be nameless, and a number of learners may be set", async () => {
  const cluster = await VirtualCluster.started();
  const { running } = await cluster.leader();
  await cluster.run(running.addMember(ghost(1), { as: "voter-later" }));
  await cluster.run(running.addMember(ghost(2), { as: "learner", learnersMax: 1 }));
  const third = cluster.rejection(running.addMember(ghost(3), { as: "learner", learnersMax: 1 }));
  assertRefused(await third, "too-many-learners", new RegExp(String(ghost(2).id)));
  const nameless = running.members().filter(({ name }) => name === "");
  const waits = new Map(nameless.map(({ id, awaitsVote }) => [id, awaitsVote]));
  assert.deepEqual([waits.size, waits.get(ghost(1).id), waits.get(ghost(2).id)], [2, true, false]);
  assertRefused(await cluster.rejection(running.promoteMember(ghost(2).id)), "learner-not-ready");
});

test("a voter is added only if those that have run can make the new quorum", async () => {
  const cluster = await VirtualCluster.started({ names: ["a"] });
  const first = cluster.member("a");
  // One to two is how every cluster grows; the second that has not run yet is one too many for a third.
  await cluster.run(first.addMember(ghost(1), { as: "voter-later" }));
  for (const as of ["voter", "voter-later"] as const) {
    const refused = cluster.rejection(first.addMember(ghost(2), { as }));
    assertRefused(await refused, "not-enough-started", new RegExp(String(ghost(1).id)));
  }
  await cluster.run(first.addMember(ghost(3), { as: "learner" }));
  await cluster.run(first.removeMember(ghost(1).id));
  await cluster.run(first.addMember(ghost(2), { as: "voter-later" }));
});

test("a voter is added only if the new quorum can be reached, unless the check is off", async () => {
  for (const strictReconfig of [true, false]) {
    const cluster = await VirtualCluster.started({ settings: { strictReconfig } });
    const [dead] = cluster.followers();
    assert.ok(dead);
    dead.crash();
    await cluster.advance(2000);
    const { running } = await cluster.leader();
    const adding = running.addMember(ghost(1), { as: "voter-later" });
    if (strictReconfig)
      assertRefused(await cluster.rejection(adding), "unhealthy", new RegExp(String(dead.id)));
    else assert.ok((await cluster.run(adding)).learners.includes(ghost(1).id));
  }
});

test("a dead member may be removed, a live one only if the rest can go on", async () => {
  const cluster = await VirtualCluster.started();
  const [dead, alive] = cluster.followers();
  assert.ok(dead && alive);
  dead.crash();
  await cluster.advance(2000);
  const { running } = await cluster.leader();
  assertRefused(await cluster.rejection(running.removeMember(alive.id)), "unhealthy", /needs 2 of 2/);
  await cluster.run(running.removeMember(dead.id));
  assert.equal(running.members().length, 2);
  await cluster.run(running.removeMember(alive.id));
  assertRefused(await cluster.rejection(running.removeMember(running.id)), "not-enough-started");
});

test("without the check even a member that is needed is removed", async () => {
  const cluster = await VirtualCluster.started({ settings: { strictReconfig: false } });
  const [dead, alive] = cluster.followers();
  assert.ok(dead && alive);
  dead.crash();
  await cluster.advance(2000);
  const { running } = await cluster.leader();
  const config = await cluster.run(running.removeMember(alive.id));
  assert.deepEqual(new Set(config.voters), new Set([dead.id, running.id]));
});

test("what a follower is asked, and the leader refuses, keeps its code", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  assert.ok(follower);
  const error = await cluster.rejection(follower.running.addMember(infoOf(follower)));
  assertRefused(error, "member-exists");
});

test("a roster of the first format is read", () => {
  const config = { voters: [1], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const member = { id: 1, name: "a", addresses: ["a:1"] };
  const version = {
    version: 1,
    index: 1,
    term: 1,
    config,
    members: [member],
    by: "bootstrap",
    proposedAtMs: 0,
  };
  const old = { format: 1, members: [member], removed: [7], active: [1], versions: [version] };
  const roster = new Roster();
  roster.decode(text(JSON.stringify(old)));
  const now = { ...member, clientUrls: [], awaitsVote: false };
  assert.deepEqual(roster.list(), [now]);
  assert.deepEqual(roster.history(), [{ ...version, members: [now] }]);
  const copy = new Roster();
  copy.decode(roster.encode());
  assert.deepEqual([copy.list(), copy.history(), copy.removed()], [roster.list(), roster.history(), [7]]);
  assert.throws(
    () => copy.decode(text(JSON.stringify({ ...old, format: 3 }))),
    /format 3, this member knows 1 and 2/,
  );
});
