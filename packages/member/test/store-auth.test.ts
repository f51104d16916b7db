/** Users and permissions through store members: who asks, what reads may see, what the cluster does for itself. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AlarmType,
  type AuthCommand,
  type Command,
  type Outcome,
  type Principal,
  putRequest,
  rangeRequest,
  txnRequest,
} from "@quorate/store";
import type { AuthListener, StoreMember } from "../src/store-member/assemble-store-member.ts";
import { bytesOf, responseOf, StoreCluster, type StoreClusterOptions } from "./virtual-store.ts";

const root: Principal = { kind: "user", name: "root", authRevision: Number.MAX_SAFE_INTEGER };
const plainUser: Principal = { ...root, name: "u" };
const hash = bytesOf("hash");

function run(all: StoreCluster, at: StoreMember, command: Command, principal?: Principal): Promise<Outcome> {
  return all.run(at.execute(command, principal === undefined ? {} : { principal }));
}

async function change(all: StoreCluster, at: StoreMember, commands: readonly AuthCommand[]): Promise<void> {
  for (const command of commands) responseOf(await run(all, at, command, root));
}

function grant(key: string, rangeEnd: string): AuthCommand {
  const permission = { type: 2, key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) };
  return { kind: "auth-role-grant-permission", name: "r", permission };
}

/** A cluster with authentication on, and a user that may read and write [a, b). */
async function secured(options: StoreClusterOptions = {}): Promise<StoreCluster> {
  const all = await StoreCluster.started(options);
  await change(all, await all.leader(), [
    { kind: "auth-user-add", name: "root", passwordHash: hash, noPassword: false },
    { kind: "auth-user-grant-role", name: "root", role: "root" },
    { kind: "auth-user-add", name: "u", passwordHash: hash, noPassword: false },
    { kind: "auth-role-add", name: "r" },
    grant("a", "b"),
    { kind: "auth-user-grant-role", name: "u", role: "r" },
    { kind: "auth-enable" },
  ]);
  return all;
}

const put = (key: string): Command => putRequest({ key: bytesOf(key) });
const keyRange = (key: string, rangeEnd = "") =>
  rangeRequest({ key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) });
const refusedAs = (code: string) => ({ ok: false, code });

test("who asks decides at every member, at once and alike", async () => {
  const all = await secured();
  for (const host of all.cluster.hosts.values()) {
    const at = all.on(host);
    assert.deepEqual(await run(all, at, put("a")), refusedAs("user-empty"));
    assert.deepEqual(await run(all, at, put("x"), plainUser), refusedAs("permission-denied"));
    responseOf(await run(all, at, put("a"), plainUser));
    responseOf(await run(all, at, put("x"), root));
  }
  await all.cluster.advance(100);
  const states = [...all.cluster.hosts.values()].map((host) => {
    const { auth, applyDigest } = all.on(host).store;
    return [auth.digest(), auth.revision, applyDigest];
  });
  assert.deepEqual(states, [states[0], states[0], states[0]]);
});

test("the word of a user is as old as the revision that it was taken at", async () => {
  const all = await secured();
  const at = all.follower();
  await all.run(at.confirm());
  const principal = { ...plainUser, authRevision: at.auth.view.revision };
  responseOf(await run(all, at, put("a"), principal));
  await change(all, await all.leader(), [{ kind: "auth-role-add", name: "other" }]);
  assert.deepEqual(await run(all, at, put("a"), principal), refusedAs("auth-revision-old"));
  const read = at.range(keyRange("a"), "linearizable", { principal });
  assert.deepEqual(await all.run(read), refusedAs("auth-revision-old"));
  responseOf(await run(all, at, put("a"), { ...principal, authRevision: at.auth.view.revision }));
});

test("reads are checked with the permissions of the state that they see", async () => {
  const all = await secured();
  const at = all.follower();
  const txn = txnRequest({ success: [keyRange("a")] });
  const codes = async (principal: Principal | null): Promise<unknown[]> => {
    const results = [
      await all.run(at.range(keyRange("a"), "linearizable", { principal })),
      await all.run(at.range(keyRange("a", "c"), "serializable", { principal })),
      await all.run(at.readTxn(txn, "linearizable", { principal })),
    ];
    return results.map((result) => (result.ok ? "ok" : result.code));
  };
  assert.deepEqual(await codes(null), ["user-empty", "user-empty", "user-empty"]);
  assert.deepEqual(await codes(plainUser), ["ok", "permission-denied", "ok"]);
  assert.deepEqual(await codes(root), ["ok", "ok", "ok"]);
  // Revoked at another member and acknowledged: no linearizable read that begins now may pass.
  const revoke: AuthCommand = { kind: "auth-user-revoke-role", name: "u", role: "r" };
  await change(all, await all.leader(), [revoke]);
  assert.deepEqual((await codes(plainUser)).slice(0, 1), ["permission-denied"]);
});

test("a range in many turns is not handed out when the permission goes on the way", async () => {
  const all = await secured({ names: ["a"], store: { rangePageRows: 4 } });
  const at = all.on(all.cluster.host("a"));
  for (let name = 0; name < 20; name++) responseOf(await run(all, at, put(`a${name}`), plainUser));
  const whole = await all.run(at.range(keyRange("a", "b"), "linearizable", { principal: plainUser }));
  assert.ok(whole.ok && whole.response.kvs.length === 20);
  // Each check looks at who asks: the second time is that of the first page, which the revocation follows at once.
  let looks = 0;
  const { store } = at;
  const options = {
    get principal(): Principal {
      looks++;
      if (looks === 2) queueMicrotask(revokeNow);
      return plainUser;
    },
  };
  const reading = at.range(keyRange("a", "b"), "serializable", options);
  function revokeNow(): void {
    const command: AuthCommand = { kind: "auth-user-revoke-role", name: "u", role: "r" };
    const { appliedIndex, appliedTerm } = store;
    store.apply([{ index: appliedIndex + 1, term: appliedTerm, command, principal: root }]);
  }
  assert.deepEqual(await all.run(reading), refusedAs("permission-denied"));
  assert.equal(looks, 3);
  assert.equal(at.auth.view.permits("u", bytesOf("a"), bytesOf("b"), "read"), false);
});

test("leases expire while permissions are checked: the cluster asks for that itself", async () => {
  const all = await secured();
  const at = all.follower();
  const grantLease = at.grantLease(7n, 5, { principal: plainUser });
  responseOf(await all.run(grantLease));
  const attach = putRequest({ key: bytesOf("a"), lease: 7n });
  responseOf(await run(all, at, attach, plainUser));
  assert.deepEqual(await all.run(at.grantLease(8n, 5)), refusedAs("user-empty"));
  await all.cluster.advance(10_000);
  assert.notEqual(all.removedAtMs(7n), null);
  const read = await all.run(at.range(keyRange("a"), "linearizable", { principal: root }));
  assert.ok(read.ok && read.response.count === 0);
});

test("a full member raises its alarm while permissions are checked, but for nobody who may not write", async () => {
  const all = await secured({ store: { quotaBytes: 16_384 } });
  const at = all.follower();
  await all.cluster.advance(100);
  const big = putRequest({ key: bytesOf("a"), value: new Uint8Array(32_768) });
  const bigElsewhere = { ...big, key: bytesOf("x") };
  assert.deepEqual(await run(all, at, bigElsewhere, plainUser), refusedAs("no-space"));
  assert.deepEqual(await run(all, at, big), refusedAs("no-space"));
  await all.cluster.advance(100);
  assert.deepEqual(at.status().alarms, []);
  assert.deepEqual(await run(all, at, big, plainUser), refusedAs("no-space"));
  await all.cluster.advance(100);
  assert.deepEqual(at.status().alarms, [{ memberId: BigInt(at.member.id), alarm: AlarmType.noSpace }]);
});

test("automatic compaction goes on while permissions are checked; by hand it is root's", async () => {
  const all = await secured({ names: ["a"], store: { autoCompaction: { mode: "revision", retention: 10 } } });
  const at = await all.leader();
  for (let count = 0; count < 30; count++) responseOf(await run(all, at, put("a"), plainUser));
  assert.deepEqual(await all.run(at.compact(5, false)), refusedAs("user-empty"));
  assert.deepEqual(
    await all.run(at.compact(5, false, { principal: plainUser })),
    refusedAs("permission-denied"),
  );
  responseOf(await all.run(at.compact(5, false, { principal: root })));
  await all.cluster.advance(6 * 60_000);
  assert.equal(at.status().compactRevision, at.store.revision - 10);
});

test("queries: root sees all, a user itself and its roles; what was acknowledged is seen everywhere", async () => {
  const all = await secured();
  const at = all.follower();
  await change(all, await all.leader(), [{ kind: "auth-role-add", name: "new" }]);
  const { revision } = at.store;
  const named = (names: string[]) => ({ ok: true, response: { revision, names } });
  const permissions = [{ type: 2, key: bytesOf("a"), rangeEnd: bytesOf("b") }];
  const role = { ok: true, response: { revision, role: { name: "r", permissions } } };
  const itself = { name: "u", noPassword: false, roles: ["r"] };
  const asked = async (principal: Principal | null): Promise<unknown[]> => [
    await all.run(at.auth.roles({ principal })),
    await all.run(at.auth.users({ principal })),
    await all.run(at.auth.user("u", { principal })),
    await all.run(at.auth.user("nobody", { principal })),
    await all.run(at.auth.role("r", { principal })),
    await all.run(at.auth.role("nosuch", { principal })),
  ];
  const user = { ok: true, response: { revision, user: itself } };
  const denied = refusedAs("permission-denied");
  assert.deepEqual(await asked(root), [
    named(["new", "r"]),
    named(["root", "u"]),
    user,
    refusedAs("user-not-found"),
    role,
    refusedAs("role-not-found"),
  ]);
  assert.deepEqual(await asked(plainUser), [denied, denied, user, denied, role, denied]);
  assert.deepEqual(
    await asked(null),
    Array.from({ length: 6 }, () => refusedAs("user-empty")),
  );
  const status = await all.run(at.auth.status());
  assert.deepEqual(status, { revision, enabled: true, authRevision: at.auth.view.revision });
});

test("every member tells of changes and of tokens, in order, until nobody listens", async () => {
  const all = await secured();
  await all.cluster.advance(100);
  const told = new Map<string, Parameters<AuthListener>[0][]>();
  const ends = [...all.cluster.hosts.values()].map((host) => {
    const heard: Parameters<AuthListener>[0][] = [];
    told.set(host.name, heard);
    return all.on(host).auth.subscribe((event) => heard.push(event));
  });
  const at = all.follower();
  const before = at.auth.view.revision;
  const login: Command = {
    kind: "auth-authenticate",
    name: "u",
    authRevision: before,
    tokenDigest: bytesOf("digest"),
  };
  const answer = responseOf(await run(all, at, login));
  assert.ok(answer.kind === "auth-token");
  const { index } = answer;
  await change(all, at, [{ kind: "auth-user-change-password", name: "u", passwordHash: hash }]);
  assert.deepEqual(await run(all, at, login), refusedAs("auth-revision-old"));
  await all.cluster.advance(100);
  for (const end of ends) end();
  await change(all, at, [{ kind: "auth-disable" }]);
  await all.cluster.advance(100);
  const { name, authRevision, tokenDigest } = login;
  for (const heard of told.values()) {
    assert.deepEqual(heard, [
      { kind: "auth-token", index, name, authRevision, tokenDigest },
      { kind: "auth-changed", enabled: true, authRevision: before + 1, endedUsers: ["u"] },
    ]);
  }
});

test("a member that gets a snapshot has its users, and says so", async () => {
  const shortLog = { snapshotEntries: 20, catchUpEntries: 5, catchUpBytes: 200, laggardBytesMax: 400 };
  const all = await secured({ settings: { limits: shortLog } });
  await all.cluster.advance(100);
  const [host] = all.cluster.followers();
  assert.ok(host);
  const at = all.on(host);
  let isRestored = false;
  at.auth.subscribe((event) => {
    isRestored ||= event.kind === "restored";
  });
  all.cluster.cutOff(host);
  const leader = await all.leader(host);
  const revoke: AuthCommand = { kind: "auth-user-revoke-role", name: "u", role: "r" };
  await change(all, leader, [revoke]);
  for (let count = 0; count < 60; count++) responseOf(await run(all, leader, put("a"), root));
  assert.equal(at.auth.view.permits("u", bytesOf("a"), bytesOf(""), "read"), true);
  await all.cluster.advance(2000);
  all.cluster.heal();
  await all.cluster.advance(3000);
  assert.equal(isRestored, true);
  assert.equal(at.auth.view.permits("u", bytesOf("a"), bytesOf(""), "read"), false);
  assert.equal(at.store.auth.digest(), leader.store.auth.digest());
});

test("while there never was a user, the log is one that members without authentication can read", async () => {
  const all = await StoreCluster.started();
  const at = await all.leader();
  const formats = (): (number | undefined)[] =>
    [root, null].map((principal) => at.auth.encode(put("a"), principal)[0]);
  assert.deepEqual(formats(), [1, 1]);
  await change(all, at, [{ kind: "auth-role-add", name: "r" }]);
  assert.deepEqual(formats(), [2, 1]);
});
