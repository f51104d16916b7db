/**
 * The client against Quorate's own server with authentication: it logs in, and stays logged in whatever happens to tokens.
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { type Client, connect, type Watch, type WatchEvent } from "@quorate/client";
import { ProcessCluster } from "./acceptance/process-cluster.ts";

const root = { username: "root", password: "pw of root" };
const app = { username: "app", password: "pw of app" };
/** The cheapest that bcrypt has. */
const cheap = ["--bcrypt-cost", "4"];

async function addUsers(endpoints: readonly string[]): Promise<void> {
  await using client = await connect({ endpoints, credentials: root });
  await client.auth.addUser(root.username, root.password);
  await client.auth.addRole("root");
  await client.auth.grantRole("root", "root");
  await client.auth.addUser(app.username, app.password);
  await client.auth.addRole("app");
  await client.auth.grantPermission("app", "readwrite", { prefix: "app/" });
  await client.auth.grantRole("app", "app");
  await client.auth.enable();
  assert.equal((await client.auth.status()).enabled, true);
}

/** The text of the watch's next event. */
async function nextText(events: AsyncIterator<WatchEvent, void>): Promise<string> {
  const next = await events.next();
  if (next.done === true) throw new Error("the watch has ended");
  return next.value.keyValue.text();
}

async function begun(watch: Watch): Promise<AsyncIterator<WatchEvent, void>> {
  await watch.started;
  return watch.events()[Symbol.asyncIterator]();
}

type AuditLine = { readonly event: string; readonly user: string; readonly what: { readonly key?: string } };

/** The lines of an audit log, once one about a key is in it: a member answers before the line is written. */
async function auditLines(file: string, key: string): Promise<AuditLine[]> {
  for (;;) {
    const text = readFileSync(file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
    const lines = whole.filter((line) => line !== "").map((line) => JSON.parse(line) as AuditLine);
    if (lines.some(({ what }) => what.key === key)) return lines;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

suite("a client that logs in by simple tokens", () => {
  let cluster: ProcessCluster;
  let endpoints: string[];
  before(async () => {
    cluster = await ProcessCluster.start("quorate", { flags: [...cheap, "--auth-token-ttl", "2"] });
    endpoints = cluster.members.map(({ clientUrl }) => clientUrl);
    await addUsers(endpoints);
  });
  after(() => cluster.stop());

  test("does what its user may, at every member", async () => {
    await using client = await connect({ endpoints, credentials: app });
    for (const endpoint of endpoints) await client.put("app/1", "x", { endpoint });
    await assert.rejects(client.put("other", "x"), { code: "permission-denied", outcome: "refused" });
    await assert.rejects(client.auth.users(), { code: "permission-denied" });
    await assert.rejects(client.maintenance.defragment({ endpoint: endpoints[0] as string }), {
      code: "permission-denied",
    });
    assert.deepEqual(await client.auth.user("app"), ["app"]);
    const wrong = { endpoints, credentials: { ...app, password: "wrong" } };
    await assert.rejects(connect(wrong), { code: "unauthenticated" });
    await using nobody = await connect({ endpoints });
    await assert.rejects(nobody.get("app/1"), { code: "unauthenticated" });
  });

  test("logs in again when its token is void: another password given to it, all members restarted", async () => {
    await using admin = await connect({ endpoints, credentials: root });
    await using client = await connect({ endpoints, credentials: app });
    await client.put("app/1", "x");
    const events = await begun(client.watch({ prefix: "app/" }));
    const lease = await client.lease({ ttlSeconds: 60 });
    await admin.auth.changePassword("app", app.password);
    await client.put("app/1", "one", { lease });
    await admin.auth.changePassword("root", root.password);
    let size = 0;
    for await (const { blob } of admin.maintenance.snapshot()) size += blob.length;
    assert.equal(size % 512, 32);
    assert.equal(await nextText(events), "one");
    for (const member of cluster.members) await cluster.signal(member, "SIGKILL");
    await Promise.all(cluster.members.map((member) => cluster.startMember(member)));
    await client.put("app/1", "two", { repeatable: true, timeoutMs: 30_000 });
    assert.equal(await nextText(events), "two");
    await lease.revoke();
  });

  test("logs in when authentication is enabled under its hands", async () => {
    await using admin = await connect({ endpoints, credentials: root });
    await admin.auth.disable();
    await using client = await connect({ endpoints, credentials: app });
    await client.put("app/1", "x");
    const events = await begun(client.watch({ prefix: "app/" }));
    await admin.auth.enable();
    await client.put("app/1", "y");
    assert.equal(await nextText(events), "y");
  });

  test("is told when its permission is taken, also on an open watch", async () => {
    await using admin = await connect({ endpoints, credentials: root });
    await using client = await connect({ endpoints, credentials: app });
    const events = await begun(client.watch({ prefix: "app/" }));
    await admin.auth.revokePermission("app", { prefix: "app/" });
    await assert.rejects(events.next(), { code: "permission-denied" });
    await assert.rejects(client.get("app/1"), { code: "permission-denied" });
    await admin.auth.grantPermission("app", "readwrite", { prefix: "app/" });
    await client.get("app/1");
  });
});

suite("a client that logs in by signed tokens", () => {
  let cluster: ProcessCluster;
  let endpoints: string[];
  let directory: string;
  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "quorate-jwt-"));
    const [secret, audit] = [join(directory, "secret"), join(directory, "audit.log")];
    writeFileSync(secret, randomBytes(64));
    const flags = [
      "--auth-token",
      `jwt,sign-method=HS256,priv-key=${secret}`,
      "--audit-log",
      audit,
      ...cheap,
    ];
    cluster = await ProcessCluster.start("quorate", { members: 1, flags });
    endpoints = cluster.members.map(({ clientUrl }) => clientUrl);
    await addUsers(endpoints);
  });
  after(async () => {
    await cluster.stop();
    rmSync(directory, { recursive: true });
  });

  test("survives that the revision of its token is old", async () => {
    await using admin: Client = await connect({ endpoints, credentials: root });
    await using client = await connect({ endpoints, credentials: app });
    const events = await begun(client.watch({ prefix: "app/" }));
    for (const role of ["r1", "r2", "r3"]) {
      await client.put("app/1", role);
      assert.equal(await nextText(events), role);
      await admin.auth.addRole(role);
    }
    await client.txn().do().commit();
    let size = 0;
    for await (const { blob } of admin.maintenance.snapshot()) size += blob.length;
    assert.equal(size % 512, 32);
  });

  test("leaves lines in the audit log, which is opened again after SIGHUP", async () => {
    const path = join(directory, "audit.log");
    const [member] = cluster.members;
    assert.ok(member);
    await using client = await connect({ endpoints, credentials: app });
    await assert.rejects(client.get("other"), { code: "permission-denied" });
    const moved = `${path}.1`;
    renameSync(path, moved);
    await cluster.signalAndWaitFor(member, "SIGHUP", "log files are open again");
    await assert.rejects(client.get("another"), { code: "permission-denied" });
    const before = await auditLines(moved, "other");
    assert.equal(before[0]?.event, "admin");
    const last = before.at(-1);
    assert.deepEqual([last?.event, last?.user, last?.what.key], ["denied", "app", "other"]);
    const next = await auditLines(path, "another");
    assert.deepEqual(
      next.map(({ event, what }) => `${event} ${what.key}`),
      ["denied another"],
    );
  });
});
