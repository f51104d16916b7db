/**
 * The npm package etcd3: users, roles and permissions, and a client that logs in.
 */

import assert from "node:assert/strict";
import {
  type Etcd3,
  EtcdAuthenticationFailedError,
  EtcdPermissionDeniedError,
  EtcdRoleExistsError,
  EtcdRoleNotFoundError,
  EtcdRoleNotGrantedError,
  EtcdUserExistsError,
  EtcdUserNotFoundError,
  type IOptions,
  Range,
} from "etcd3";
import { Seen, type TlsNode, withNodes } from "./npm-etcd3-node.ts";

withNodes("users and roles", {
  "are made, listed, given to each other and deleted": usersAndRoles,
  "have permissions on keys and ranges": permissions,
  "say who may do what, once authentication is on": enabled,
});

async function usersAndRoles(node: TlsNode): Promise<void> {
  const client = node.connect();
  const [user, role] = [client.user("connor"), client.role("rol")];
  await role.create();
  await user.create("password");
  await assert.rejects(role.create(), EtcdRoleExistsError);
  await assert.rejects(user.create("password"), EtcdUserExistsError);
  assert.deepEqual(await namesOf(client.getUsers()), ["connor"]);
  assert.deepEqual(await namesOf(client.getRoles()), ["rol"]);
  assert.deepEqual(await namesOf(user.roles()), []);
  await user.addRole(role);
  assert.deepEqual(await namesOf(user.roles()), ["rol"]);
  await user.removeRole("rol");
  await assert.rejects(user.removeRole(role), EtcdRoleNotGrantedError);
  await assert.rejects(user.addRole("none"), EtcdRoleNotFoundError);
  await assert.rejects(client.role("none").addUser(user), EtcdRoleNotFoundError);
  await assert.rejects(client.user("none").addRole(role), EtcdUserNotFoundError);
  await assert.rejects(client.user("none").setPassword("x"), EtcdUserNotFoundError);
  await role.addUser(user);
  await role.delete();
  assert.deepEqual(await namesOf(user.roles()), []);
  await user.delete();
  await assert.rejects(user.delete(), EtcdUserNotFoundError);
}

async function permissions(node: TlsNode): Promise<void> {
  const role = node.connect().role("keys");
  await role.create();
  const range = new Range("a", "c");
  await role.grant([
    { permission: "Read", range },
    { permission: "Write", key: "one" },
    { permission: "Readwrite", range: Range.prefix("p/") },
  ]);
  const granted = await role.permissions();
  const texts = granted.map(({ permission, range: { start, end } }) => {
    return `${permission} ${start.toString()} ${end.toString()}`;
  });
  assert.deepEqual(texts.toSorted(), ["Read a c", "Readwrite p/ p0", "Write one "]);
  await role.revoke({ permission: "Read", range });
  assert.equal((await role.permissions()).length, 2);
  await role.delete();
}

async function enabled(node: TlsNode): Promise<void> {
  const open = node.connect();
  await open.user("root").create("pw");
  await open.role("root").create();
  await open.user("root").addRole("root");
  await open.role("app").create();
  await open.role("app").grant({ permission: "Readwrite", range: Range.prefix("app/") });
  await open.user("app").create("app pw");
  await open.user("app").addRole("app");
  await open.auth.authEnable();
  const root = login(node, "root", "pw");
  try {
    const app = login(node, "app", "app pw");
    await app.put("app/1").value("x");
    assert.equal(await app.get("app/1").string(), "x");
    await assert.rejects(app.get("other").string(), EtcdPermissionDeniedError);
    await assert.rejects(app.put("other").value("x").exec(), EtcdPermissionDeniedError);
    await assert.rejects(app.getUsers(), EtcdPermissionDeniedError);
    await assert.rejects(app.if("other", "Create", "==", 0).then(app.put("app/2").value("y")).commit());
    assert.deepEqual(await app.getAll().prefix("app/").strings(), { "app/1": "x" });
    await assert.rejects(open.get("app/1").string(), /user name is empty/);
    await assert.rejects(login(node, "app", "wrong").get("app/1").string(), EtcdAuthenticationFailedError);
    await assert.rejects(login(node, "none", "pw").get("app/1").string(), EtcdAuthenticationFailedError);

    const seen = await Seen.of(app.watch().prefix("app/"));
    await root.put("app/2").value("y");
    assert.deepEqual(await seen.until(1), ["put app/2=y"]);
    await seen.watcher.cancel();
    const lease = app.lease(60);
    await lease.put("app/leased").value("z");
    assert.equal(await app.get("app/leased").string(), "z");
    await lease.revoke();

    // Whoever has a token logs in again by itself when it is void.
    await root.user("app").setPassword("app pw");
    assert.equal(await app.get("app/1").string(), "x");
    await node.kill();
    await node.restart();
    assert.equal(await app.get("app/1").string(), "x");
  } finally {
    await root.auth.authDisable();
  }
  assert.equal(await open.get("app/1").string(), "x");
}

function login(node: TlsNode, username: string, password: string): Etcd3 {
  const options: Partial<IOptions> = { auth: { username, password } };
  return node.connect(options);
}

async function namesOf(listed: Promise<readonly { readonly name: string }[]>): Promise<readonly string[]> {
  return (await listed).map(({ name }) => name);
}
