/**
 * Logging in, and being known again: passwords, tokens, certificates.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authService, kvService } from "@quorate/etcd-api";
import { type AuthSettings, authSettingsDefault } from "../src/auth/auth-settings.ts";
import { addUsers, authKit, loginAs, passwordOf } from "./auth-kit.ts";
import { bytesOf, ServerKit } from "./server-kit.ts";
import type { CallOptions } from "./test-call.ts";

const { authenticate, authDisable, authEnable, userAdd, userChangePassword, userDelete, userGrantRole } =
  authService.methods;
const { range } = kvService.methods;
const key = bytesOf("a1");
const failed = "3 etcdserver: authentication failed, invalid user ID or password";
const invalid = "16 etcdserver: invalid auth token";
const busy = "8 etcdserver: too many requests";

const withAuth = (auth: Partial<AuthSettings>) => ({
  settings: { auth: { ...authSettingsDefault, bcryptCost: 4, ...auth } },
});

describe("a login", () => {
  it("gives a token of sixteen letters and an index", async () => {
    const kit = await authKit();
    const { token } = await kit.server().call(authenticate, { name: "rita", password: passwordOf("rita") });
    assert.match(token, /^[A-Za-z]{16}\.\d+$/);
  });

  it("is refused alike for a wrong password, an unknown user and a user without a password", async () => {
    const kit = await authKit();
    const server = kit.server();
    const root = await loginAs(server, "root");
    await server.call(userAdd, { name: "robot", options: { noPassword: true } }, root);
    for (const name of ["rita", "nobody", "robot", ""])
      assert.equal(await server.failure(authenticate, { name, password: "wrong" }), failed, name);
    assert.equal(await server.failure(authenticate, { name: "robot", password: "" }), failed);
  });

  it("takes no password that bcrypt would cut", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.call(userAdd, { name: "u", password: "x".repeat(72) });
    const text = await server.failure(userAdd, { name: "v", password: "x".repeat(73) });
    assert.match(text, /^3 etcdserver: a password may have 72 bytes/);
    await addUsers(server);
    await server.call(authEnable, {});
    assert.equal(await server.failure(authenticate, { name: "u", password: "x".repeat(73) }), failed);
    await server.call(authenticate, { name: "u", password: "x".repeat(72) });
  });

  it("sees what was acknowledged at another member", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    const [one, other] = kit.followers;
    assert.ok(one && other);
    const root = await loginAs(one, "root");
    await one.call(userAdd, { name: "new", password: passwordOf("new") }, root);
    const { metadata } = await loginAs(other, "new");
    assert.ok(metadata);
    // And its token is known everywhere, also where it is not yet applied.
    assert.equal(await one.failure(range, { key }, { metadata }), "7 etcdserver: permission denied");
    await one.call(userGrantRole, { user: "new", role: "ab" }, root);
    for (const server of kit.servers.values()) await server.call(range, { key }, { metadata });
  });

  it("is slowed down after failures, by user and by address", async () => {
    const kit = await authKit();
    const server = kit.server();
    const guess = (name: string, peer: string): Promise<string> =>
      server.failure(authenticate, { name, password: "wrong" }, { peer });
    const told: string[] = [];
    for (let tries = 0; tries < 11; tries++) told.push(await guess("rita", `10.0.0.${tries}:1`));
    assert.deepEqual(told, [...Array.from({ length: 10 }, () => failed), busy]);
    // The right password has to wait as well: who guesses must not learn that it was right.
    const rita = { name: "rita", password: passwordOf("rita") };
    assert.equal(await server.failure(authenticate, rita), busy);
    await kit.time.advance(1500);
    for (let times = 0; times < 20; times++) await server.call(authenticate, rita);
    for (let tries = 0; tries < 50; tries++) await guess(`nobody${tries}`, "10.1.0.1:99");
    assert.equal(await guess("somebody", "10.1.0.1:7"), busy);
    assert.equal(await guess("somebody", "10.1.0.2:7"), failed);
  });
});

describe("a simple token", () => {
  it("lives as long as it is used", async () => {
    const kit = await authKit(withAuth({ token: { kind: "simple", ttlMs: 300_000 } }));
    const server = kit.server();
    const rita = await loginAs(server, "rita");
    for (let times = 0; times < 4; times++) {
      await kit.time.advance(200_000);
      await server.call(range, { key }, rita);
    }
    await kit.time.advance(301_000);
    assert.equal(await server.failure(range, { key }, rita), invalid);
  });

  it("comes as token or as authorization, with Bearer or without", async () => {
    const kit = await authKit();
    const server = kit.server();
    const token = (await loginAs(server, "rita")).metadata?.["token"] as string;
    for (const metadata of [
      { authorization: token },
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}` },
    ] as const)
      await server.call(range, { key }, { metadata: { ...metadata }, via: "gateway" });
    for (const wrong of ["", "nonsense", `${token}1`, token.slice(1), `${token.slice(0, 17)}999999`])
      assert.equal(await server.failure(range, { key }, { metadata: { token: wrong } }), invalid, wrong);
  });

  it("ends with its user, with its password, and with authentication, and with nothing else", async () => {
    const kit = await authKit({ names: ["a", "b", "c"] });
    const [server, other] = [kit.server("a"), kit.server("b")];
    const root = await loginAs(server, "root");
    const [rita, nora] = [await loginAs(server, "rita"), await loginAs(server, "nora")];
    await server.call(userChangePassword, { name: "nora", password: passwordOf("nora") }, root);
    assert.equal(await server.failure(range, { key }, nora), invalid);
    assert.equal(await other.failure(range, { key }, nora), invalid);
    await other.call(range, { key }, rita);
    await server.call(userDelete, { name: "rita" }, root);
    assert.equal(await other.failure(range, { key }, rita), invalid);
    await server.call(authDisable, {}, root);
    await other.call(range, { key }, root);
    await server.call(authEnable, {});
    assert.equal(await other.failure(range, { key }, root), invalid);
  });

  it("is in the log as a digest only", async () => {
    const kit = await authKit();
    const server = kit.server();
    const seen: Uint8Array[] = [];
    server.storeMember.auth.subscribe((event) => {
      if (event.kind === "auth-token") seen.push(event.tokenDigest);
    });
    const token = (await loginAs(server, "rita")).metadata?.["token"] ?? "";
    const [digest] = seen;
    assert.equal(digest?.length, 32);
    assert.ok(!Buffer.from(digest ?? []).includes(token.slice(0, 16)));
  });
});

describe("a certificate", () => {
  it("names the user, but not through the gateway, and not beside a token", async () => {
    const kit = await authKit();
    const server = kit.server();
    const nora = await loginAs(server, "nora");
    const shown: CallOptions = { certificateName: "rita" };
    await server.call(range, { key }, shown);
    const stranger = { certificateName: "stranger" };
    assert.equal(await server.failure(range, { key }, stranger), "7 etcdserver: permission denied");
    const gateway = { ...shown, via: "gateway" } as const;
    assert.equal(await server.failure(range, { key }, gateway), "3 etcdserver: user name is empty");
    assert.equal(
      await server.failure(range, { key }, { ...shown, ...nora }),
      "7 etcdserver: permission denied",
    );
    const wrong = { ...shown, metadata: { token: "x" } };
    assert.equal(await server.failure(range, { key }, wrong), invalid);
  });
});
