/**
 * A1 and A2: each fires on what contradicts it, and is quiet about what only looks like it. And the model that A1 goes by, held
 * against the store, which is not made from it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Command,
  encodeCommand,
  MemoryBackend,
  type Outcome,
  type Permission,
  PermissionType,
  type Principal,
  putRequest,
  type RefusalCode,
  rangeRequest,
  Store,
  systemPrincipal,
} from "@quorate/store";
import fc from "fast-check";
import { makeA1 } from "../src/check/a1-permitted.ts";
import { makeA2 } from "../src/check/a2-equal-users.ts";
import { PermissionModel, spanOf } from "../src/check/permission-model.ts";
import type { ReadKind, UsersQuery } from "../src/observe/client-observation.ts";
import { bytes, entry, hard, Stage } from "./check-stage.ts";

const put = (key: string, lease = 0n): Command => putRequest({ key: bytes(key), value: bytes("v"), lease });
const user = (name: string, authRevision: number): Principal => ({ kind: "user", name, authRevision });
const permission = (key: string, rangeEnd = "", type: number = PermissionType.readWrite): Permission => ({
  type,
  key: bytes(key),
  rangeEnd: bytes(rangeEnd),
});
const grant = (given: Permission): Command => ({
  kind: "auth-role-grant-permission",
  name: "r",
  permission: given,
});
const revoke: Command = {
  kind: "auth-role-revoke-permission",
  name: "r",
  key: bytes("a"),
  rangeEnd: bytes(""),
};

const add = (name: string): Command => ({
  kind: "auth-user-add",
  name,
  passwordHash: bytes("h"),
  noPassword: false,
});

/** Entries 1 to 7: root, and u, whose role r may do everything with the key a; the revision of users is 7 behind them. */
const users: readonly Command[] = [
  add("root"),
  { kind: "auth-user-grant-role", name: "root", role: "root" },
  add("u"),
  { kind: "auth-role-add", name: "r" },
  grant(permission("a")),
  { kind: "auth-user-grant-role", name: "u", role: "r" },
  { kind: "auth-enable" },
];
const root = user("root", 1);
const u = user("u", 7);

const refused = (code: RefusalCode): Outcome => ({ ok: false, code });
const putDone = (revision: number): Outcome => ({
  ok: true,
  response: { kind: "put", revision, prevKv: null },
});

/** A stage whose members have these users, and on which each entry comes to what the store makes of it unless it is told. */
function peopled(): Stage {
  const stage = new Stage(makeA1);
  stage.store(1, hard(1, 1), ...Array.from({ length: 30 }, (_, position) => entry(position + 1, 1)));
  for (const [position, command] of users.entries())
    assert.equal(stage.apply(1, position + 1, command), null);
  return stage;
}

describe("A1 only what is permitted, of commands", () => {
  test("carried out after the revocation, at the first member and at another", () => {
    const stage = peopled();
    assert.equal(stage.apply(1, 8, put("a"), { principal: u }), null);
    assert.equal(stage.apply(1, 9, revoke, { principal: root }), null);
    const told = { principal: user("u", 8), outcome: putDone(3) };
    assert.equal(
      stage.apply(1, 10, put("a"), told),
      "1 carried entry 10 out; users, roles and permissions behind the entries before it say permission-denied",
    );
    assert.match(stage.apply(2, 10, put("a"), told) ?? "", /^2 carried entry 10 out/);
  });
  test("denied for no reason, or for another one", () => {
    const stage = peopled();
    assert.equal(
      stage.apply(1, 8, put("a"), { principal: u, outcome: refused("permission-denied") }),
      "1 refused entry 8 with permission-denied; users, roles and permissions behind the entries before it say success",
    );
    assert.match(
      stage.apply(1, 9, put("a"), { principal: user("u", 6), outcome: refused("permission-denied") }) ?? "",
      /say auth-revision-old$/,
    );
  });
  test("a change of users that comes to something else", () => {
    const stage = peopled();
    const outcome: Outcome = { ok: true, response: { kind: "auth", revision: 1, authRevision: 8 } };
    assert.match(
      stage.apply(1, 8, add("u"), { principal: root, outcome }) ?? "",
      /about users, with success;.*user-exists/,
    );
  });
  test("an answer that is not what the entry came to", () => {
    const stage = peopled();
    const told = (call: number, code: string): string | null =>
      stage.see(1, { kind: "command-told", call, data: encodeCommand(put("a")), code });
    assert.match(told(1, "") ?? "", /^the command of call 1 was answered with success; no entry/);
    stage.apply(1, 8, put("a"), { principal: u });
    assert.equal(told(2, ""), null);
    assert.match(told(3, "permission-denied") ?? "", /its entry came to success$/);
  });
  test("what the store does is quiet, whoever asks", () => {
    const stage = peopled();
    const asked: readonly [Command, Principal | null][] = [
      [put("a"), null],
      [put("a"), u],
      [put("b"), u],
      [put("b"), systemPrincipal],
      [{ kind: "lease-grant", id: 5n, ttlSeconds: 9 }, u],
      [put("a", 5n), u],
      [put("c", 5n), root],
      [put("c", 5n), user("root", 7)],
      [put("a", 5n), u],
      [{ kind: "lease-revoke", id: 5n }, u],
      [revoke, u],
      [revoke, root],
      [put("a"), u],
      [put("a"), user("u", 8)],
      [{ kind: "auth-authenticate", name: "u", authRevision: 7, tokenDigest: bytes("t") }, null],
      [{ kind: "auth-disable" }, root],
      [put("a"), null],
    ];
    for (const [position, [command, principal]] of asked.entries())
      for (const node of [1, 2]) assert.equal(stage.apply(node, 8 + position, command, { principal }), null);
  });
});

/** Member 1 takes up a read of the key a by u, as of the revision 7. */
function ask(stage: Stage, call: number, read: ReadKind = "linearizable"): void {
  const who = { user: "u", authRevision: 7, ranges: [{ key: "a", rangeEnd: "" }] };
  stage.see(1, { kind: "permission-asked", call, read, ...who });
}

function told(stage: Stage, call: number, code: string, revision = 1): string | null {
  return stage.see(1, { kind: "permission-told", call, code, revision });
}

describe("A1 only what is permitted, of reads", () => {
  test("allowed although the revocation was committed before it was asked for", () => {
    const stage = peopled();
    stage.commit(1, 1, 8);
    ask(stage, 1);
    stage.apply(1, 8, revoke, { principal: root });
    assert.equal(
      told(stage, 1, ""),
      "read 1 of u as of 7 at 1 was allowed, and shows revision 1; behind entries 8 to 8 users, roles and permissions say auth-revision-old",
    );
  });
  test("denied although nothing was revoked, and for a reason that came later", () => {
    const stage = peopled();
    ask(stage, 1);
    assert.match(told(stage, 1, "permission-denied") ?? "", /say success$/);
    ask(stage, 2, "serializable");
    assert.match(told(stage, 2, "auth-revision-old") ?? "", /say success$/);
  });
  test("of a revision that was written when it was no longer permitted", () => {
    const stage = peopled();
    ask(stage, 1);
    stage.apply(1, 8, revoke, { principal: root });
    stage.apply(1, 9, put("a"), { principal: root, outcome: refused("auth-revision-old") });
    stage.apply(1, 10, put("a"), { principal: user("root", 8) });
    assert.match(told(stage, 1, "", 2) ?? "", /behind entries 10 to 10 .* auth-revision-old$/);
  });
  test("decided anywhere between question and answer, stale where that was asked for, or lost, is quiet", () => {
    const stage = peopled();
    for (const call of [1, 2]) ask(stage, call);
    stage.apply(1, 8, revoke, { principal: root });
    assert.equal(told(stage, 1, "", 1), null);
    assert.equal(told(stage, 2, "auth-revision-old", 0), null);
    const stale = peopled();
    stale.commit(1, 1, 8);
    ask(stale, 3, "serializable");
    assert.equal(told(stale, 3, "", 1), null);
    ask(stale, 4);
    stale.life(1, "started");
    assert.equal(told(stale, 4, "permission-denied"), null);
    ask(stale, 5);
    assert.equal(told(stale, 5, "timeout"), null);
  });
});

describe("A1 only what is permitted, of questions about users", () => {
  const question = (stage: Stage, call: number, query: UsersQuery, name: string, who: string | null): void =>
    void stage.see(1, {
      kind: "users-asked",
      call,
      user: who,
      authRevision: 7,
      read: "linearizable",
      query,
      name,
    });
  const answer = (stage: Stage, call: number, shown: string, code = ""): string | null =>
    stage.see(1, { kind: "users-told", call, code, shown });
  test("a permission that was taken away, or that is not there yet", () => {
    const stage = peopled();
    stage.commit(1, 1, 8);
    question(stage, 1, "role", "r", "root");
    stage.apply(1, 8, revoke, { principal: root });
    assert.equal(
      answer(stage, 1, "2 a.."),
      "read 1 of root as of 7 at 1 was shown 2 a..; behind entries 8 to 8 users, roles and permissions say success",
    );
    question(stage, 2, "status", "", null);
    assert.match(answer(stage, 2, "on 9") ?? "", /was shown on 9; .* say on 8$/);
  });
  test("shown to whom it is no business of", () => {
    const stage = peopled();
    question(stage, 1, "user", "root", "u");
    assert.match(answer(stage, 1, "root") ?? "", /was shown root; .* say permission-denied$/);
  });
  test("what is so, is one's own, or is not there, is quiet", () => {
    const stage = peopled();
    question(stage, 1, "role", "r", "u");
    question(stage, 2, "user", "u", "u");
    question(stage, 3, "user", "root", "root");
    question(stage, 4, "role", "x", "root");
    question(stage, 5, "role", "x", null);
    question(stage, 6, "status", "", null);
    stage.apply(1, 8, revoke, { principal: root });
    assert.equal(answer(stage, 1, "2 a.."), null);
    assert.equal(answer(stage, 2, "r"), null);
    assert.equal(answer(stage, 3, "root"), null);
    assert.equal(answer(stage, 4, "", "role-not-found"), null);
    assert.equal(answer(stage, 5, "", "user-empty"), null);
    assert.equal(answer(stage, 6, "on 8"), null);
  });
});

describe("A2 users are the same everywhere", () => {
  const state = (stage: Stage, node: number, digest: number): string | null =>
    stage.see(node, { kind: "auth-state", digest });
  const restored = (stage: Stage, node: number, index: number): string | null =>
    stage.see(node, { kind: "restored", index, digest: "", by: "snapshot" });
  const changed = (): Stage => {
    const stage = new Stage(makeA2);
    stage.apply(1, 1, put("a"));
    state(stage, 1, 77);
    stage.apply(1, 2, put("b"));
    stage.apply(1, 3, put("c"));
    return stage;
  };
  test("another state behind the same entry, or none, or at the wrong entry", () => {
    const other = changed();
    other.apply(2, 1, put("a"));
    state(other, 2, 78);
    assert.equal(
      other.apply(2, 2, put("b")),
      "2 is behind entry 2 with users of digest 78; others had 77 there",
    );
    const none = changed();
    none.apply(2, 1, put("a"));
    assert.match(none.apply(2, 2, put("b")) ?? "", /digest 0; others had 77/);
    const early = changed();
    state(early, 2, 77);
    assert.match(early.apply(2, 1, put("a")) ?? "", /digest 77; others had 0/);
  });
  test("a snapshot without users, or with others", () => {
    assert.equal(
      restored(changed(), 2, 3),
      "2 goes on from a state of 3 with users of digest 0; others had 77 there",
    );
    const other = changed();
    state(other, 2, 78);
    assert.match(restored(other, 2, 2) ?? "", /digest 78; others had 77/);
  });
  test("the same everywhere, in every life, is quiet", () => {
    const stage = changed();
    stage.apply(2, 1, put("a"));
    state(stage, 2, 77);
    assert.equal(stage.apply(2, 2, put("b")), null);
    assert.equal(stage.apply(2, 3, put("c")), null);
    state(stage, 3, 77);
    assert.equal(restored(stage, 3, 2), null);
    assert.equal(stage.apply(3, 3, put("c")), null);
    stage.life(3, "started");
    assert.equal(restored(stage, 3, 1), null);
    state(stage, 3, 77);
    assert.equal(stage.apply(3, 2, put("b")), null);
  });
});

const text = fc.constantFrom("a", "b", "c", "a\0", "d");
const rangeEnd = fc.constantFrom("", "", "b", "c", "d", "\0", "a\0");
const given = fc.tuple(text, rangeEnd, fc.nat(2)).map(([key, end, type]) => permission(key, end, type));

test("the model covers ranges as the store does, of which it knows nothing", () => {
  fc.assert(
    fc.property(
      fc.array(given, { maxLength: 6 }),
      fc.array(fc.tuple(text, rangeEnd)),
      (permissions, asked) => {
        const store = new Store({ backend: new MemoryBackend() });
        let model = PermissionModel.blank;
        let index = 0;
        const commands = [...users, ...permissions.map((one) => grant(one))];
        for (const command of commands) {
          if (!("kind" in command)) continue;
          const [outcome] = store.apply([{ index: ++index, term: 1, command, principal: root }]);
          const next = command.kind.startsWith("auth-")
            ? model.change(command as Parameters<PermissionModel["change"]>[0])
            : model;
          assert.equal(typeof next === "string" ? next : "", outcome?.ok === true ? "" : outcome?.code);
          if (typeof next !== "string") model = next;
        }
        assert.equal(model.revision, store.auth.revision);
        const who = user("u", model.revision);
        for (const [key, end] of asked) {
          const request = rangeRequest({ key: bytes(key), rangeEnd: bytes(end) });
          const wish = { access: "read", span: spanOf(key, end) } as const;
          assert.equal(
            model.refusalOfUser(who, [wish]),
            store.auth.authorize(who, request),
            `${key}..${end}`,
          );
        }
      },
    ),
    { numRuns: 300, seed: 7 },
  );
});
