/**
 * Commands about members, endpoints, the store and its snapshots, beside etcdctl.
 */

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startTwins, type Twins } from "./command-comparison.ts";
import { etcdIsAbsent, runEtcdctl } from "./debian-etcd.ts";
import { runCommand } from "./run-client-command.ts";

const formats = ["simple", "json", "fields", "table"];

describe("commands about the cluster do what etcdctl does", { skip: etcdIsAbsent }, () => {
  let twins: Twins;
  let folder: string;
  before(async () => {
    twins = await startTwins();
    folder = await mkdtemp(join(tmpdir(), "quorate-commands-"));
    await twins.compare([
      ["put", "a", "1"],
      ["put", "b", "2"],
      ["del", "a"],
    ]);
  });
  after(async () => {
    await twins.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("members and endpoints in all formats", async () => {
    for (const format of formats) {
      await twins.compare([
        ["member", "list", "-w", format],
        ["endpoint", "hashkv", "-w", format],
        ["endpoint", "hashkv", "--rev", "2", "-w", format],
        ["endpoint", "--cluster", "hashkv", "-w", format],
      ]);
      if (format !== "table") await twins.compare([["endpoint", "status", "-w", format]]);
      if (format === "json" || format === "fields")
        await twins.compare([["endpoint", "health", "-w", format]]);
    }
    const { stdout } = await runCommand(["endpoint", "health", "--endpoints", twins.ours.endpoint]);
    assert.match(
      stdout,
      /^127\.0\.0\.1:\d+ is healthy: successfully committed proposal: took = [0-9.]+(?:Â?µs|ms|s)\n$/,
    );
  });

  test("an endpoint that does not answer", async () => {
    const endpoints = `${twins.ours.endpoint},127.0.0.1:1`;
    for (const command of ["status", "hashkv", "health"]) {
      const limit = ["--command-timeout", "500ms"];
      const { stdout, stderr, code } = await runCommand([
        "endpoint",
        command,
        "--endpoints",
        endpoints,
        ...limit,
      ]);
      assert.equal(code, 1, command);
      assert.ok(stdout.startsWith(twins.ours.endpoint), stdout);
      assert.match(stderr, /127\.0\.0\.1:1/);
    }
  });

  test("maintenance", () =>
    twins.compare([
      ["alarm", "list"],
      ["alarm", "list", "-w", "json"],
      ["alarm", "disarm"],
      ["alarm", "list", "-w", "table"],
      ["alarm", "list", "surplus"],
      ["defrag"],
      ["compaction", "2"],
      ["compaction", "3", "--physical"],
      ["compaction", "3"],
      ["compaction", "1000000"],
      ["compaction", "soon"],
      ["compaction"],
      ["get", "a", "--rev", "2"],
      ["move-leader"],
      ["move-leader", "zz"],
      ["move-leader", "1234"],
      ["check", "perf", "--load", "huge"],
    ]));

  test("a member is added, changed and removed", async () => {
    const { endpoint } = twins.ours;
    const urls = "http://127.0.0.1:23801,http://127.0.0.1:23802";
    const args = ["member", "add", "new", "--learner", "--peer-urls", urls];
    const theirs = await runEtcdctl(twins.theirs.endpoint, args);
    const ours = await runCommand([...args, "--endpoints", endpoint]);
    // etcd orders members by their IDs, and the new ID is made from the time.
    const plain = (text: string): string[] =>
      text
        .replace(/Member +[0-9a-f]+/, "Member ID")
        .split(/[\n",]/)
        .toSorted();
    assert.deepEqual(plain(ours.stdout), plain(theirs.stdout));
    assert.match(
      ours.stderr,
      /quorate serve --name new --initial-cluster \S+ --initial-cluster-state existing/,
    );
    const id = /Member +([0-9a-f]+) added/.exec(ours.stdout)?.[1] ?? "";
    const run = async (...rest: string[]): Promise<string> => {
      const { stdout, stderr } = await runCommand(["member", ...rest, "--endpoints", endpoint]);
      return stdout + stderr;
    };
    assert.match(await run("list"), new RegExp(`${id}, unstarted, , ${urls}, , true\n`));
    assert.match(
      await run("update", id, "--peer-urls", "http://127.0.0.1:23803"),
      /^Member +\S+ updated in cluster/,
    );
    assert.match(
      await run("promote", id),
      /^Error: etcdserver: can only promote a learner member which is in sync/,
    );
    assert.match(await run("remove", id), /^Member +\S+ removed from cluster +\S+\n$/);
    await twins.compare([
      ["member", "add"],
      ["member", "add", "x"],
      ["member", "add", "x", "--peer-urls", "bogus"],
      ["member", "remove"],
      ["member", "remove", "zz"],
      ["member", "remove", "1234"],
      ["member", "update", "1234"],
      ["member", "update", "1234", "--peer-urls", "http://127.0.0.1:9"],
      ["member", "promote", "1234"],
    ]);
  });

  test("a snapshot is saved whole and read as etcdctl reads it", async () => {
    const path = join(folder, "snapshot.db");
    await runCommand(["put", "big", "--endpoints", twins.ours.endpoint], { stdin: "x".repeat(300_000) });
    const saved = await runCommand(["snapshot", "save", path, "--endpoints", twins.ours.endpoint]);
    assert.deepEqual(saved, { stdout: `Snapshot saved at ${path}\n`, stderr: "", code: 0 });
    assert.deepEqual(await readdir(folder), ["snapshot.db"]);
    for (const format of formats) {
      const args = ["snapshot", "status", path, "-w", format];
      const [theirs, ours] = [await runEtcdctl("127.0.0.1:1", args), await runCommand(args)];
      assert.equal(ours.stdout, theirs.stdout);
    }
    const bytes = await readFile(path);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const damaged = await runCommand(["snapshot", "status", path]);
    assert.equal(damaged.code, 1);
    assert.match(damaged.stderr, /do not fit the SHA-256/);
    await twins.compare([
      ["snapshot", "save"],
      ["snapshot", "status"],
      ["snapshot", "save", join(folder, "none", "x")],
    ]);
  });
});
