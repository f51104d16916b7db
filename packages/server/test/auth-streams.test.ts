/**
 * Permissions that change while streams are open and calls are under way.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  authService,
  electionService,
  kvService,
  leaseService,
  lockService,
  PermissionType,
  watchService,
} from "@quorate/etcd-api";
import { addUsers, authKit, grant, loginAs, passwordOf } from "./auth-kit.ts";
import { bytesOf, failureOf, ServerKit, type TestServer } from "./server-kit.ts";
import type { CallOptions } from "./test-call.ts";
import { create, eventsOf, takeEvents, type WatchCall } from "./watch-messages.ts";

const { watch } = watchService.methods;
const { put, range } = kvService.methods;
const auth = authService.methods;
const ab = { key: bytesOf("a"), rangeEnd: bytesOf("b") };
const denied = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
const voided = "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token";
const empty = "rpc error: code = InvalidArgument desc = etcdserver: user name is empty";

function putAs(server: TestServer, key: string, value: string, who: CallOptions): Promise<unknown> {
  return server.call(put, { key: bytesOf(key), value: bytesOf(value) }, who);
}

const revoke = (server: TestServer, who: CallOptions): Promise<unknown> =>
  server.call(auth.roleRevokePermission, { role: "ab", ...ab }, who);

async function watching(kit: ServerKit, server: TestServer, who: CallOptions): Promise<WatchCall> {
  const stream = server.stream(watch, who).send(create(ab));
  const [created] = await kit.take(stream);
  assert.deepEqual([created?.created, created?.canceled], [true, false]);
  return stream;
}

/** The reason for which the next response cancels a watch. */
async function reasonOf(kit: ServerKit, stream: WatchCall): Promise<string> {
  const [response] = await kit.take(stream);
  assert.equal(response?.canceled, true);
  return response?.cancelReason ?? "";
}

describe("an open watch", () => {
  it("tells what came before its permission was revoked, then it is cancelled", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    const [leader, follower] = [kit.leader, kit.followers[0] as TestServer];
    for (const server of [leader, follower]) {
      const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
      const stream = await watching(kit, server, rita);
      await putAs(leader, "a1", "before", root);
      assert.match((await takeEvents(kit, stream, 1))[0] ?? "", /^PUT a1=before@/);
      await revoke(leader, root);
      await putAs(leader, "a1", "after", root);
      assert.equal(await reasonOf(kit, stream), denied);
      await putAs(leader, "a1", "later", root);
      await kit.time.advance(1000);
      assert.deepEqual([stream.received, stream.isEnded], [[], false]);
      assert.equal(server.storeMember.store.watches.size, 0);
      await grant(leader, "ab", "a", "b", PermissionType.READWRITE, root);
    }
  });

  it("of a client that does not read gets nothing of a later revision", async () => {
    const kit = await authKit();
    const server = kit.server();
    const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
    const stream = await watching(kit, server, rita);
    stream.room = 1;
    await putAs(server, "a1", "one", root);
    await putAs(server, "a1", "two", root);
    await revoke(server, root);
    await putAs(server, "a1", "three", root);
    stream.makeRoom();
    await kit.time.advance(100);
    const values = eventsOf(stream.received).join();
    assert.ok(values.includes("a1=one") && !values.includes("three"), values);
    assert.equal(stream.received.at(-1)?.cancelReason, denied);
  });

  it("goes on when something else is revoked, or its token expires", async () => {
    const kit = await authKit();
    const server = kit.server();
    const rita = await loginAs(server, "rita");
    const stream = await watching(kit, server, rita);
    await kit.time.advance(400_000);
    assert.equal(await server.failure(range, ab, rita), "16 etcdserver: invalid auth token");
    const root = await loginAs(server, "root");
    await grant(server, "ab", "x", "y", PermissionType.READ, root);
    await server.call(
      auth.roleRevokePermission,
      { role: "ab", key: bytesOf("x"), rangeEnd: bytesOf("y") },
      root,
    );
    await putAs(server, "a1", "v", root);
    assert.equal((await takeEvents(kit, stream, 1)).length, 1);
    stream.send(create(ab));
    assert.equal((await kit.take(stream))[0]?.canceled, false);
    // Nor when another watch is denied on the same stream.
    stream.send(create({ key: bytesOf("x") }));
    assert.equal(await reasonOf(kit, stream), denied);
    await server.call(auth.roleAdd, { name: "another" }, root);
    await putAs(server, "a1", "w", root);
    assert.equal((await takeEvents(kit, stream, 2)).length, 2);
  });

  it("ends with its user's password, and with its user", async () => {
    const kit = await authKit();
    const server = kit.server();
    const root = await loginAs(server, "root");
    const stream = await watching(kit, server, await loginAs(server, "rita"));
    await server.call(auth.userChangePassword, { name: "rita", password: passwordOf("rita") }, root);
    assert.equal(await reasonOf(kit, stream), voided);
    const another = await watching(kit, server, await loginAs(server, "rita"));
    const certified = await watching(kit, server, { certificateName: "rita" });
    await server.call(auth.userDelete, { name: "rita" }, root);
    assert.equal(await reasonOf(kit, another), voided);
    assert.equal(await reasonOf(kit, certified), denied);
  });

  it("of nobody ends when authentication is enabled, and lives on when it is disabled", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await addUsers(server);
    const open = await watching(kit, server, {});
    await server.call(auth.authEnable, {});
    assert.equal(await reasonOf(kit, open), empty);
    const stream = await watching(kit, server, await loginAs(server, "rita"));
    await server.call(auth.authDisable, {}, await loginAs(server, "root"));
    await putAs(server, "a1", "v", {});
    assert.equal((await takeEvents(kit, stream, 1)).length, 1);
  });

  it("is refused on a stream that goes on", async () => {
    const kit = await authKit();
    const server = kit.server();
    const stream = server.stream(watch, await loginAs(server, "nora")).send(create(ab));
    const [refused] = await kit.take(stream);
    assert.deepEqual([refused?.created, refused?.canceled, refused?.watchId], [true, true, -1n]);
    assert.equal(refused?.cancelReason, denied);
    await server.call(auth.userGrantRole, { user: "nora", role: "ab" }, await loginAs(server, "root"));
    stream.send(create(ab));
    assert.equal((await kit.take(stream))[0]?.canceled, false);
    const wrong = server.stream(watch, { metadata: { token: "x" } }).send(create(ab));
    assert.equal(await reasonOf(kit, wrong), voided);
    assert.equal(await reasonOf(kit, server.stream(watch).send(create(ab))), empty);
  });
});

describe("other streams", () => {
  it("of keep-alives end when the user has another password", async () => {
    const kit = await authKit();
    const server = kit.server();
    const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
    const { id } = await server.call(leaseService.methods.leaseGrant, { ttl: 100 }, rita);
    const stream = server.stream(leaseService.methods.leaseKeepAlive, rita).send({ id });
    assert.equal((await kit.take(stream))[0]?.ttl, 100);
    await server.call(auth.userChangePassword, { name: "rita", password: "x" }, root);
    stream.send({ id });
    assert.equal((await kit.time.run(stream.ended))?.message, "etcdserver: invalid auth token");
  });

  it("that observe an election end when the keys may not be read", async () => {
    const kit = await authKit();
    const server = kit.server();
    const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
    const name = bytesOf("a/election");
    await server.call(electionService.methods.campaign, { name, value: bytesOf("v") }, rita);
    const stream = server.stream(electionService.methods.observe, rita).send({ name });
    await kit.take(stream);
    await revoke(server, root);
    assert.equal((await kit.time.run(stream.ended))?.message, "etcdserver: permission denied");
  });
});

describe("a change that was acknowledged", () => {
  it("holds at once at every member: nobody is let in late, and nobody is kept out", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    const servers = [...kit.servers.values()];
    const [root, rita] = [await loginAs(kit.leader, "root"), await loginAs(kit.leader, "rita")];
    const allowed = async (server: TestServer): Promise<boolean[]> => {
      const key = bytesOf("a1");
      const calls = [
        server.begin(range, { key }, rita).response,
        server.begin(put, { key }, rita).response,
        server.begin(leaseService.methods.leaseGrant, { ttl: 100 }, rita).response,
      ];
      const told = await kit.time.run(Promise.allSettled(calls));
      return told.map(({ status }) => status === "fulfilled");
    };
    for (let round = 0; round < 12; round++) {
      const [changer, other] = [servers[round % 3] as TestServer, servers[(round + 1) % 3] as TestServer];
      await revoke(changer, root);
      assert.deepEqual(await allowed(other), [false, false, true], `round ${round}`);
      await grant(changer, "ab", "a", "b", PermissionType.READWRITE, root);
      assert.deepEqual(await allowed(other), [true, true, true], `round ${round}`);
    }
  });

  it("holds for authentication itself", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    const [one, other] = kit.followers;
    assert.ok(one && other);
    const key = bytesOf("a1");
    for (let round = 0; round < 5; round++) {
      await one.call(auth.authDisable, {}, await loginAs(one, "root"));
      await other.call(put, { key });
      await one.call(auth.authEnable, {});
      assert.equal(await other.failure(put, { key }), "3 etcdserver: user name is empty");
      assert.equal(await other.failure(range, { key }), "3 etcdserver: user name is empty");
      // A token of before authentication was known to be on at the other member.
      await other.call(put, { key }, await loginAs(one, "rita"));
    }
  });
});

describe("a call under way", () => {
  it("is tried again when it only crossed a change that does not concern it", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    for (const server of [kit.leader, kit.followers[0] as TestServer]) {
      const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
      const change = server.begin(auth.roleAdd, { name: `r${server.name}` }, root);
      const puts = ["a1", "a2", "a3"].map((key) => server.begin(put, { key: bytesOf(key) }, rita).response);
      await kit.time.run(Promise.all([change.response, ...puts]));
    }
  });

  it("is denied when its permission was revoked before it in the log", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    const server = kit.leader;
    const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
    const change = server.begin(auth.roleRevokePermission, { role: "ab", ...ab }, root);
    // It is proposed now, and not yet applied: the put still passes the gatekeeper.
    await kit.time.advance(0);
    assert.equal(server.storeMember.auth.view.role("ab")?.permissions.length, 1);
    const late = failureOf(server.begin(put, { key: bytesOf("a1") }, rita).response);
    await kit.time.run(change.response);
    assert.equal(await kit.time.run(late), "7 etcdserver: permission denied");
    assert.equal((await server.call(range, ab, root)).count, 0);
  });

  it("that waits for a lock ends with its permission, and holds up nobody", async () => {
    const kit = await authKit();
    const server = kit.server();
    const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
    const name = bytesOf("a/lock");
    const { key } = await server.call(lockService.methods.lock, { name }, root);
    const waiting = failureOf(server.begin(lockService.methods.lock, { name }, rita).response);
    await kit.time.advance(100);
    const next = server.begin(lockService.methods.lock, { name }, root);
    await kit.time.advance(100);
    await revoke(server, root);
    assert.equal(await kit.time.run(waiting), "7 etcdserver: permission denied");
    await server.call(lockService.methods.unlock, { key }, root);
    await kit.time.run(next.response);
  });

  it("that waits for a lock survives changes that do not concern it", async () => {
    const kit = await authKit();
    const server = kit.server();
    const [root, rita] = [await loginAs(server, "root"), await loginAs(server, "rita")];
    const name = bytesOf("a/lock");
    const { key } = await server.call(lockService.methods.lock, { name }, root);
    const waiting = server.begin(lockService.methods.lock, { name }, rita);
    await kit.time.advance(100);
    for (const role of ["r1", "r2"]) await server.call(auth.roleAdd, { name: role }, root);
    await server.call(lockService.methods.unlock, { key }, root);
    await kit.time.run(waiting.response);
  });
});
