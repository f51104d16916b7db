/**
 * The election service (reference §5).
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { electionService, leaseService } from "@quorate/etcd-api";
import { bytesOf, failureOf, ServerKit, type TestServer, textOf } from "./server-kit.ts";

const { campaign, proclaim, leader, observe, resign } = electionService.methods;
const { leaseGrant, leaseRevoke } = leaseService.methods;
const name = bytesOf("e");
const notLeader = "2 election: not leader";

async function started(...leases: readonly bigint[]): Promise<{ kit: ServerKit; server: TestServer }> {
  const kit = await ServerKit.started();
  const server = kit.server();
  for (const id of leases) await server.call(leaseGrant, { id, ttl: 1000 });
  return { kit, server };
}

async function leaderOf(server: TestServer): Promise<string> {
  const { kv } = await server.call(leader, { name });
  return `${textOf(kv?.key ?? name)}=${textOf(kv?.value ?? name)}`;
}

describe("campaign", () => {
  it("wins when nobody is before, and tells the key that leads", async () => {
    const { server } = await started(0x1fn);
    const won = await server.call(campaign, { name, lease: 0x1fn, value: bytesOf("v") });
    assert.equal(won.header?.revision, 2);
    assert.deepEqual(
      [textOf(won.leader?.name ?? name), textOf(won.leader?.key ?? name), won.leader?.rev, won.leader?.lease],
      ["e", "e/1f", 2, 0x1fn],
    );
    assert.equal(await leaderOf(server), "e/1f=v");
  });

  it("waits its turn", async () => {
    const { kit, server } = await started(1n, 2n);
    const first = await server.call(campaign, { name, lease: 1n, value: bytesOf("one") });
    const second = server.begin(campaign, { name, lease: 2n, value: bytesOf("two") });
    await kit.time.advance(1000);
    assert.equal(await leaderOf(server), "e/1=one");
    await server.call(resign, { leader: first.leader });
    const won = await kit.time.run(second.response);
    assert.deepEqual([won.leader?.rev, textOf(won.leader?.name ?? bytesOf(""))], [3, "e"]);
    assert.equal(await leaderOf(server), "e/2=two");
  });

  it("again with the same lease proclaims the new value", async () => {
    const { server } = await started(1n);
    await server.call(campaign, { name, lease: 1n, value: bytesOf("one") });
    const again = await server.call(campaign, { name, lease: 1n, value: bytesOf("other") });
    assert.equal(again.leader?.rev, 2);
    assert.equal(await leaderOf(server), "e/1=other");
  });

  it("that is given up leaves no key", async () => {
    const { kit, server } = await started(1n, 2n);
    await server.call(campaign, { name, lease: 1n });
    const second = server.begin(campaign, { name, lease: 2n });
    await kit.time.advance(100);
    second.cancel();
    assert.equal(await failureOf(kit.time.run(second.response)), "1 context canceled");
    assert.deepEqual(await server.keys("e/"), ["e/1"]);
  });

  it("fails when its lease is not there, or ends while it waits", async () => {
    const { kit, server } = await started(1n, 2n);
    assert.equal(
      await server.failure(campaign, { name, lease: 77n }),
      "5 etcdserver: requested lease not found",
    );
    await server.call(campaign, { name, lease: 1n });
    const second = server.begin(campaign, { name, lease: 2n });
    await kit.time.advance(100);
    await server.call(leaseRevoke, { id: 2n });
    assert.equal(await failureOf(kit.time.run(second.response)), notLeader);
  });
});

describe("proclaim and resign", () => {
  it("are for the leader only", async () => {
    const { server } = await started(1n);
    const { leader: key } = await server.call(campaign, { name, lease: 1n, value: bytesOf("one") });
    assert.ok(key);
    assert.equal((await server.call(proclaim, { leader: key, value: bytesOf("two") })).header?.revision, 3);
    assert.equal(await leaderOf(server), "e/1=two");
    assert.equal(await server.failure(proclaim, { leader: { ...key, rev: 1 } }), notLeader);
    // Who does not lead has nothing to resign from.
    await server.call(resign, { leader: { ...key, rev: 1 } });
    assert.equal(await leaderOf(server), "e/1=two");
    assert.equal((await server.call(resign, { leader: key })).header?.revision, 4);
    assert.equal(await server.failure(leader, { name }), "2 election: no leader");
    assert.equal(await server.failure(proclaim, { leader: key }), notLeader);
  });

  it("need to be told which leader", async () => {
    const { server } = await started();
    const missing = '2 "leader" field must be provided';
    assert.equal(await server.failure(proclaim, {}), missing);
    assert.equal(await server.failure(resign, {}), missing);
  });
});

describe("observe", () => {
  it("tells the leader, what it proclaims, and its followers in office", async () => {
    const { kit, server } = await started(1n, 2n);
    const stream = server.stream(observe).send({ name });
    const next = async (): Promise<string> => {
      const [response] = await kit.take(stream);
      const { kv, header } = response as NonNullable<typeof response>;
      assert.equal(header?.memberId, server.id);
      return `${textOf(kv?.key ?? name)}=${textOf(kv?.value ?? name)}@${header?.revision}`;
    };
    await kit.time.advance(1000);
    assert.equal(stream.received.length, 0);
    const first = await server.call(campaign, { name, lease: 1n, value: bytesOf("one") });
    assert.equal(await next(), "e/1=one@2");
    const second = server.begin(campaign, { name, lease: 2n, value: bytesOf("two") });
    await kit.time.advance(100);
    await server.call(proclaim, { leader: first.leader, value: bytesOf("more") });
    assert.equal(await next(), "e/1=more@4");
    await server.call(resign, { leader: first.leader });
    await kit.time.run(second.response);
    assert.equal(await next(), "e/2=two@5");
    stream.cancel();
    assert.equal((await kit.time.run(stream.ended))?.code, 1);
    assert.equal(server.storeMember.store.watches.size, 0);
  });

  it("begins with the leader that is there", async () => {
    const { kit, server } = await started(1n);
    await server.call(campaign, { name, lease: 1n, value: bytesOf("one") });
    await server.put("x");
    const stream = server.stream(observe).send({ name });
    const [response] = await kit.take(stream);
    assert.deepEqual([textOf(response?.kv?.value ?? name), response?.header?.revision], ["one", 3]);
  });
});
