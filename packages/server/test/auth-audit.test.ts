/**
 * What the audit log has, and what it never has; limits.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authService, kvService, watchService } from "@quorate/etcd-api";
import { type AuditRecord, auditLine, shownKey, traceIdOf } from "../src/auth/audit.ts";
import { authSettingsDefault } from "../src/auth/auth-settings.ts";
import { RateLimit } from "../src/auth/rate-limit.ts";
import { authKit, loginAs } from "./auth-kit.ts";
import { bytesOf, ServerKit } from "./server-kit.ts";
import { create } from "./watch-messages.ts";

const auth = authService.methods;
const { put, range, compact, txn } = kvService.methods;
const key = bytesOf("a1");

/** `event user method what outcome` of each record. */
function told(records: readonly AuditRecord[]): string[] {
  return records.map(({ event, user, method, what, outcome }) => {
    const end = outcome === "ok" ? outcome : outcome.text.replace("etcdserver: ", "");
    return `${event} ${user} ${method.replace(/^.*\./, "")} ${JSON.stringify(what)} ${end}`;
  });
}

describe("the audit log", () => {
  it("has every administrative request with what became of it, and no other that is allowed", async () => {
    const kit = await authKit();
    const server = kit.server();
    const root = await loginAs(server, "root");
    kit.audit.length = 0;
    await server.call(put, { key, value: bytesOf("v") }, root);
    await server.call(range, { key }, root);
    await server.call(auth.userAdd, { name: "new", password: "secret of new" }, root);
    await server.failure(auth.userAdd, { name: "new", password: "x" }, root);
    await server.call(auth.userGrantRole, { user: "new", role: "ab" }, root);
    await server.call(auth.userList, {}, root);
    await server.failure(compact, { revision: 99 }, root);
    assert.deepEqual(told(kit.audit), [
      'admin root Auth/UserAdd {"user":"new"} ok',
      'admin root Auth/UserAdd {"user":"new"} user name already exists',
      'admin root Auth/UserGrantRole {"user":"new","role":"ab"} ok',
      'admin root KV/Compact {"revision":99} mvcc: required revision is a future revision',
    ]);
  });

  it("has every request that was denied, wherever that was", async () => {
    const kit = await authKit();
    const server = kit.server();
    const nora = await loginAs(server, "nora");
    kit.audit.length = 0;
    await server.failure(range, { key, rangeEnd: bytesOf("b") }, nora);
    await server.failure(put, { key }, {});
    await server.failure(put, { key }, { metadata: { token: "x" } });
    await server.failure(txn, { compare: [], success: [], failure: [] }, {});
    await server.failure(auth.userDelete, { name: "rita" }, nora);
    await server.failure(auth.authenticate, { name: "rita", password: "wrong secret" });
    const stream = server.stream(watchService.methods.watch, nora).send(create({ key }));
    await kit.take(stream);
    assert.deepEqual(told(kit.audit), [
      'denied nora KV/Range {"key":"a1","rangeEnd":"b"} permission denied',
      'denied null KV/Put {"key":"a1"} user name is empty',
      'denied null KV/Put {"key":"a1"} invalid auth token',
      'denied null KV/Txn {"operations":""} user name is empty',
      'denied nora Auth/UserDelete {"user":"rita"} permission denied',
      'denied null Auth/Authenticate {"user":"rita"} authentication failed, invalid user ID or password',
      'denied nora Watch/Watch {"key":"a1"} permission denied',
    ]);
    assert.deepEqual(
      kit.audit.map(({ by }) => by),
      ["token", null, null, null, "token", null, "token"],
    );
  });

  it("has administrative requests also while authentication is off", async () => {
    const kit = await ServerKit.started();
    await kit.server().call(auth.roleAdd, { name: "r" });
    assert.deepEqual(told(kit.audit), ['admin null Auth/RoleAdd {"role":"r"} ok']);
  });

  it("never has a value, a password, a hash or a token", async () => {
    const kit = await authKit();
    const server = kit.server();
    const root = await loginAs(server, "root");
    const token = root.metadata?.["token"] ?? "none";
    const value = bytesOf("secret value");
    await server.call(
      auth.userAdd,
      { name: "u", password: "secret pw", hashedPassword: "secret hash" },
      root,
    );
    await server.call(auth.userChangePassword, { name: "u", password: "secret pw" }, root);
    await server.failure(put, { key, value }, { certificateName: "nobody" });
    await server.failure(auth.authenticate, { name: "u", password: "secret guess" });
    const text = kit.audit.map((record) => auditLine(record, new Date(0))).join("\n");
    assert.ok(kit.audit.length > 10);
    assert.doesNotMatch(text, /secret|\$2/);
    assert.ok(!text.includes(token.slice(0, 16)));
  });

  it("is lines of JSON that say when, who, how, what, from where and in which trace", () => {
    const record: AuditRecord = {
      event: "denied",
      user: "rita",
      by: "certificate",
      certificate: "rita",
      method: "etcdserverpb.KV/Put",
      what: { key: "a" },
      outcome: { code: 7, text: "etcdserver: permission denied" },
      peer: "10.0.0.1:99",
      via: "grpc",
      traceId: "0af7651916cd43dd8448eb211c80319c",
    };
    assert.deepEqual(JSON.parse(auditLine(record, new Date("2026-11-21T10:00:00.5Z"))), {
      ts: "2026-11-21T10:00:00.500Z",
      event: "denied",
      user: "rita",
      by: "certificate",
      certificate: "rita",
      method: "etcdserverpb.KV/Put",
      what: { key: "a" },
      outcome: "refused",
      code: 7,
      error: "etcdserver: permission denied",
      peer: "10.0.0.1:99",
      via: "grpc",
      trace_id: "0af7651916cd43dd8448eb211c80319c",
    });
  });

  it("shows keys as text, others in Base64, and cuts long ones", () => {
    assert.equal(shownKey(bytesOf("größe")), "größe");
    assert.equal(shownKey(Uint8Array.of(0xff, 0)), "base64:/wA=");
    assert.equal(shownKey(new Uint8Array(1000).fill(0x61)), `${"a".repeat(256)}… (1000 bytes)`);
    assert.equal(traceIdOf("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")?.length, 32);
    for (const wrong of [null, "", "nonsense", '"\n']) assert.equal(traceIdOf(wrong), null);
  });
});

describe("limits", () => {
  const limited = (user: number, connection: number) => ({
    settings: {
      auth: {
        ...authSettingsDefault,
        bcryptCost: 4,
        userRequestsPerSecond: user,
        connectionRequestsPerSecond: connection,
      },
    },
  });
  const busy = "8 etcdserver: too many requests";

  it("of a user hold whatever its connections", async () => {
    const kit = await authKit(limited(5, 0));
    const server = kit.server();
    const [rita, root] = [await loginAs(server, "rita"), await loginAs(server, "root")];
    const ask = (peer: string) => server.begin(range, { key }, { ...rita, peer }).response;
    const asked = Array.from({ length: 7 }, (_unused, at) => ask(`10.0.0.${at}:1`).catch(() => "busy"));
    const answers = await kit.time.run(Promise.all(asked));
    assert.equal(answers.filter((answer) => answer === "busy").length, 2);
    await server.call(range, { key }, root);
    await kit.time.advance(1000);
    await server.call(range, { key }, rita);
  });

  it("of a connection hold before anybody is asked who it is", async () => {
    const kit = await ServerKit.started(limited(0, 3));
    const server = kit.server();
    const ask = (peer: string) => server.begin(range, { key }, { peer }).response.catch(() => "busy");
    const first = await kit.time.run(Promise.all(["p:1", "p:1", "p:1", "p:1", "p:2"].map(ask)));
    assert.deepEqual(
      first.map((answer) => answer === "busy"),
      [false, false, false, true, false],
    );
    await kit.time.advance(1000);
    const wrong = { metadata: { token: "x" }, peer: "p:1" };
    for (let times = 0; times < 3; times++) await server.call(range, { key }, wrong);
    assert.equal(await server.failure(range, { key }, wrong), busy);
  });

  it("remember no more names than they should", () => {
    let nowMs = 0;
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, () => nowMs);
    for (let name = 0; name < 50_000; name++) assert.equal(limit.take(`n${name}`), true);
    assert.ok(limit.size <= 16_384, `${limit.size}`);
    assert.equal(limit.take("n49999"), false);
    nowMs += 1000;
    assert.equal(limit.take("n49999"), true);
    limit.giveBack("n49999");
    limit.giveBack("n49999");
    assert.equal(limit.take("n49999"), true);
    assert.equal(limit.take("n49999"), false);
  });
});
