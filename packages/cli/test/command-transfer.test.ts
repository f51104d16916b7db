/**
 * `import` and `export` between two etcds.
 */

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DebianEtcd, etcdIsAbsent, runEtcdctl, startEtcd } from "./debian-etcd.ts";
import { runCommand } from "./run-client-command.ts";

type Report = Readonly<Record<string, number | string>>;

describe("import and export", { skip: etcdIsAbsent }, () => {
  let source: DebianEtcd;
  let target: DebianEtcd;
  let folder: string;
  before(async () => {
    [source, target] = await Promise.all([
      startEtcd(),
      startEtcd({ name: "other", peerUrl: "http://127.0.0.1:2390" }),
    ]);
    folder = await mkdtemp(join(tmpdir(), "quorate-transfer-"));
    const puts = Array.from({ length: 300 }, (_unused, index) => `put k/${index} v${index}`);
    for (let at = 0; at < puts.length; at += 100) {
      const stdin = `\n${puts.slice(at, at + 100).join("\n")}\n\n\n`;
      assert.equal((await runCommand(["txn", "--endpoints", source.endpoint], { stdin })).code, 0);
    }
    await runCommand(["txn", "--endpoints", source.endpoint], {
      stdin: '\nput "\\x00\\xff" "\\x00"\nput empty ""\n\n\n',
    });
    await runCommand(["put", "large", "--endpoints", source.endpoint], { stdin: "x".repeat(1_200_000) });
  });
  after(async () => {
    await Promise.all([source.stop(), target.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  const importing = async (...args: string[]): Promise<{ report: Report; stderr: string; code: number }> => {
    const { stdout, stderr, code } = await runCommand([
      "import",
      "-w",
      "json",
      "--endpoints",
      target.endpoint,
      ...args,
    ]);
    return { report: JSON.parse(stdout === "" ? "{}" : stdout) as Report, stderr, code };
  };
  const contents = async ({ endpoint }: DebianEtcd): Promise<string> =>
    (await runEtcdctl(endpoint, ["get", "", "--prefix"])).stdout;

  test("a cluster is copied, verified, and copied again without writing", async () => {
    const first = await importing("--from", source.endpoint);
    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.report["written"], 303);
    assert.equal(first.report["verified"], 303);
    assert.equal(await contents(target), await contents(source));
    const again = await importing("--from", source.endpoint);
    assert.deepEqual([again.report["written"], again.report["unchanged"]], [0, 303]);
  });

  test("what was broken off is completed", async () => {
    await runEtcdctl(target.endpoint, ["del", "k/1", "k/2"]);
    const { report } = await importing("--from", source.endpoint);
    assert.equal(report["written"], 111);
    assert.equal(await contents(target), await contents(source));
  });

  test("a key that is there with another value is a conflict, and the choice is the user's", async () => {
    await runEtcdctl(target.endpoint, ["put", "k/7", "mine"]);
    const refused = await importing("--from", source.endpoint);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^Error: the key "k\/7" is there with another value; say --on-conflict/);
    const kept = await importing("--from", source.endpoint, "--on-conflict", "keep");
    assert.deepEqual([kept.code, kept.report["conflictsKept"], kept.report["different"]], [0, 1, 1]);
    const won = await importing("--from", source.endpoint, "--on-conflict", "overwrite");
    assert.deepEqual([won.code, won.report["written"], won.report["different"]], [0, 1, 0]);
  });

  test("leases keep their IDs and times, or are dropped, or their keys left out", async () => {
    const granted = await runEtcdctl(source.endpoint, ["lease", "grant", "500"]);
    const id = granted.stdout.split(" ")[1] ?? "";
    await runEtcdctl(source.endpoint, ["put", "leased", "x", "--lease", id]);
    const skipped = await importing("--from", source.endpoint, "--leases", "skip");
    assert.deepEqual([skipped.code, skipped.report["skipped"], skipped.report["written"]], [0, 1, 0]);
    const kept = await importing("--from", source.endpoint);
    assert.deepEqual([kept.report["leasesGranted"], kept.report["written"]], [1, 1]);
    const lease = await runEtcdctl(target.endpoint, ["lease", "timetolive", id, "--keys"]);
    assert.match(lease.stdout, /granted with TTL\(500s\), remaining\(\d+s\), attached keys\(\[leased\]\)/);
    await runEtcdctl(target.endpoint, ["del", "leased"]);
    await importing("--from", source.endpoint, "--leases", "drop");
    const { stdout } = await runEtcdctl(target.endpoint, ["get", "leased", "-w", "json"]);
    assert.equal(stdout.includes('"lease"'), false);
  });

  test("a file holds everything, at one revision, and brings it back", async () => {
    const path = join(folder, "all.jsonl");
    const exported = await runCommand(["export", path, "--endpoints", source.endpoint]);
    assert.equal(exported.code, 0, exported.stderr);
    assert.deepEqual(await readdir(folder), ["all.jsonl"]);
    const [header] = (await readFile(path, "utf8")).split("\n");
    const { format, version, keys } = JSON.parse(header ?? "") as Readonly<Record<string, unknown>>;
    assert.deepEqual({ format, version, keys }, { format: "quorate-export", version: 1, keys: 304 });
    await runEtcdctl(target.endpoint, ["del", "", "--from-key"]);
    const { report, code } = await importing("--file", path);
    assert.deepEqual([code, report["written"], report["verified"]], [0, 304, 304]);
    assert.equal(await contents(target), await contents(source));
  });

  test("an export through a pipe, of a prefix", async () => {
    const { stdout } = await runCommand(["export", "-", "--prefix", "k/1", "--endpoints", source.endpoint]);
    await runEtcdctl(target.endpoint, ["del", "", "--from-key"]);
    const args = ["import", "--file", "-", "--endpoints", target.endpoint];
    const { code } = await runCommand(args, { stdin: Buffer.from(stdout, "latin1") });
    assert.equal(code, 0);
    const { stdout: count } = await runCommand([
      "get",
      "",
      "--prefix",
      "--count-only",
      "--endpoints",
      target.endpoint,
    ]);
    assert.equal(count, "111\n");
  });

  test("a file that is cut short or changed is refused before anything is written", async () => {
    const path = join(folder, "all.jsonl");
    const text = await readFile(path, "utf8");
    const broken = join(folder, "broken.jsonl");
    const lines = text.trimEnd().split("\n");
    const cases: readonly (readonly [string, RegExp])[] = [
      [text.slice(0, 400), /line \d+: this is no JSON/],
      [`${lines.slice(0, 50).join("\n")}\n`, /the export is not whole/],
      [
        text.replace('"version":1,"lease"', '"version":2,"lease"').replace("djE=", "djI="),
        /do not fit the SHA-256/,
      ],
      [lines.slice(1).join("\n"), /line 1: the header is missing/],
      [text.replace('"version":1', '"version":9'), /line 1: the format has version 9/],
    ];
    await runEtcdctl(target.endpoint, ["del", "", "--from-key"]);
    for (const [content, expected] of cases) {
      await writeFile(broken, content);
      const { stderr, code } = await importing("--file", broken);
      assert.equal(code, 3, stderr);
      assert.match(stderr, expected);
    }
    assert.equal(await contents(target), "");
  });

  test("a cluster is not imported into itself", async () => {
    const { stderr, code } = await importing("--from", target.endpoint);
    assert.equal(code, 128);
    assert.match(stderr, /are the same cluster/);
  });
});

test("flags that make no sense", async () => {
  for (const args of [[], ["--from", "a:1", "--file", "b"]]) {
    const { stderr, code } = await runCommand(["import", ...args]);
    assert.equal(code, 128);
    assert.match(stderr, /^Error: import needs one of --from/);
  }
  const { stderr, code } = await runCommand(["import", "--from", "a:1", "--leases", "some"]);
  assert.equal(code, 4);
  assert.match(stderr, /use keep, drop or skip/);
});
