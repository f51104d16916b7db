/**
 * Membership (reference §5, §10).
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { clusterService, type Member } from "@quorate/etcd-api";
import { addressesOf, peerUrlOf } from "../src/handlers/peer-urls.ts";
import { ServerKit, type TestServer } from "./server-kit.ts";

const { memberAdd, memberList, memberPromote, memberRemove, memberUpdate } = clusterService.methods;

/** Starts a member that was added. */
async function join(kit: ServerKit, through: TestServer, name: string, member: Member | null): Promise<void> {
  const { members } = await through.call(memberList, {});
  const peers = members
    .filter((other) => other.id !== member?.id && other.name !== "")
    .map(({ id, name: other, peerURLs }) => ({
      id: Number(id),
      name: other,
      addresses: addressesOf(peerURLs),
    }));
  await kit.time.run(kit.start(name, { peers, join: true, id: Number(member?.id) }));
}

describe("member list", () => {
  it("tells ids, names, URLs, and no revision", async () => {
    const kit = await ServerKit.started({
      names: ["a", "b", "c"],
      store: { clientUrls: ["http://client:2379"] },
    });
    const server = kit.server();
    await server.put("k");
    await kit.until(() =>
      server.storeMember.member.members().every(({ clientUrls }) => clientUrls.length > 0),
    );
    for (const linearizable of [true, false]) {
      const { header, members } = await server.call(memberList, { linearizable });
      assert.deepEqual(
        [header?.revision, header?.memberId, header?.clusterId],
        [0, server.id, server.core.clusterId],
      );
      const lines = members.map(({ name, peerURLs, clientURLs, isLearner }) =>
        [name, ...peerURLs, ...clientURLs, isLearner].join(" "),
      );
      const expected = ["a", "b", "c"].map((name) => `${name} http://${name}:2380 http://client:2379 false`);
      assert.deepEqual(new Set(lines), new Set(expected));
      assert.deepEqual(
        members.map(({ id }) => id),
        members.map(({ id }) => id).sort((one, other) => (one < other ? -1 : 1)),
      );
    }
  });

  it("needs a quorum only if it is to be linearizable", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    kit.cutOff(leader);
    await leader.call(memberList, {});
    assert.match(await leader.failure(memberList, { linearizable: true }), /^14 etcdserver: /);
  });
});

describe("member add", () => {
  it("adds a voter that catches up first, and answers with it and all", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const { header, member, members } = await server.call(memberAdd, { peerURLs: ["http://b:2380"] });
    assert.equal(header?.revision, 0);
    assert.deepEqual(
      [member?.name, member?.peerURLs, member?.clientURLs, member?.isLearner],
      ["", ["http://b:2380"], [], false],
    );
    assert.deepEqual(new Set(members.map(({ id }) => id)), new Set([server.id, member?.id]));
    await server.put("k", "v");
    await join(kit, server, "b", member);
    await kit.until(() => server.storeMember.member.status().config.voters.length === 2);
    // It tells its name as soon as it can, which may be before or after its promotion.
    await kit.until(() => server.storeMember.member.members().every(({ name }) => name !== ""));
    const listed = (await server.call(memberList, { linearizable: true })).members;
    assert.deepEqual(listed.map(({ name }) => name).sort(), ["a", "b"]);
    assert.equal(await kit.server("b").put("k", "w"), 3);
  });

  it("through a follower answers with what that follower then knows", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = kit.followers;
    assert.ok(follower);
    const fields = { peerURLs: ["http://d:2380"], isLearner: true };
    const { member, members } = await follower.call(memberAdd, fields);
    assert.equal(members.length, 4);
    assert.deepEqual(
      members.find(({ id }) => id === member?.id),
      member,
    );
    assert.equal(member?.isLearner, true);
  });

  it("refuses URLs that are none, that are taken, and too many learners", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const server = kit.server();
    for (const peerURLs of [
      [],
      ["b:2380"],
      ["http://b"],
      ["http://b:2380/"],
      ["ftp://b:1"],
      ["http://b:x"],
    ]) {
      assert.equal(
        await server.failure(memberAdd, { peerURLs }),
        "3 etcdserver: given member URLs are invalid",
      );
    }
    assert.equal(
      await server.failure(memberAdd, { peerURLs: ["http://b:2380"] }),
      "9 etcdserver: Peer URLs already exists",
    );
    await server.call(memberAdd, { peerURLs: ["http://d:2380"], isLearner: true });
    assert.equal(
      await server.failure(memberAdd, { peerURLs: ["http://e:2380"], isLearner: true }),
      "9 etcdserver: too many learner members in cluster",
    );
  });

  it("is refused while too few members were ever started, or can be reached", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(memberAdd, { peerURLs: ["http://b:2380"] });
    assert.equal(
      await server.failure(memberAdd, { peerURLs: ["http://c:2380"] }),
      "9 etcdserver: re-configuration failed due to not enough started members",
    );
    const other = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = other.followers;
    assert.ok(follower);
    other.cutOff(follower);
    await other.time.advance(5000);
    assert.equal(
      await other.leader.failure(memberAdd, { peerURLs: ["http://d:2380"] }),
      "14 etcdserver: unhealthy cluster",
    );
  });
});

describe("member promote", () => {
  it("makes a learner that is in step a voter, and nobody else", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const fields = { peerURLs: ["http://b:2380"], isLearner: true };
    const { member } = await server.call(memberAdd, fields);
    const id = member?.id as bigint;
    assert.equal(
      await server.failure(memberPromote, { id }),
      "9 etcdserver: can only promote a learner member which is in sync with leader",
    );
    await join(kit, server, "b", member);
    const isInStep = (): boolean => {
      const { peers, lastIndex } = server.storeMember.member.status();
      return peers.some((peer) => BigInt(peer.id) === id && peer.match === lastIndex);
    };
    await kit.until(isInStep);
    const { header, members } = await server.call(memberPromote, { id });
    assert.equal(header?.revision, 0);
    assert.deepEqual(
      members.map(({ isLearner }) => isLearner),
      [false, false],
    );
    assert.equal(
      await server.failure(memberPromote, { id }),
      "9 etcdserver: can only promote a learner member",
    );
    assert.equal(await server.failure(memberPromote, { id: 12n }), "5 etcdserver: member not found");
  });
});

describe("member remove and update", () => {
  it("answers with the rest, and knows nobody twice", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    const [follower] = kit.followers;
    assert.ok(follower);
    const { header, members } = await leader.call(memberRemove, { id: follower.id });
    assert.deepEqual([header?.revision, members.length], [0, 2]);
    for (const id of [follower.id, 12n, 2n ** 64n - 1n])
      assert.equal(await leader.failure(memberRemove, { id }), "5 etcdserver: member not found");
  });

  it("can be asked of the member itself", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = kit.followers;
    assert.ok(follower);
    const { members } = await follower.call(memberRemove, { id: follower.id });
    assert.deepEqual(members.map(({ id }) => id).includes(follower.id), false);
  });

  it("refuses to remove the last member", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    assert.equal(
      await server.failure(memberRemove, { id: server.id }),
      "9 etcdserver: re-configuration failed due to not enough started members",
    );
  });

  it("changes addresses", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower, other] = kit.followers;
    assert.ok(follower && other);
    const { id } = other;
    const { header, members } = await follower.call(memberUpdate, { id, peerURLs: ["http://new:1"] });
    assert.equal(header?.revision, 0);
    assert.deepEqual(members.find((member) => member.id === id)?.peerURLs, ["http://new:1"]);
    assert.equal(
      await follower.failure(memberUpdate, { id, peerURLs: [`http://${follower.name}:2380`] }),
      "9 etcdserver: Peer URLs already exists",
    );
    assert.equal(
      await follower.failure(memberUpdate, { id: 12n, peerURLs: ["http://new:2"] }),
      "5 etcdserver: member not found",
    );
    assert.equal(
      await follower.failure(memberUpdate, { id, peerURLs: ["new:2"] }),
      "3 etcdserver: given member URLs are invalid",
    );
  });
});

describe("peer URLs", () => {
  it("are addresses with a scheme in front", () => {
    assert.deepEqual(addressesOf(["https://b.example:2380", " http://10.0.0.1:1 "]), [
      "10.0.0.1:1",
      "b.example:2380",
    ]);
    assert.deepEqual(addressesOf(["http://[fd00::1]:2380"]), ["[fd00::1]:2380"]);
    assert.equal(peerUrlOf("[fd00::1]:2380", true), "https://[fd00::1]:2380");
    for (const url of [
      "http://a:0",
      "http://a:65536",
      "http://u@a:1",
      "http://a:1?q",
      "http://:1",
      "unix://a:1",
    ])
      assert.throws(() => addressesOf([url]), { message: "etcdserver: given member URLs are invalid" });
  });
});
