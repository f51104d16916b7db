/**
 * Flags about users: what they come to, and what is refused.
 */

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { refusal, settings } from "./serve-given.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const files = {
  "/private.pem": String(privateKey.export({ format: "pem", type: "pkcs8" })),
  "/public.pem": String(publicKey.export({ format: "pem", type: "spki" })),
  "/secret": "s".repeat(64),
};
const given = (args: string) => settings({ args, files });
const refused = (args: string) => refusal({ args, files });

test("simple tokens live as long as the flag says", () => {
  const { auth } = given("--auth-token simple --auth-token-ttl 60 --bcrypt-cost 12").server;
  assert.deepEqual([auth.token, auth.bcryptCost], [{ kind: "simple", ttlMs: 60_000 }, 12]);
});

test("signed tokens have a method, keys and a time", () => {
  const { token } = given(
    "--auth-token jwt,sign-method=ES256,priv-key=/private.pem,pub-key=/public.pem,ttl=10m",
  ).server.auth;
  assert.ok(token.kind === "jwt");
  assert.deepEqual([token.method, token.ttlMs, token.leewayMs], ["ES256", 600_000, 10_000]);
  assert.equal(token.signKey?.type, "private");
  const verifier = given("--auth-token jwt,pub-key=/public.pem,sign-method=ES256").server.auth.token;
  assert.ok(verifier.kind === "jwt");
  assert.deepEqual([verifier.signKey, verifier.verifyKey.type, verifier.ttlMs], [null, "public", 300_000]);
  const secret = given("--auth-token jwt,sign-method=HS256,priv-key=/secret").server.auth.token;
  assert.ok(secret.kind === "jwt" && secret.signKey?.type === "secret");
});

test("what cannot be a token is refused, with what to give", () => {
  const prefix = "--auth-token";
  for (const [text, why] of [
    ["nonsense", /it must be simple, or jwt with options/],
    ["simple,ttl=5", /it must be simple, or jwt with options/],
    ["jwt", /sign-method must be one of RS256, .*EdDSA, not left out/],
    ["jwt,sign-method=none", /not none/],
    ["jwt,sign-method=ES256,key=x", /there is no option "key=x"; known are sign-method=, pub-key=/],
    ["jwt,sign-method=ES256,ttl=5m,ttl=6m", /ttl is there twice/],
    ["jwt,sign-method=ES256,ttl=5", /ttl must be a duration of a second or more/],
    ["jwt,sign-method=ES256", /needs priv-key, or pub-key/],
    ["jwt,sign-method=ES256,priv-key=/absent", /priv-key \/absent cannot be read: no such file/],
    ["jwt,sign-method=RS256,priv-key=/private.pem", /is of type ec prime256v1; RS256 needs rsa/],
    ["jwt,sign-method=ES256,priv-key=/secret", /priv-key is no key in PEM form/],
  ] as const) {
    assert.match(refused(`${prefix} ${text}`), why, text);
  }
  assert.match(refused("--bcrypt-cost 3"), /at least 4/);
  assert.match(refused("--bcrypt-cost 31"), /at most 20/);
  assert.match(refused("--auth-token-ttl 0"), /at least 1/);
});

test("the audit log goes to a file or a stream, or nowhere", () => {
  assert.equal(given("").audit, null);
  assert.deepEqual(given("--audit-log -").audit, { kind: "stdout" });
  assert.deepEqual(given("--audit-log stderr").audit, { kind: "stderr" });
  assert.deepEqual(given("--audit-log /var/log/audit.json").audit, {
    kind: "file",
    path: "/var/log/audit.json",
  });
});

test("limits are numbers of requests a second", () => {
  const { auth } = given("--user-rate-limit 100 --connection-rate-limit 50").server;
  assert.deepEqual([auth.userRequestsPerSecond, auth.connectionRequestsPerSecond], [100, 50]);
});
