/**
 * `check`: a load that leaves nothing behind.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type DebianEtcd, etcdIsAbsent, runEtcdctl, startEtcd } from "./debian-etcd.ts";
import { runCommand, startCommand } from "./run-client-command.ts";

describe("check", { skip: etcdIsAbsent }, () => {
  let etcd: DebianEtcd;
  before(async () => {
    etcd = await startEtcd();
  });
  after(() => etcd.stop());
  const at = (): string[] => ["--endpoints", etcd.endpoint];
  const countKeys = async (): Promise<string> =>
    (await runCommand(["get", "", "--prefix", "--count-only", ...at()])).stdout;

  test("perf tells four verdicts and takes its keys away", async () => {
    const { stdout } = await runCommand([
      "check",
      "perf",
      "--seconds",
      "1",
      "--auto-compact",
      "--auto-defrag",
      ...at(),
    ]);
    const lines = stdout.trimEnd().split("\n");
    // How fast this machine is just now is not the test's matter.
    assert.match(lines[0] ?? "", /^Compacted with revision \d+$/);
    assert.match(lines[1] ?? "", /^Defragmented "127\.0\.0\.1:\d+"$/);
    assert.match(lines[2] ?? "", /Throughput .*\d+ writes\/s$/);
    assert.match(lines[3] ?? "", /[Ss]lowest request took .*\d\.\d{6}s$/);
    assert.match(lines[4] ?? "", /Stddev .*\d\.\d{6}s$/);
    assert.match(lines[5] ?? "", /^(?:PASS|FAIL)$/);
    assert.equal(await countKeys(), "0\n");
  });

  test("an interrupt ends the load and takes its keys away", async () => {
    const running = startCommand(["check", "perf", ...at()]);
    while ((await countKeys()) === "0\n");
    running.interrupt();
    const { code, stderr } = await running.result;
    assert.deepEqual([code, stderr], [130, "Error: interrupted; the keys are deleted again\n"]);
    assert.equal(await countKeys(), "0\n");
  });

  test("keys that are there already are not touched", async () => {
    await runEtcdctl(etcd.endpoint, ["put", "/quorate-check-perf/mine", "x"]);
    const { code, stderr } = await runCommand(["check", "perf", "--seconds", "1", ...at()]);
    assert.equal(code, 3);
    assert.match(stderr, /^Error: prefix "\/quorate-check-perf\/" has keys\. Delete them with 'quorate del/);
    assert.equal(await countKeys(), "1\n");
  });

  test("datascale asks the server's metrics", async () => {
    const { code, stderr } = await runCommand(["check", "datascale", "--endpoints", "127.0.0.1:1"]);
    assert.equal(code, 1);
    assert.match(stderr, /^Error: http:\/\/127\.0\.0\.1:1\/metrics: .*ECONNREFUSED/);
  });
});
