/** Permissions where commands are applied: what counts is the state of users and roles at the entry (reference §6). */

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemPrincipal } from "../src/auth/auth-api.ts";
import {
  AlarmAction,
  AlarmType,
  type Command,
  compare,
  deleteRangeRequest,
  type Operation,
  putRequest,
  rangeRequest,
  txnRequest,
} from "../src/request.ts";
import { AuthDriver, user } from "./auth-driver.ts";
import { b } from "./bytes-of.ts";

const root = user("root");
const denied = { code: "permission-denied" };

/** `u` may write [a, c), read [c, e), and both with [m, n). */
function example(): AuthDriver {
  const driver = AuthDriver.enabled();
  driver.addUserWith("u", [
    [1, "a", "c"],
    [0, "c", "d"],
    [0, "d", "e"],
    [2, "m", "n"],
  ]);
  return driver;
}

const put = (key: string, more: { lease?: bigint; prevKv?: boolean } = {}): Command =>
  putRequest({ key: b(key), ...more });
const get = (key: string, rangeEnd = ""): Operation => rangeRequest({ key: b(key), rangeEnd: b(rangeEnd) });
const del = (key: string, rangeEnd = "", prevKv = false): Command =>
  deleteRangeRequest({ key: b(key), rangeEnd: b(rangeEnd), prevKv });

/** Kind of the answer, or its code. */
function answerOf(driver: AuthDriver, command: Command, principal = user("u")): unknown {
  const answer = driver.apply(command, principal);
  return answer["code"] ?? answer["kind"];
}

test("a permission that is taken away between proposal and apply is gone", () => {
  const driver = example();
  const who = user("u", driver.store.auth.revision);
  assert.equal(driver.store.auth.authorize(who, put("a")), null);
  assert.equal(answerOf(driver, put("a"), who), "put");
  driver.change({ kind: "auth-role-revoke-permission", name: "u", key: b("a"), rangeEnd: b("c") }, root);
  const before = [driver.store.revision, driver.store.applyDigest];
  // With the word of before, and with a new one.
  assert.equal(answerOf(driver, put("a"), who), "auth-revision-old");
  assert.equal(answerOf(driver, put("a")), "permission-denied");
  assert.deepEqual([driver.store.revision, driver.store.applyDigest], before);
});

test("a permission that is granted holds from the next entry on, and not before", () => {
  const driver = example();
  assert.equal(answerOf(driver, put("x")), "permission-denied");
  const permission = { type: 1, key: b("x"), rangeEnd: b("") };
  driver.change({ kind: "auth-role-grant-permission", name: "u", permission }, root);
  assert.equal(answerOf(driver, put("x")), "put");
});

test("the word of a user counts as of its revision; who is unknown by now is denied", () => {
  const driver = example();
  const { revision } = driver.store.auth;
  assert.equal(answerOf(driver, put("a"), user("u", revision - 1)), "auth-revision-old");
  assert.equal(answerOf(driver, put("a"), user("root", revision - 1)), "auth-revision-old");
  assert.equal(answerOf(driver, put("a"), user("", revision)), "user-empty");
  assert.equal(answerOf(driver, put("a"), user("nobody", revision)), "permission-denied");
  driver.change({ kind: "auth-user-delete", name: "u" }, root);
  driver.addUser("u", root);
  assert.equal(answerOf(driver, put("a"), user("u", revision)), "auth-revision-old");
  assert.equal(answerOf(driver, put("a")), "permission-denied");
});

test("puts and deletions: WRITE, and READ for what was there", () => {
  const driver = example();
  const expected: [Command, string][] = [
    [put("a"), "put"],
    [put("a", { prevKv: true }), "permission-denied"],
    [put("c"), "permission-denied"],
    [put("m", { prevKv: true }), "put"],
    [del("a", "c"), "delete-range"],
    [del("a", "d"), "permission-denied"],
    [del("a", "b", true), "permission-denied"],
    [del("m", "n", true), "delete-range"],
    [del("m", "\0"), "permission-denied"],
    [del("\0", "\0"), "permission-denied"],
  ];
  for (const [command, answer] of expected) assert.equal(answerOf(driver, command), answer);
});

test("reads: READ for every key of the range, through all the permissions that make it up", () => {
  const driver = example();
  const allowed = (key: string, rangeEnd: string): boolean =>
    driver.store.auth.authorize(user("u"), rangeRequest({ key: b(key), rangeEnd: b(rangeEnd) })) === null;
  assert.equal(allowed("c", "e"), true);
  assert.equal(allowed("c", "e\0"), false);
  assert.equal(allowed("b", "d"), false);
  assert.equal(allowed("a", ""), false);
  assert.equal(allowed("m", "n"), true);
  assert.equal(allowed("m", "\0"), false);
});

test("transactions: every condition and every operation, of both branches and nested, prev_kv and leases too", () => {
  const driver = example();
  driver.apply({ kind: "lease-grant", id: 7n, ttlSeconds: 9 }, root);
  driver.apply(put("x", { lease: 7n }), root);
  const ok = [put("a"), get("c"), del("b")] as Operation[];
  assert.equal(answerOf(driver, txnRequest({ compare: [compare({ key: b("c") })], success: ok })), "txn");
  const bad: Operation[] = [
    get("a"),
    get("c", "f"),
    put("c") as Operation,
    put("a", { prevKv: true }) as Operation,
    put("a", { lease: 7n }) as Operation,
    del("c") as Operation,
    del("a", "b", true) as Operation,
    txnRequest({ success: [get("x")] }),
    txnRequest({ failure: [txnRequest({ failure: [put("x") as Operation] })] }),
    txnRequest({ compare: [compare({ key: b("x") })] }),
  ];
  for (const operation of bad) {
    assert.equal(answerOf(driver, txnRequest({ success: [operation] })), "permission-denied");
    assert.equal(answerOf(driver, txnRequest({ failure: [operation] })), "permission-denied");
    assert.equal(answerOf(driver, txnRequest({ success: [operation] }), root), "txn");
  }
  for (const condition of [compare({ key: b("x") }), compare({ key: b("c"), rangeEnd: b("f") })])
    assert.equal(answerOf(driver, txnRequest({ compare: [condition] })), "permission-denied");
  assert.equal(answerOf(driver, txnRequest({})), "txn");
});

test("leases: WRITE on all attached keys to attach one more or to revoke", () => {
  const driver = example();
  assert.equal(answerOf(driver, { kind: "lease-grant", id: 7n, ttlSeconds: 9 }), "lease-grant");
  for (const key of ["a", "b", "m"]) assert.equal(answerOf(driver, put(key, { lease: 7n })), "put");
  driver.apply(put("z", { lease: 8n }), root);
  assert.equal(answerOf(driver, put("a", { lease: 8n })), "lease-not-found");
  for (const beyond of ["A", "c", "l", "n", "z"]) {
    driver.apply(put(beyond, { lease: 7n }), root);
    assert.equal(answerOf(driver, put("a", { lease: 7n })), "permission-denied", beyond);
    assert.equal(answerOf(driver, { kind: "lease-revoke", id: 7n }), "permission-denied", beyond);
    assert.equal(driver.store.auth.authorizeLease(user("u"), 7n, "write"), "permission-denied");
    assert.equal(
      driver.store.auth.authorizeKeys(user("u"), [b("a"), b(beyond)], "write"),
      "permission-denied",
    );
    driver.apply(del(beyond), root);
  }
  assert.equal(driver.store.auth.authorizeKeys(user("u"), [b("a"), b("m")], "write"), null);
  assert.equal(answerOf(driver, { kind: "lease-revoke", id: 7n }), "lease-revoke");
  assert.equal(answerOf(driver, { kind: "lease-revoke", id: 7n }), "lease-not-found");
});

test("anonymous clients, users, root and the cluster itself: who may do what else", () => {
  const alarm = { kind: "alarm", memberId: 1n, alarm: AlarmType.none } as const;
  const table: [Command, string | null, string | null, string | null][] = [
    [put("a"), "user-empty", null, null],
    [txnRequest({}), "user-empty", null, null],
    [{ kind: "lease-grant", id: 1n, ttlSeconds: 9 }, "user-empty", null, null],
    [{ kind: "lease-revoke", id: 1n }, "user-empty", null, null],
    [{ kind: "compaction", revision: 1 }, "user-empty", "permission-denied", null],
    [{ ...alarm, action: AlarmAction.get }, null, null, null],
    [{ ...alarm, action: AlarmAction.activate }, "user-empty", "permission-denied", null],
    [{ ...alarm, action: AlarmAction.deactivate }, "user-empty", "permission-denied", null],
    [{ kind: "auth-enable" }, "user-empty", "permission-denied", null],
    [{ kind: "auth-disable" }, "user-empty", "permission-denied", null],
    // Names are looked at only after the permission to change anything.
    [{ kind: "auth-role-add", name: "" }, "user-empty", "permission-denied", null],
    [{ kind: "auth-user-delete", name: "root" }, "user-empty", "permission-denied", null],
    [
      { kind: "auth-user-change-password", name: "u", passwordHash: b("h") },
      "user-empty",
      "permission-denied",
      null,
    ],
    [{ kind: "auth-authenticate", name: "u", authRevision: 1, tokenDigest: b("") }, null, null, null],
  ];
  const { auth } = example().store;
  for (const [command, anonymous, plainUser, admin] of table) {
    assert.equal(auth.authorize(null, command), anonymous, `anonymous ${command.kind}`);
    assert.equal(auth.authorize(user("u"), command), plainUser, `user ${command.kind}`);
    assert.equal(auth.authorize(root, command), admin, `root ${command.kind}`);
    assert.equal(auth.authorize(systemPrincipal, command), null, `system ${command.kind}`);
  }
  const checkpoint: Command = { kind: "lease-checkpoint", checkpoints: [] };
  assert.equal(auth.authorize(root, checkpoint), "permission-denied");
  assert.equal(auth.authorize(null, checkpoint), null);
});

test("while it is off everything is allowed, whoever says what", () => {
  const driver = example();
  driver.change({ kind: "auth-disable" }, root);
  for (const principal of [null, user("nobody", 1), user("u", 1), systemPrincipal]) {
    assert.equal(driver.store.auth.authorize(principal, put("x")), null);
    assert.equal(driver.apply(put("x"), principal)["kind"], "put");
  }
  assert.equal(driver.store.auth.permits("nobody", b("x"), b(""), "read"), true);
});

test("what is open is asked again without a revision: permits", () => {
  const driver = example();
  const { auth } = driver.store;
  const mayRead = (): boolean => auth.permits("u", b("c"), b("e"), "read");
  assert.equal(mayRead(), true);
  driver.addUser("other", root);
  assert.equal(mayRead(), true);
  driver.change({ kind: "auth-role-revoke-permission", name: "u", key: b("d"), rangeEnd: b("e") }, root);
  assert.equal(mayRead(), false);
  assert.equal(auth.permits("u", b("c"), b("d"), "read"), true);
  driver.change({ kind: "auth-user-revoke-role", name: "u", role: "u" }, root);
  assert.equal(auth.permits("u", b("c"), b("d"), "read"), false);
  assert.equal(auth.permits("root", b("\0"), b("\0"), "write"), true);
  assert.equal(auth.permits("gone", b("c"), b(""), "read"), false);
  assert.equal(auth.permits("", b("c"), b(""), "read"), false);
});

test("an alarm that is on comes first, and does not hinder changes of users", () => {
  const driver = example();
  const raise = { kind: "alarm", action: AlarmAction.activate, memberId: 1n } as const;
  driver.apply({ ...raise, alarm: AlarmType.corrupt }, systemPrincipal);
  assert.deepEqual(driver.apply(put("x"), user("u")), { code: "corrupt" });
  driver.addUser("v", root);
  assert.deepEqual(driver.apply({ kind: "auth-user-delete", name: "v" }, user("u")), denied);
});
