/**
 * What may pass at all (reference §1, §3): learners, clients that insist on a leader, metadata.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  clusterService,
  electionService,
  kvService,
  leaseService,
  maintenanceService,
  watchService,
} from "@quorate/etcd-api";
import { bytesOf, ServerKit, type TestServer } from "./server-kit.ts";
import { all, create } from "./watch-messages.ts";

const { range, put } = kvService.methods;
const { watch } = watchService.methods;
const hasleader = { metadata: { hasleader: "true" } };

/** A cluster of a, and b as its learner. */
async function withLearner(): Promise<{ readonly kit: ServerKit; readonly learner: TestServer }> {
  const kit = await ServerKit.started();
  const leader = kit.server();
  await leader.put("k", "v");
  const { member } = await leader.call(clusterService.methods.memberAdd, {
    peerURLs: ["http://b:2380"],
    isLearner: true,
  });
  const peers = [{ id: Number(leader.id), name: "a", addresses: ["a:2380"] }];
  const joining = kit.start("b", { peers, join: true, id: Number(member?.id) });
  await kit.time.run(joining);
  const learner = kit.server("b");
  await kit.until(() => learner.core.isLearner && learner.core.revision === 2);
  return { kit, learner };
}

describe("a learner", () => {
  const refusal = "9 etcdserver: rpc not supported for learner";

  it("answers status, serializable ranges and snapshots", async () => {
    const { kit, learner } = await withLearner();
    const { isLearner, leader } = await learner.call(maintenanceService.methods.status, {});
    assert.deepEqual([isLearner, leader], [true, kit.server().id]);
    assert.equal((await learner.call(range, { key: bytesOf("k"), serializable: true })).count, 1);
    const snapshot = learner.stream(maintenanceService.methods.snapshot).send({});
    assert.equal(await kit.time.run(snapshot.ended), null);
  });

  it("refuses everything else", async () => {
    const { kit, learner } = await withLearner();
    assert.equal(await learner.failure(range, { key: bytesOf("k") }), refusal);
    assert.equal(await learner.failure(put, { key: bytesOf("k") }), refusal);
    assert.equal(await learner.failure(clusterService.methods.memberList, {}), refusal);
    assert.equal(await learner.failure(leaseService.methods.leaseLeases, {}), refusal);
    const streams = [
      learner.stream(watch).send(create(all)),
      learner.stream(electionService.methods.observe).send({ name: bytesOf("e") }),
    ];
    for (const stream of streams) {
      const status = await kit.time.run(stream.ended);
      assert.equal(`${status?.code} ${status?.message}`, refusal);
    }
  });
});

describe("hasleader", () => {
  it("lets calls pass while there is a leader", async () => {
    const kit = await ServerKit.started();
    await kit.server().call(put, { key: bytesOf("k") }, hasleader);
    const stream = kit.server().stream(watch, hasleader).send(create(all));
    assert.equal((await kit.take(stream))[0]?.created, true);
    await kit.time.advance(5000);
    assert.equal(stream.isEnded, false);
  });

  it("refuses calls and streams at once when there is none", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    kit.cutOff(leader);
    await kit.until(() => !leader.core.hasLeader);
    const refusal = "14 etcdserver: no leader";
    const serializable = { key: bytesOf("k"), serializable: true };
    assert.equal(await leader.failure(range, serializable, hasleader), refusal);
    await leader.call(range, serializable);
    // Even before the client says a word.
    const status = await kit.time.run(leader.stream(watch, hasleader).ended);
    assert.equal(`${status?.code} ${status?.message}`, refusal);
  });

  it("ends streams after three election timeouts without one, and no others", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    const patient = leader.stream(watch).send(create(all));
    const insisting = [
      leader.stream(watch, hasleader).send(create(all)),
      leader.stream(leaseService.methods.leaseKeepAlive, hasleader),
      leader.stream(electionService.methods.observe, hasleader).send({ name: bytesOf("e") }),
    ];
    await kit.take(patient);
    await kit.time.advance(50);
    kit.cutOff(leader);
    await kit.until(() => !leader.core.hasLeader);
    const fromMs = kit.time.nowMs;
    for (const stream of insisting) {
      const status = await kit.time.run(stream.ended);
      assert.equal(`${status?.code} ${status?.message}`, "14 etcdserver: no leader");
    }
    const tookMs = kit.time.nowMs - fromMs;
    assert.ok(tookMs >= 600 && tookMs <= 1200, `${tookMs} ms; an election timeout is 300`);
    assert.equal(patient.isEnded, false);
    assert.equal(leader.storeMember.store.watches.size, 1);
  });

  it("bears a short election", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const former = kit.leader;
    const [follower] = kit.followers;
    assert.ok(follower);
    const stream = follower.stream(watch, hasleader).send(create(all));
    await kit.take(stream);
    kit.cutOff(former);
    await kit.until(() => !follower.core.hasLeader);
    // What the client says meanwhile does not end it either.
    stream.send(create(all));
    await kit.take(stream);
    await kit.until(() => follower.core.hasLeader);
    await kit.time.advance(2000);
    assert.equal(stream.isEnded, false);
  });
});

describe("client-api-version", () => {
  it("must be UTF-8, as characters of bytes or decoded", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const ask = (version: string): Promise<unknown> =>
      server.call(range, { key: bytesOf("k") }, { metadata: { "client-api-version": version } });
    for (const version of ["3.6", "", "\u00c3\u00a4", "\u4e2d"]) await ask(version);
    for (const version of ["\u00ff", "3.\u00c3", "3.\ufffd"]) {
      await assert.rejects(ask(version), { code: 3, message: "etcdserver: invalid client api version" });
    }
  });
});

describe("timeouts", () => {
  it("are the server's, or the client's if that is shorter", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    assert.equal(leader.core.requestTimeoutMs, 5600);
    for (const server of kit.followers) kit.cutOff(server);
    const fromMs = kit.time.nowMs;
    const key = bytesOf("k");
    const short = leader.begin(put, { key }, { timeoutMs: 100 });
    await kit.time.run(short.response.catch(() => undefined));
    assert.ok(kit.time.nowMs - fromMs <= 200, `${kit.time.nowMs - fromMs} ms`);
    assert.match(await leader.failure(put, { key }), /^14 etcdserver: /);
    assert.ok(kit.time.nowMs - fromMs <= 6000, `${kit.time.nowMs - fromMs} ms`);
  });
});
