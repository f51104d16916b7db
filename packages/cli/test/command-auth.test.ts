/**
 * `user`, `role`, `auth` beside etcdctl, each at an etcd of its own.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTwins, type Twins } from "./command-comparison.ts";
import { etcdIsAbsent } from "./debian-etcd.ts";
import { runCommand } from "./run-client-command.ts";

const root = ["--user", "root:pw"];
const alice = ["--user", "alice:apw"];

describe("user, role and auth print what etcdctl prints", { skip: etcdIsAbsent }, () => {
  let twins: Twins;
  before(async () => {
    twins = await startTwins();
  });
  after(() => twins.stop());

  test("users and roles", () =>
    twins.compare([
      ["auth", "enable"],
      ["user", "add"],
      ["user", "add", "a", "b"],
      ["user", "add", "root:pw"],
      ["user", "add", "root:pw"],
      ["user", "add", ":pw"],
      ["user", "add", "alice", "--new-user-password", "apw"],
      { args: ["user", "add", "bob", "--interactive=false"], stdin: "secret of bob\n" },
      { args: ["user", "add", "carl", "--interactive=false", "-w", "json"], stdin: "c\n" },
      { args: ["user", "add", "dora", "--interactive=false", "-w", "fields"], stdin: "d\n" },
      ["user", "add", "eve", "--no-password"],
      ["user", "add", "colon:name", "--no-password"],
      ["user", "list"],
      ["user", "list", "-w", "json"],
      ["user", "list", "x"],
      ["user", "delete", "colon:name"],
      ["user", "delete", "nobody"],
      ["user", "delete"],
      ["role", "add", "r1"],
      ["role", "add", "r1"],
      ["role", "add"],
      ["role", "add", "r2", "-w", "fields"],
      ["role", "list"],
      ["role", "list", "-w", "fields"],
      ["role", "list", "-w", "table"],
      ["user", "grant-role", "alice", "r1"],
      ["user", "grant-role", "alice", "nope"],
      ["user", "grant-role", "alice"],
      ["user", "grant-role", "nobody", "r1"],
      ["user", "grant-role", "alice", "r2", "-w", "json"],
      ["user", "get", "alice"],
      ["user", "get", "alice", "-w", "json"],
      ["user", "get", "alice", "-w", "fields"],
      ["user", "get", "bob"],
      ["user", "get", "nobody"],
      ["user", "get"],
      ["user", "revoke-role", "alice", "r2"],
      ["user", "revoke-role", "alice", "r2"],
      { args: ["user", "passwd", "alice", "--interactive=false"], stdin: "apw\n" },
      ["user", "passwd"],
    ]));

  test("permissions", () =>
    twins.compare([
      ["role", "grant-permission", "r1", "read", "foo"],
      ["role", "grant-permission", "r1", "ReadWrite", "a", "b"],
      ["role", "grant-permission", "r1", "write", "p/", "--prefix"],
      ["role", "grant-permission", "r1", "read", "q", "--from-key"],
      ["role", "grant-permission", "r1", "readwrite", "", "--prefix"],
      ["role", "grant-permission", "r1", "read", "x", "y", "--prefix"],
      ["role", "grant-permission", "r1", "read", "x", "y", "--from-key"],
      ["role", "grant-permission", "r1", "read", "x", "--from-key", "--prefix"],
      ["role", "grant-permission", "r1", "bad", "foo"],
      ["role", "grant-permission", "r1", "read"],
      ["role", "grant-permission", "nope", "read", "foo"],
      ["role", "get", "r1"],
      ["role", "get", "r1", "-w", "json"],
      ["role", "get", "r1", "-w", "fields"],
      ["role", "get", "nope"],
      ["user", "get", "alice", "--detail"],
      ["role", "revoke-permission", "r1", "", "--prefix"],
      ["role", "revoke-permission", "r1", "foo"],
      ["role", "revoke-permission", "r1", "foo"],
      ["role", "revoke-permission", "r1", "q", "--from-key"],
      ["role", "revoke-permission", "r1"],
      ["role", "get", "r1"],
    ]));

  test("authentication", () =>
    twins.compare([
      ["auth", "enable", "x"],
      ["auth", "enable"],
      ["auth", "enable", ...root],
      ["get", "a1"],
      ["get", "a1", ...alice],
      ["put", "a1", "v", ...alice],
      ["put", "foo", "v", ...alice],
      ["put", "p/1", "v", ...alice],
      ["get", "p/1", ...alice],
      ["get", "a", "b", ...alice],
      ["get", "a", "bb", ...alice],
      ["del", "p/1", "--prev-kv", ...alice],
      ["get", "a1", "--user", "alice", "--password", "apw"],
      ["get", "a1", "--user", "alice:wrong"],
      ["get", "a1", "--user", "nobody:x"],
      ["user", "get", "alice", ...alice],
      ["user", "get", "root", ...alice],
      ["user", "list", ...alice],
      ["role", "get", "r1", ...alice],
      ["role", "delete", "root", ...root],
      ["user", "delete", "root", ...root],
      ["user", "revoke-role", "root", "root", ...root],
      ["role", "delete", "r1", ...root],
      ["get", "a1", ...alice],
      ["auth", "disable"],
      ["auth", "disable", ...root],
      ["get", "a1"],
    ]));
});

describe("a new password", () => {
  test("is asked for at a terminal only", async () => {
    const { code, stderr } = await runCommand(["user", "add", "carl"], { stdin: "x\n" });
    assert.equal(code, 128);
    assert.match(stderr, /no terminal to ask for a password of carl; give --interactive=false/);
  });

  test("is not empty", async () => {
    for (const stdin of ["\n", ""]) {
      const { code, stderr } = await runCommand(["user", "passwd", "carl", "--interactive=false"], { stdin });
      assert.equal(code, 128);
      assert.match(stderr, /empty password|no password on standard input/);
    }
  });
});
