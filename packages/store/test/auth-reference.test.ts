/** Users and roles as the reference (§6) and etcd 3.4 on loopback answer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthCommand, Principal } from "../src/auth/auth-api.ts";
import { systemPrincipal } from "../src/auth/auth-api.ts";
import type { StoreEvent } from "../src/store-event.ts";
import { AuthDriver, user } from "./auth-driver.ts";
import { b, text } from "./bytes-of.ts";

const root = user("root");

test("a new store has no users, and revision 1; what changes raises it, what does not leaves it", () => {
  const driver = new AuthDriver();
  const { auth } = driver.store;
  assert.deepEqual(auth.status(), { enabled: false, authRevision: 1 });
  driver.addUser("root");
  driver.change({ kind: "auth-user-grant-role", name: "root", role: "root" });
  assert.equal(auth.revision, 3);
  // Granted already, and on already: nothing to do.
  driver.change({ kind: "auth-user-grant-role", name: "root", role: "root" });
  driver.change({ kind: "auth-enable" });
  driver.change({ kind: "auth-enable" }, root);
  assert.deepEqual(auth.status(), { enabled: true, authRevision: 3 });
  driver.change({ kind: "auth-role-add", name: "r" }, root);
  const permission = { type: 0, key: b("a"), rangeEnd: b("") };
  driver.change({ kind: "auth-role-grant-permission", name: "r", permission }, root);
  assert.equal(auth.revision, 5);
  // A permission that is there is granted again: etcd counts it.
  driver.change({ kind: "auth-role-grant-permission", name: "r", permission }, root);
  assert.equal(auth.revision, 6);
  driver.change({ kind: "auth-disable" }, root);
  driver.change({ kind: "auth-disable" });
  assert.deepEqual(auth.status(), { enabled: false, authRevision: 7 });
});

test("what etcd refuses, with its reasons, in its order", () => {
  const driver = new AuthDriver();
  const refusals: [AuthCommand, string][] = [
    [{ kind: "auth-enable" }, "root-user-missing"],
    [{ kind: "auth-user-add", name: "", passwordHash: b("h"), noPassword: false }, "user-empty"],
    [{ kind: "auth-user-add", name: "u", passwordHash: b("h"), noPassword: false }, "user-exists"],
    [{ kind: "auth-user-delete", name: "x" }, "user-not-found"],
    [{ kind: "auth-user-change-password", name: "x", passwordHash: b("h") }, "user-not-found"],
    [{ kind: "auth-user-grant-role", name: "x", role: "x" }, "user-not-found"],
    [{ kind: "auth-user-grant-role", name: "u", role: "x" }, "role-not-found"],
    [{ kind: "auth-user-revoke-role", name: "x", role: "r" }, "user-not-found"],
    [{ kind: "auth-user-revoke-role", name: "u", role: "r" }, "role-not-granted"],
    [{ kind: "auth-role-add", name: "" }, "role-empty"],
    [{ kind: "auth-role-add", name: "r" }, "role-exists"],
    [{ kind: "auth-role-delete", name: "x" }, "role-not-found"],
    [{ kind: "auth-role-grant-permission", name: "x", permission: null }, "permission-not-given"],
    [grant("x", "b", "a"), "invalid-auth-management"],
    [grant("x", "", ""), "invalid-auth-management"],
    [grant("x", "", "\0"), "invalid-auth-management"],
    [grant("x", "a", ""), "role-not-found"],
    [grant("r", "a", "", 7), "bad-command"],
    [{ kind: "auth-role-revoke-permission", name: "x", key: b("a"), rangeEnd: b("") }, "role-not-found"],
    [
      { kind: "auth-role-revoke-permission", name: "r", key: b("a"), rangeEnd: b("b") },
      "permission-not-granted",
    ],
    [{ kind: "auth-user-add", name: "v", passwordHash: b(""), noPassword: false }, "bad-command"],
    [{ kind: "auth-user-add", name: "v", passwordHash: b("h"), noPassword: true }, "bad-command"],
    [{ kind: "auth-user-change-password", name: "u", passwordHash: b("") }, "bad-command"],
    [{ kind: "auth-authenticate", name: "u", authRevision: 3, tokenDigest: b("") }, "auth-not-enabled"],
  ];
  driver.addUser("u");
  driver.change({ kind: "auth-role-add", name: "r" });
  driver.change(grant("r", "a", ""));
  const digests = [driver.store.auth.digest(), driver.store.applyDigest];
  for (const [command, code] of refusals)
    assert.deepEqual(driver.apply(command, null), { code }, command.kind);
  assert.deepEqual([driver.store.auth.digest(), driver.store.applyDigest], digests);
  driver.addUser("root");
  assert.deepEqual(driver.apply({ kind: "auth-enable" }), { code: "root-role-missing" });
});

test("while it is on nobody takes root its powers; while it is off everybody may", () => {
  const attempts: AuthCommand[] = [
    { kind: "auth-user-delete", name: "root" },
    { kind: "auth-user-revoke-role", name: "root", role: "root" },
    { kind: "auth-role-delete", name: "root" },
  ];
  for (const attempt of attempts) {
    const driver = AuthDriver.enabled();
    // The check comes first, whether or not there is such a role.
    assert.deepEqual(driver.apply(attempt, root), { code: "invalid-auth-management" });
    assert.deepEqual(driver.apply(attempt, systemPrincipal), { code: "invalid-auth-management" });
    driver.change({ kind: "auth-role-add", name: "root" }, root);
    assert.deepEqual(driver.apply(attempt, root), { code: "invalid-auth-management" });
    driver.change({ kind: "auth-disable" }, root);
    driver.change(attempt);
  }
});

test("lists are in the order of bytes, names are any UTF-8, and a deleted role is taken from everybody", () => {
  const driver = new AuthDriver();
  // The last two sort the other way round as JavaScript's strings; a mark at the beginning belongs to the name.
  const names = ["\ufeffb", "a", "\u{10000}", "\uffff", "Z", "ab"];
  for (const name of names) {
    driver.addUser(name);
    driver.change({ kind: "auth-role-add", name });
  }
  const sorted = ["Z", "a", "ab", "\ufeffb", "\uffff", "\u{10000}"];
  const { auth } = driver.store;
  assert.deepEqual([auth.users(), auth.roles()], [sorted, sorted]);
  for (const role of names) driver.change({ kind: "auth-user-grant-role", name: "a", role });
  assert.deepEqual(auth.user("a")?.roles, sorted);
  driver.change({ kind: "auth-role-delete", name: "ab" });
  assert.deepEqual(
    auth.user("a")?.roles,
    sorted.filter((name) => name !== "ab"),
  );
  const again = new AuthDriver({ backend: driver.flushed() });
  assert.deepEqual(again.store.auth.users(), sorted);
  assert.equal(again.store.auth.digest(), auth.digest());
});

test("a role has one permission per key and range end, by key and range end; granting again replaces", () => {
  const driver = new AuthDriver();
  driver.change({ kind: "auth-role-add", name: "r" });
  for (const command of [
    grant("r", "b", "c"),
    grant("r", "a", "c"),
    grant("r", "a", ""),
    grant("r", "a", "c", 1),
  ])
    driver.change(command);
  const permissions = (): unknown =>
    driver.store.auth
      .role("r")
      ?.permissions.map(({ type, key, rangeEnd }) => [type, text(key), text(rangeEnd)]);
  assert.deepEqual(permissions(), [
    [0, "a", ""],
    [1, "a", "c"],
    [0, "b", "c"],
  ]);
  driver.change({ kind: "auth-role-revoke-permission", name: "r", key: b("a"), rangeEnd: b("c") });
  assert.deepEqual(permissions(), [
    [0, "a", ""],
    [0, "b", "c"],
  ]);
});

test("a user without a password keeps none, and cannot log in", () => {
  const [driver, other] = ["new", "another"].map((password) => {
    const each = AuthDriver.enabled();
    each.change({ kind: "auth-user-add", name: "cn", passwordHash: b(""), noPassword: true }, root);
    each.change({ kind: "auth-user-change-password", name: "cn", passwordHash: b(password) }, root);
    return each;
  });
  assert.ok(driver !== undefined && other !== undefined);
  const { auth } = driver.store;
  assert.equal(auth.digest(), other.store.auth.digest());
  assert.deepEqual(auth.user("cn"), { name: "cn", noPassword: true, roles: [] });
  assert.equal(auth.passwordHash("cn"), null);
  assert.deepEqual(driver.login("cn"), { code: "auth-failed" });
  driver.change({ kind: "auth-user-change-password", name: "root", passwordHash: b("new") }, root);
  assert.equal(text(auth.passwordHash("root") as Uint8Array), "new");
});

test("a login holds if users and roles are what they were when the password was compared", () => {
  const events: StoreEvent[] = [];
  const driver = AuthDriver.enabled({ sink: (event) => events.push(event) });
  const { authRevision } = driver.store.auth.status();
  const command = {
    kind: "auth-authenticate",
    name: "root",
    authRevision,
    tokenDigest: b("digest"),
  } as const;
  const digest = driver.store.applyDigest;
  events.length = 0;
  const answer = driver.apply(command);
  const index = driver.store.appliedIndex;
  assert.deepEqual(answer, { kind: "auth-token", revision: 1, authRevision, index });
  assert.deepEqual(events, [
    { kind: "auth-token", index, name: "root", authRevision, tokenDigest: b("digest") },
  ]);
  // It changes nothing that members must agree on.
  assert.equal(driver.store.applyDigest, digest);
  assert.deepEqual(driver.login("nobody"), { code: "auth-failed" });
  driver.change({ kind: "auth-user-change-password", name: "root", passwordHash: b("other") }, root);
  assert.deepEqual(driver.apply(command), { code: "auth-revision-old" });
});

test("changes are told, with whose tokens end", () => {
  const events: StoreEvent[] = [];
  const driver = AuthDriver.enabled({ sink: (event) => events.push(event) });
  driver.addUser("u", root);
  const begin = driver.store.auth.revision;
  events.length = 0;
  driver.change({ kind: "auth-user-change-password", name: "u", passwordHash: b("x") }, root);
  driver.change({ kind: "auth-user-delete", name: "u" }, root);
  driver.change({ kind: "auth-enable" }, root);
  driver.change({ kind: "auth-disable" }, root);
  driver.apply({ kind: "auth-user-delete", name: "u" });
  driver.change({ kind: "auth-enable" });
  const told = (enabled: boolean, more: number, endedUsers: string[]): StoreEvent => ({
    kind: "auth-changed",
    enabled,
    authRevision: begin + more,
    endedUsers,
  });
  assert.deepEqual(events, [
    told(true, 1, ["u"]),
    told(true, 2, ["u"]),
    told(false, 3, []),
    told(true, 3, []),
  ]);
});

test("who may look at users and roles", () => {
  const driver = AuthDriver.enabled();
  driver.addUser("u", root);
  driver.change({ kind: "auth-role-add", name: "r" }, root);
  driver.change({ kind: "auth-user-grant-role", name: "u", role: "r" }, root);
  const { auth } = driver.store;
  const see = (principal: Principal | null): unknown[] => [
    auth.authorizeAdmin(principal),
    auth.authorizeUserGet(principal, "u"),
    auth.authorizeUserGet(principal, "root"),
    auth.authorizeRoleGet(principal, "r"),
    auth.authorizeRoleGet(principal, "nosuch"),
  ];
  const denied = "permission-denied";
  // The revision does not matter here, as in etcd.
  assert.deepEqual(see(user("root", 1)), [null, null, null, null, null]);
  assert.deepEqual(see(user("u", 1)), [denied, null, denied, null, denied]);
  assert.deepEqual(see(user("gone", 1)), [denied, denied, denied, denied, denied]);
  assert.deepEqual(
    see(null),
    Array.from({ length: 5 }, () => "user-empty"),
  );
  assert.deepEqual(see(systemPrincipal), [null, null, null, null, null]);
});

function grant(name: string, key: string, rangeEnd: string, type = 0): AuthCommand {
  return {
    kind: "auth-role-grant-permission",
    name,
    permission: { type, key: b(key), rangeEnd: b(rangeEnd) },
  };
}
