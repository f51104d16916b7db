/**
 * Signed tokens: their making and checking, and a real server that uses them. In real time, for signatures are checked on
 * threads that virtual time knows nothing of.
 */

import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import {
  authSettingsDefault,
  type JwtKeyFiles,
  readJwtKeys,
  type SignMethod,
} from "../src/auth/auth-settings.ts";
import { SignedTokens } from "../src/auth/signed-tokens.ts";
import { type JsonAnswer, JsonServer } from "./auth-json-server.ts";
import { singleSettings } from "./front-server-fixture.ts";

const claims = { user: "rita", revision: 7, passwordMark: "mark" };
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");
const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve });

type Pair = Pick<typeof rsa, "publicKey" | "privateKey">;

function filesOf({ publicKey, privateKey }: Pair): {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
} {
  return {
    publicKey: Buffer.from(publicKey.export({ format: "pem", type: "spki" })),
    privateKey: Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })),
  };
}

/** Tokens by these keys; time is what the test says. */
function tokensOf(method: SignMethod, files: Partial<JwtKeyFiles>, clock = { nowMs: 0 }): SignedTokens {
  const keys = readJwtKeys(method, { publicKey: null, privateKey: null, ...files });
  return new SignedTokens({ method, ttlMs: 60_000, leewayMs: 5000, ...keys }, () => clock.nowMs);
}

describe("a signed token", () => {
  const secret = { privateKey: randomBytes(64) };
  const cases: readonly (readonly [SignMethod, Partial<JwtKeyFiles>])[] = [
    ["RS256", filesOf(rsa)],
    ["RS384", filesOf(rsa)],
    ["RS512", filesOf(rsa)],
    ["PS256", filesOf(rsa)],
    ["PS384", filesOf(rsa)],
    ["PS512", filesOf(rsa)],
    ["ES256", filesOf(curve("P-256"))],
    ["ES384", filesOf(curve("P-384"))],
    ["ES512", filesOf(curve("P-521"))],
    ["HS256", secret],
    ["HS384", secret],
    ["HS512", secret],
    ["EdDSA", filesOf(ed)],
  ];
  for (const [method, files] of cases) {
    it(`by ${method} says at another member what it was made with`, async () => {
      const token = await tokensOf(method, files).make(claims);
      assert.deepEqual(await tokensOf(method, files).check(token), claims);
    });
  }

  it("is checked with the public key alone, and not made", async () => {
    const { publicKey, privateKey } = filesOf(ed);
    const token = await tokensOf("EdDSA", { privateKey }).make(claims);
    const verifier = tokensOf("EdDSA", { publicKey });
    assert.deepEqual(await verifier.check(token), claims);
    await assert.rejects(verifier.make(claims), { code: 2, message: /verify-only key/ });
  });

  it("ends at its time, with some seconds for clocks that differ, also when it was known", async () => {
    const clock = { nowMs: 1_800_000_000_000 };
    const tokens = tokensOf("EdDSA", filesOf(ed), clock);
    const token = await tokens.make(claims);
    clock.nowMs += 64_000;
    assert.deepEqual(await tokens.check(token), claims);
    assert.deepEqual(tokens.recall(token), claims);
    clock.nowMs += 2000;
    assert.equal(tokens.recall(token), undefined);
    assert.equal(await tokens.check(token), null);
  });

  it("is not taken from another key, another method, without one, or without its claims", async () => {
    const tokens = tokensOf("EdDSA", filesOf(ed));
    const token = await tokens.make(claims);
    const [head, body, signature] = token.split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const other = await tokensOf("EdDSA", filesOf(generateKeyPairSync("ed25519"))).make(claims);
    const rs = await tokensOf("RS256", filesOf(rsa)).make(claims);
    const nobody = await tokens.make({ ...claims, user: "" });
    const forged = [`${none}.${body}.`, `${head}.${body}.AAAA`, `${head}.x${body}.${signature}`];
    for (const wrong of [...forged, other, rs, nobody, "a.b.c", "", "x".repeat(10_000)])
      assert.equal(await tokens.check(wrong), null, wrong.slice(0, 40));
  });

  it("is checked also when many come at once", async () => {
    const tokens = tokensOf("EdDSA", filesOf(ed));
    const many = await Promise.all(
      Array.from({ length: 20 }, (_unused, revision) => tokens.make({ ...claims, revision })),
    );
    const told = await Promise.all(many.map((token) => tokens.check(token)));
    assert.deepEqual(
      told.map((each) => each?.revision),
      Array.from({ length: 20 }, (_unused, revision) => revision),
    );
  });
});

describe("keys of signed tokens", () => {
  const { publicKey, privateKey } = filesOf(rsa);
  const refused: readonly (readonly [SignMethod, Partial<JwtKeyFiles>, RegExp])[] = [
    ["RS256", {}, /needs priv-key, or pub-key/],
    ["HS256", {}, /needs priv-key: a file with the secret/],
    ["HS512", { privateKey: randomBytes(63) }, /at least 64 bytes, not of 63/],
    ["ES256", { privateKey }, /priv-key is of type rsa; ES256 needs ec prime256v1/],
    ["ES384", filesOf(curve("P-256")), /of type ec prime256v1; ES384 needs ec secp384r1/],
    ["RS256", { privateKey: Buffer.from("secret") }, /^priv-key is no key in PEM form$/],
    ["RS256", { publicKey: privateKey.subarray(0, 40) }, /^pub-key is no key in PEM form$/],
    ["RS256", { publicKey, privateKey: filesOf(generateRsa()).privateKey }, /is not the public key/],
    ["RS256", filesOf(generateKeyPairSync("rsa", { modulusLength: 1024 })), /has 1024 bits/],
  ];
  for (const [method, files, text] of refused) {
    it(`are refused when they do not fit: ${text.source}`, () => {
      const all = { publicKey: null, privateKey: null, ...files };
      assert.throws(
        () => readJwtKeys(method, all),
        (error: unknown) => error instanceof Error && text.test(error.message),
      );
    });
  }
});

function generateRsa(): Pair {
  return generateKeyPairSync("rsa", { modulusLength: 2048 });
}

describe("a server with signed tokens", () => {
  const old = "3 etcdserver: revision of auth store is old";
  const invalid = "16 etcdserver: invalid auth token";

  async function started(): Promise<JsonServer> {
    const keys = readJwtKeys("EdDSA", filesOf(ed));
    const token = { kind: "jwt", method: "EdDSA", ttlMs: 300_000, leewayMs: 5000, ...keys } as const;
    const auth = { ...authSettingsDefault, bcryptCost: 4, token };
    const server = await JsonServer.start(await singleSettings({ auth }));
    await server.addUsers();
    return server;
  }

  it("tells for keys that a token is old after every change, and lets root go on changing", async () => {
    const server = await started();
    const [root, rita] = [await server.login("root"), await server.login("rita")];
    assert.match(rita, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    await server.call("auth/user/add", { name: "u1", password: "x" }, root);
    await server.call("auth/user/add", { name: "u2", password: "x" }, root);
    const get = { key: Buffer.from("a1").toString("base64") };
    const told: JsonAnswer[] = [];
    for (const token of [rita, root]) told.push(await server.call("kv/range", get, token));
    assert.deepEqual(
      told.map(({ status }) => status),
      [old, old],
    );
    const again = await server.call("kv/range", get, await server.login("rita"));
    assert.equal(again.status, "ok");
  });

  it("takes none of a user whose password has changed, whatever it wants", async () => {
    const server = await started();
    const root = await server.login("root");
    await server.call("auth/user/changepw", { name: "root", password: "another" }, root);
    const { status } = await server.call("auth/user/delete", { name: "rita" }, root);
    assert.equal(status, invalid);
    assert.equal((await server.call("auth/user/list", {}, "a.b.c")).status, invalid);
  });
});
