/**
 * Leases (reference §4): what the handlers make of them. Their clockwork is the store member's, and tested there.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kvService, leaseService } from "@quorate/etcd-api";
import { bytesOf, ServerKit, textOf } from "./server-kit.ts";

const { leaseGrant, leaseRevoke, leaseTimeToLive, leaseLeases, leaseKeepAlive } = leaseService.methods;

describe("lease grant", () => {
  it("chooses a positive id, or takes the one given", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const chosen = await server.call(leaseGrant, { ttl: 10 });
    assert.ok(chosen.id > 0n && chosen.id < 2n ** 63n);
    assert.deepEqual([chosen.ttl, chosen.error], [10, ""]);
    assert.equal(chosen.header?.memberId, server.id);
    assert.equal((await server.call(leaseGrant, { ttl: 10, id: 2n ** 62n + 1n })).id, 2n ** 62n + 1n);
    assert.equal((await server.call(leaseGrant, { ttl: 10, id: -3n })).id, -3n);
  });

  it("refuses an id that is taken and a TTL that is too large, and raises one that is too small", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 10, id: 7n });
    assert.equal(await server.failure(leaseGrant, { ttl: 10, id: 7n }), "9 etcdserver: lease already exists");
    assert.equal(
      await server.failure(leaseGrant, { ttl: 9_000_000_001 }),
      "11 etcdserver: too large lease TTL",
    );
    for (const ttl of [-5, 0, 1]) assert.ok((await server.call(leaseGrant, { ttl })).ttl >= 1);
  });
});

describe("lease revoke", () => {
  it("deletes the keys in one revision, and knows no lease twice", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 10, id: 7n });
    await server.put("a", "", 7n);
    await server.put("b", "", 7n);
    assert.equal((await server.call(leaseRevoke, { id: 7n })).header?.revision, 4);
    assert.deepEqual(await server.keys(""), []);
    assert.equal(await server.failure(leaseRevoke, { id: 7n }), "5 etcdserver: requested lease not found");
  });
});

describe("lease time to live", () => {
  it("tells what is left, what was granted, and the keys if asked", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 100, id: 7n });
    await server.put("a", "", 7n);
    await kit.time.advance(10_000);
    const without = await server.call(leaseTimeToLive, { id: 7n });
    assert.deepEqual([without.id, without.grantedTTL, without.keys], [7n, 100, []]);
    assert.ok(without.ttl <= 91 && without.ttl >= 85, String(without.ttl));
    const withKeys = await server.call(leaseTimeToLive, { id: 7n, keys: true });
    assert.deepEqual(withKeys.keys.map(textOf), ["a"]);
  });

  it("says -1 of a lease that is not there", async () => {
    const kit = await ServerKit.started();
    const { header, ...rest } = await kit.server().call(leaseTimeToLive, { id: 9n, keys: true });
    assert.deepEqual(rest, { id: 9n, ttl: -1, grantedTTL: 0, keys: [] });
    assert.equal(header?.revision, 1);
  });
});

describe("lease list", () => {
  it("is what this member knows", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 100, id: 7n });
    await server.call(leaseGrant, { ttl: 100, id: 8n });
    const { leases } = await server.call(leaseLeases, {});
    assert.deepEqual(
      leases.map(({ id }) => id),
      [7n, 8n],
    );
  });
});

describe("lease keep alive", () => {
  it("renews on any member, and answers in the order of the requests", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = kit.followers;
    assert.ok(follower);
    for (const id of [7n, 8n]) await follower.call(leaseGrant, { ttl: 10, id });
    await kit.time.advance(6000);
    const stream = follower.stream(leaseKeepAlive);
    for (const id of [8n, 7n, 9n, 7n]) stream.send({ id });
    const answers = await kit.take(stream, 4);
    assert.deepEqual(
      answers.map(({ id, ttl }) => [id, ttl]),
      // An unknown lease does not end the stream.
      [
        [8n, 10],
        [7n, 10],
        [9n, 0],
        [7n, 10],
      ],
    );
    assert.equal(answers[0]?.header?.revision, follower.core.revision);
    await kit.time.advance(6000);
    assert.ok((await follower.call(leaseTimeToLive, { id: 7n })).ttl > 0);
  });

  it("says the revision from before the renewal", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 10, id: 7n });
    const stream = server.stream(leaseKeepAlive).send({ id: 7n });
    const write = server.begin(kvService.methods.put, { key: bytesOf("k") });
    const [answer] = await kit.take(stream);
    await kit.time.run(write.response);
    assert.equal(answer?.header?.revision, 1);
  });

  it("ends well when the client has said everything, after the last answer", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 10, id: 7n });
    const stream = server.stream(leaseKeepAlive).send({ id: 7n });
    stream.halfClose();
    assert.equal(await kit.time.run(stream.ended), null);
    assert.equal(stream.received.length, 1);
  });

  it("reads no more than it can answer when the client does not take the answers", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(leaseGrant, { ttl: 100, id: 7n });
    const stream = server.stream(leaseKeepAlive);
    stream.room = 1;
    for (let at = 0; at < 1000; at++) stream.send({ id: 7n });
    await kit.time.advance(5000);
    assert.equal(stream.received.length, 1);
    assert.ok(stream.waitingRequests > 500, `${stream.waitingRequests} are not read`);
    stream.makeRoom();
    await kit.take(stream, 1000);
  });

  it("fails when no leader answers in time", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    await leader.call(leaseGrant, { ttl: 100, id: 7n });
    kit.cutOff(leader);
    const stream = leader.stream(leaseKeepAlive).send({ id: 7n });
    const status = await kit.time.run(stream.ended);
    assert.match(`${status?.code} ${status?.message}`, /^14 etcdserver: (no leader|request timed out)/);
  });
});
