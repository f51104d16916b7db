/**
 * A disk that fails under a running member: full, or with a sync that reports an error. The member says so in one line
 * and ends with exit code 70; the others go on; started again on a good disk, it has everything.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { breakSyncVariable } from "./real-broken-sync.ts";
import { RealCluster, type RealMember } from "./real-process.ts";

const segmentBytes = 1024 * 1024;

/** Mounts a small file system of its own for one member; false where that is not allowed. */
function mountSmall(cluster: RealCluster, directory: string): boolean {
  mkdirSync(directory, { recursive: true });
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", directory]);
  if (status !== 0) return false;
  cluster.atEnd(() => void spawnSync("umount", ["-l", directory]));
  return true;
}

/** Ends with 70, after one line that names the member and the trouble. */
async function assertEnded(member: RealMember, trouble: RegExp): Promise<void> {
  assert.deepEqual(await member.ended(), { code: 70, signal: null }, member.tail());
  const said = member.lines.filter((line) => line.startsWith("quorate:"));
  assert.equal(said.length, 1, member.tail());
  assert.match(said[0] ?? "", new RegExp(`member ${member.name} ended`));
  assert.match(said[0] ?? "", trouble);
}

test("a full disk ends the member with one line and 70; with space again it goes on", async (t) => {
  const cluster = await RealCluster.make(t, ["a", "b"], ["--segment-bytes", String(segmentBytes)]);
  const small = join(cluster.directory, "small");
  if (!mountSmall(cluster, small)) {
    t.skip("no right to mount a small file system here");
    return;
  }
  const member = await cluster.add("c", ["a", "b"], { dataDir: join(small, "c") });
  for (const one of ["a", "b"]) await cluster.add(one, ["a", "b", "c"]);
  cluster.start();
  await cluster.leader();
  await cluster.add1("default");
  const ballast = join(small, "ballast");
  fill(ballast, small);
  // Large names fill the log until it needs a segment that there is no space for.
  const others = [cluster.member("a"), cluster.member("b")];
  let isEnded = false;
  const ended = assertEnded(member, /no space|ENOSPC|full/i).finally(() => {
    isEnded = true;
  });
  let written = 0;
  while (!isEnded && written < 2000) await cluster.add1(`${"x".repeat(4000)}${written++}`, others);
  await ended;
  await cluster.add1("default", others);

  rmSync(ballast);
  member.start();
  await cluster.leader();
  assert.equal((await cluster.agreement()).get("default"), 2);
});

/** Takes what space is left. */
function fill(file: string, directory: string): void {
  const before = readdirSync(directory);
  assert.ok(before.length > 0);
  const chunk = Buffer.alloc(64 * 1024);
  try {
    for (;;) writeFileSync(file, chunk, { flag: "a" });
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  }
  assert.ok(statSync(file).size > 0);
}

test("a failed fsync ends the member with one line and 70; on a good disk it goes on", async (t) => {
  const cluster = await RealCluster.make(t, ["a", "b", "c"]);
  const trigger = join(cluster.directory, "break");
  const preload = join(import.meta.dirname, "real-broken-sync.ts");
  process.env[breakSyncVariable] = trigger;
  t.after(() => void delete process.env[breakSyncVariable]);
  const member = await cluster.add("c", ["a", "b", "c"], { nodeArgs: ["--import", preload] });
  cluster.start();
  await cluster.leader();
  await cluster.add1("default");
  writeFileSync(trigger, "");
  const others = [cluster.member("a"), cluster.member("b")];
  await cluster.add1("default", others);
  await assertEnded(member, /EIO/);
  await cluster.add1("default", others);

  rmSync(trigger);
  member.start();
  await cluster.leader();
  assert.equal((await cluster.agreement()).get("default"), 3);
});
