/**
 * Maintenance (reference §5).
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { AlarmAction, AlarmType, DowngradeAction, maintenanceService } from "@quorate/etcd-api";
import { MemoryBackend, Store } from "@quorate/store";
import { snapshotBlobs } from "../src/handlers/snapshot-file.ts";
import { serverVersion, storageVersion } from "../src/handlers/version.ts";
import { ServerKit } from "./server-kit.ts";

const { alarm, status, defragment, hash, hashKV, moveLeader, downgrade, snapshot } =
  maintenanceService.methods;

describe("status", () => {
  it("tells version, leader, indexes and sizes", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"], settings: { quotaBytes: 1_000_000 } });
    const { leader } = kit;
    await leader.put("k", "v".repeat(1000));
    await kit.time.advance(500);
    for (const server of [leader, ...kit.followers]) {
      const now = await server.call(status, {});
      assert.match(now.version, /^3\.6\.\d+$/);
      assert.equal(now.version, serverVersion);
      assert.equal(now.storageVersion, storageVersion);
      assert.equal(now.leader, leader.id);
      assert.equal(now.header?.revision, 2);
      assert.equal(now.raftTerm, now.header?.raftTerm);
      assert.equal(now.raftIndex, server.storeMember.member.commitIndex);
      assert.equal(now.raftAppliedIndex, now.raftIndex);
      assert.ok(now.dbSize > 1000 && now.dbSizeInUse > 1000 && now.dbSizeInUse <= now.dbSize);
      assert.deepEqual([now.errors, now.isLearner, now.dbSizeQuota], [[], false, 1_000_000]);
      assert.deepEqual(now.downgradeInfo, { enabled: false, targetVersion: "" });
    }
  });

  it("tells of a missing leader and of alarms", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    await leader.call(alarm, { action: AlarmAction.ACTIVATE, memberID: 5n, alarm: AlarmType.NOSPACE });
    await leader.call(alarm, { action: AlarmAction.ACTIVATE, memberID: 6n, alarm: AlarmType.CORRUPT });
    kit.cutOff(leader);
    await kit.until(() => !leader.core.hasLeader);
    const { errors, leader: lead } = await leader.call(status, {});
    assert.equal(lead, 0n);
    assert.deepEqual(errors, [
      "etcdserver: no leader",
      "memberID:5 alarm:NOSPACE",
      "memberID:6 alarm:CORRUPT",
    ]);
  });
});

describe("alarm", () => {
  it("is raised, listed and disarmed, and stops what it must", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const raise = { action: AlarmAction.ACTIVATE, memberID: server.id };
    const noSpace = { memberID: server.id, alarm: AlarmType.NOSPACE };
    assert.deepEqual((await server.call(alarm, { ...raise, alarm: AlarmType.NOSPACE })).alarms, [noSpace]);
    const { header, alarms } = await server.call(alarm, {});
    assert.deepEqual([header?.memberId, alarms], [server.id, [noSpace]]);
    await assert.rejects(server.put("k"), { code: 8, message: "etcdserver: mvcc: database space exceeded" });
    assert.deepEqual((await server.call(alarm, { action: AlarmAction.DEACTIVATE, ...noSpace })).alarms, [
      noSpace,
    ]);
    await server.put("k");
    await server.call(alarm, { ...raise, alarm: AlarmType.CORRUPT });
    await assert.rejects(server.put("k"), { code: 15, message: "etcdserver: corrupt cluster" });
    await assert.rejects(server.keys(""), { code: 15, message: "etcdserver: corrupt cluster" });
  });

  it("with an action that etcd does not know is refused, and harms nobody", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    assert.match(await server.failure(alarm, { action: 7 }), /^3 etcdserver: /);
    assert.match(await server.failure(alarm, { action: 1, alarm: 7 }), /^3 etcdserver: /);
    await server.put("k");
  });
});

describe("hash", () => {
  it("is the same on all members at a revision, and another at another", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    for (let at = 0; at < 5; at++) await kit.leader.put("k", String(at));
    await kit.until(() => kit.followers.every((server) => server.core.revision === 6));
    const servers = [kit.leader, ...kit.followers];
    const now = await Promise.all(servers.map((server) => server.call(hashKV, {})));
    assert.equal(new Set(now.map((answer) => answer.hash)).size, 1);
    assert.deepEqual([now[0]?.compactRevision, now[0]?.hashRevision, now[0]?.header?.revision], [-1, 6, 6]);
    const before = await kit.leader.call(hashKV, { revision: 4 });
    assert.deepEqual([before.hashRevision, before.header?.revision], [4, 6]);
    assert.notEqual(before.hash, now[0]?.hash);
    assert.equal(
      await kit.leader.failure(hashKV, { revision: 7 }),
      "11 etcdserver: mvcc: required revision is a future revision",
    );
    const whole = await Promise.all(servers.map((server) => server.call(hash, {})));
    assert.equal(new Set(whole.map((answer) => answer.hash)).size, 1);
  });
});

describe("defragment", () => {
  it("answers without a header", async () => {
    const kit = await ServerKit.started();
    assert.deepEqual(await kit.server().call(defragment, {}), { header: null });
  });
});

describe("move leader", () => {
  it("is done by the leader only, to a voter only", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    const [follower] = kit.followers;
    assert.ok(follower);
    assert.equal(await follower.failure(moveLeader, { targetID: follower.id }), "9 etcdserver: not leader");
    for (const targetID of [0n, 12n, 2n ** 64n - 1n])
      assert.equal(await leader.failure(moveLeader, { targetID }), "9 etcdserver: bad leader transferee");
    assert.deepEqual(await leader.call(moveLeader, { targetID: follower.id }), { header: null });
    assert.equal(follower.storeMember.member.isLeader, true);
  });
});

describe("downgrade", () => {
  it("has nowhere to go", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const { VALIDATE, ENABLE, CANCEL } = DowngradeAction;
    for (const action of [VALIDATE, ENABLE]) {
      for (const version of ["3.5", "3.5.0", "3.6.0"])
        assert.equal(
          await server.failure(downgrade, { action, version }),
          "3 etcdserver: invalid downgrade target version",
        );
      assert.equal(
        await server.failure(downgrade, { action, version: "three" }),
        "3 etcdserver: wrong downgrade target version format",
      );
    }
    assert.equal(
      await server.failure(downgrade, { action: CANCEL }),
      "9 etcdserver: no inflight downgrade job",
    );
    assert.equal(await server.failure(downgrade, { action: 9 }), "2 etcdserver: unknown method");
  });
});

/** The state in a snapshot file, as who restores it reads it. */
function stateIn(file: Buffer): Uint8Array {
  const data = file.subarray(0, -32);
  assert.deepEqual(createHash("sha256").update(data).digest(), file.subarray(-32));
  return new Uint8Array(data.subarray(0, Number(data.readBigUInt64BE(data.length - 8))));
}

describe("snapshot", () => {
  it("is the whole state in blobs of 32 KiB, and its SHA-256", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (let at = 0; at < 20; at++) await server.put(`k${at}`, "v".repeat(10_000));
    const stream = server.stream(snapshot).send({});
    assert.equal(await kit.time.run(stream.ended), null);
    const { received } = stream;
    const file = Buffer.concat(received.map(({ blob }) => blob));
    assert.equal(file.length % 512, 32);
    for (const { blob } of received.slice(0, -2)) assert.equal(blob.length, 32 * 1024);
    assert.equal(received.at(-1)?.blob.length, 32);
    for (const [at, { remainingBytes, version, header }] of received.entries()) {
      assert.deepEqual([version, header], [storageVersion, null]);
      assert.equal(remainingBytes > 0, at < received.length - 2, `${remainingBytes} at ${at}`);
    }
    const store = new Store({ backend: new MemoryBackend() });
    const restore = store.restore();
    restore.write(stateIn(file));
    restore.finish();
    assert.equal(store.revision, 21);
    assert.deepEqual(store.hashKv(0), server.storeMember.store.hashKv(0));
  });

  it("goes as fast as its client takes it", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (let at = 0; at < 20; at++) await server.put(`k${at}`, "v".repeat(10_000));
    const stream = server.stream(snapshot);
    stream.room = 1;
    stream.send({});
    await kit.time.advance(1000);
    assert.equal(stream.received.length, 1);
    stream.makeRoom(2);
    await kit.time.advance(1000);
    assert.equal(stream.received.length, 3);
    stream.cancel();
    stream.makeRoom();
    const ended = await kit.time.run(stream.ended);
    assert.equal(ended?.code, 1);
    assert.ok(stream.received.at(-1)?.blob.length !== 32, "a snapshot that was given up has no checksum");
  });

  it("fits its blocks whatever the size of the state", async () => {
    for (const bytes of [0, 1, 500, 503, 504, 505, 511, 512, 32_760, 32_768, 32_769, 100_000]) {
      const state = new Uint8Array(bytes).fill(7);
      const chunks: Uint8Array[] = [];
      for await (const blob of snapshotBlobs(piecesOf(state))) chunks.push(blob);
      const file = Buffer.concat(chunks);
      assert.equal(file.length % 512, 32, `${bytes} bytes`);
      assert.deepEqual(stateIn(file), state);
    }
  });
});

async function* piecesOf(state: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < state.length; at += 7000) yield state.subarray(at, at + 7000);
}
