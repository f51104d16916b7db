/** Users and roles on disk, in snapshots and in the log: formats, crashes, what older programs make of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Principal } from "../src/auth/auth-api.ts";
import { systemPrincipal } from "../src/auth/auth-api.ts";
import { decodeAttributed, decodeCommand, encodeCommand } from "../src/command-codec.ts";
import { MemoryBackend } from "../src/memory-backend.ts";
import { metaKey } from "../src/meta.ts";
import { putRequest } from "../src/request.ts";
import { Store } from "../src/store.ts";
import { StoreError } from "../src/store-error.ts";
import type { StoreEvent } from "../src/store-event.ts";
import { StoreMachine } from "../src/store-machine.ts";
import { anyCommand, asker, principalOf } from "./auth-arbitrary.ts";
import { AuthDriver, user } from "./auth-driver.ts";
import { b } from "./bytes-of.ts";
import { feed, snapshotBytes } from "./harness.ts";
import { property } from "./property-options.ts";
import { openLmdb } from "./temp-folder.ts";

const root = user("root");

test("commands and who asked for them come back as they were, and decoders survive whatever they meet", () => {
  fc.assert(
    fc.property(
      anyCommand,
      asker,
      fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 4 }),
      (command, who, flips) => {
        const principal = principalOf(who, 5);
        const bytes = encodeCommand(command, principal);
        assert.deepEqual(decodeAttributed(bytes), { command, principal });
        assert.deepEqual(decodeCommand(bytes), command);
        for (let cut = 0; cut < bytes.length; cut += Math.ceil(bytes.length / 100))
          assert.throws(() => decodeCommand(bytes.subarray(0, cut)), { code: "corrupt" });
        for (const [at, value] of flips) bytes[at % bytes.length] = value;
        try {
          decodeAttributed(bytes);
        } catch (error) {
          assert.ok(error instanceof StoreError && /^(corrupt|format)$/.test(error.code), String(error));
        }
      },
    ),
    property(800),
  );
});

test("commands of logs that were written before there were users are read as an anonymous client's", () => {
  const put = Uint8Array.of(1, 1, 0, 1, 0x6b, 1, 0x76);
  const command = putRequest({ key: b("k"), value: b("v") });
  assert.deepEqual(decodeAttributed(put), { command, principal: null });
  // An anonymous client's are still written so: who knows of no users can read them.
  assert.deepEqual(encodeCommand(command), put);
  assert.deepEqual(encodeCommand(command, systemPrincipal), Uint8Array.of(2, 1, ...put.subarray(1)));
  assert.deepEqual(
    encodeCommand(command, user("u", 300)),
    Uint8Array.of(2, 2, 1, 0x75, 0xac, 2, ...put.subarray(1)),
  );
});

test("names that are no UTF-8 are no command, by every member alike", () => {
  const bytes = encodeCommand({ kind: "auth-role-add", name: "abc" });
  bytes[bytes.length - 1] = 0xff;
  const machine = new StoreMachine(new Store({ backend: new MemoryBackend() }));
  assert.deepEqual(machine.apply([{ index: 1, term: 1, data: bytes }]), [{ ok: false, code: "bad-command" }]);
});

test("the machine applies a command with the rights of who asked for it", () => {
  const machine = new StoreMachine(AuthDriver.enabled().store);
  const put = putRequest({ key: b("k") });
  const codes = [null, user("u", 9), root, systemPrincipal].map((principal: Principal | null, at) => {
    const [outcome] = machine.apply([{ index: 10 + at, term: 1, data: encodeCommand(put, principal) }]);
    return outcome?.ok === false ? outcome.code : outcome?.response.kind;
  });
  assert.deepEqual(codes, ["user-empty", "permission-denied", "put", "put"]);
});

test("a crash goes back to the last commit with users and keys alike", () => {
  const backend = new MemoryBackend({ settling: "manual" });
  const driver = new AuthDriver({ backend });
  driver.addUser("root");
  driver.change({ kind: "auth-user-grant-role", name: "root", role: "root" });
  driver.change({ kind: "auth-enable" });
  driver.apply(putRequest({ key: b("k") }), root);
  driver.store.flush();
  backend.settle();
  const digest = driver.store.auth.digest();
  driver.addUser("late", root);
  driver.change({ kind: "auth-disable" }, root);
  driver.store.flush();
  backend.crash();
  const again = new AuthDriver({ backend });
  assert.equal(again.store.auth.digest(), digest);
  assert.deepEqual(again.store.auth.users(), ["root"]);
  assert.equal(again.store.auth.enabled, true);
  assert.deepEqual(again.apply(putRequest({ key: b("k") })), { code: "user-empty" });
});

test("a state that never had users is written as before there were any; one that has had them is not", () => {
  const formatOf = (driver: AuthDriver): number | undefined => driver.flushed().get(metaKey(1))?.[0];
  const driver = new AuthDriver();
  driver.apply(putRequest({ key: b("k") }));
  assert.equal(formatOf(driver), 1);
  driver.addUser("u");
  assert.equal(formatOf(driver), 2);
  driver.change({ kind: "auth-user-delete", name: "u" });
  assert.equal(formatOf(driver), 2);
});

test("a snapshot brings users and roles, in place of those that were there, and says so", () => {
  const source = AuthDriver.enabled();
  source.addUserWith("u", [[2, "a", "b"]]);
  const events: StoreEvent[] = [];
  const target = AuthDriver.enabled({ sink: (event) => events.push(event) });
  target.addUserWith("old", [[2, "x", ""]]);
  const { auth } = target.store;
  assert.equal(auth.permits("old", b("x"), b(""), "read"), true);
  feed(target.store, snapshotBytes(source.store), 100);
  assert.equal(events.at(-1)?.kind, "restored");
  // What was handed out before shows what is there now.
  assert.equal(auth, target.store.auth);
  assert.equal(auth.digest(), source.store.auth.digest());
  assert.deepEqual(auth.users(), ["root", "u"]);
  assert.equal(auth.permits("old", b("x"), b(""), "read"), false);
  assert.equal(auth.permits("u", b("a"), b("b"), "write"), true);
  // One without users, too.
  feed(target.store, snapshotBytes(new AuthDriver().store), 100);
  assert.deepEqual(auth.status(), { enabled: false, authRevision: 1 });
  assert.deepEqual([auth.users(), auth.roles()], [[], []]);
});

test("names and permissions beyond LMDB's longest key", async () => {
  const { backend, close } = openLmdb();
  try {
    const driver = AuthDriver.enabled({ backend });
    const long = "n".repeat(3000);
    driver.addUserWith(long, [[2, long, `${long}\0`]]);
    driver.apply({ kind: "lease-grant", id: 7n, ttlSeconds: 9 }, root);
    const attach = (name: string): Record<string, unknown> =>
      driver.apply(putRequest({ key: b(name), lease: 7n }), user(long));
    assert.equal(attach(long)["kind"], "put");
    driver.store.flush();
    while (driver.store.flushing) await new Promise((resolve) => setImmediate(resolve));
    const again = new AuthDriver({ backend });
    assert.equal(again.store.auth.digest(), driver.store.auth.digest());
    assert.deepEqual(again.store.auth.users(), [long, "root"]);
    assert.equal(again.store.auth.authorizeLease(user(long), 7n, "write"), null);
    again.apply(putRequest({ key: b(`${long}\0`), lease: 7n }), root);
    assert.equal(again.store.auth.authorizeLease(user(long), 7n, "write"), "permission-denied");
  } finally {
    await close();
  }
});

test("a password's hash is not kept in the memory that the log lends", () => {
  const driver = new AuthDriver();
  const bytes = encodeCommand({
    kind: "auth-user-add",
    name: "u",
    passwordHash: b("hash"),
    noPassword: false,
  });
  driver.store.apply([{ index: 1, term: 1, ...decodeAttributed(bytes) }]);
  bytes.fill(0);
  assert.deepEqual(driver.store.auth.passwordHash("u"), b("hash"));
});
