/**
 * `lease` beside etcdctl.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTwins, type Twins } from "./command-comparison.ts";
import { etcdIsAbsent, runEtcdctl } from "./debian-etcd.ts";
import { runCommand, startCommand } from "./run-client-command.ts";

describe("lease does what etcdctl does", { skip: etcdIsAbsent }, () => {
  let twins: Twins;
  before(async () => {
    twins = await startTwins();
  });
  after(() => twins.stop());

  test("a lease's life in all formats", async () => {
    await twins.compare([
      ["lease", "list"],
      ["lease", "list", "-w", "json"],
      ["lease", "grant", "500"],
    ]);
    await twins.compare([["put", "leased", "x", "--lease", "$LEASE"]]);
    for (const format of ["simple", "json", "fields", "table"]) {
      await twins.compare([
        ["lease", "list", "-w", format],
        ["lease", "timetolive", "$LEASE", "-w", format],
        ["lease", "timetolive", "$LEASE", "--keys", "-w", format],
        ["lease", "keep-alive", "$LEASE", "--once", "-w", format],
      ]);
    }
    await twins.compare([
      ["lease", "revoke", "$LEASE"],
      ["get", "leased"],
      ["lease", "revoke", "$LEASE"],
      ["lease", "grant", "500"],
      ["lease", "revoke", "$LEASE", "-w", "json"],
      ["lease", "grant", "500"],
      ["lease", "revoke", "$LEASE", "-w", "fields"],
      ["lease", "list"],
    ]);
  });

  test("leases that are not there, and arguments that make no sense", () =>
    twins.compare([
      ["lease", "timetolive", "1234"],
      ["lease", "timetolive", "1234", "-w", "json"],
      ["lease", "keep-alive", "1234"],
      ["lease", "keep-alive", "1234", "--once"],
      ["lease", "revoke", "1234"],
      ["lease", "grant"],
      ["lease", "grant", "soon"],
      ["lease", "grant", "10", "20"],
      ["lease", "grant", "10", "-w", "table"],
      ["lease", "revoke"],
      ["lease", "revoke", "zz"],
      ["lease", "timetolive"],
      ["lease", "timetolive", "zz"],
      ["lease", "keep-alive"],
      ["lease", "keep-alive", "zz"],
    ]));

  test("keep-alive goes on until the lease ends", async () => {
    const { endpoint } = twins.ours;
    const granted = await runCommand(["lease", "grant", "1", "--endpoints", endpoint]);
    const id = granted.stdout.split(" ")[1] ?? "";
    const line = `lease ${id} keepalived with TTL(1)\n`;
    const running = startCommand(["lease", "keep-alive", id, "--endpoints", endpoint]);
    await running.printed((text) => text.startsWith(line + line));
    await runEtcdctl(endpoint, ["lease", "revoke", id]);
    const { stdout, code } = await running.result;
    assert.ok(stdout.endsWith(`${line}lease ${id} expired or revoked.\n`), stdout);
    assert.equal(code, 0);
  });
});
