import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { LogStore, NodeDisk } from "../src/index.ts";
import { identity, isError, logOf } from "./fixture.ts";

const victim = fileURLToPath(new URL("./kill-child.ts", import.meta.url));

type Promised = { readonly last: number; readonly term: number };

/** Runs the victim until it has acknowledged so many appends, kills it, and gives everything that it had promised. */
function runVictim(path: string, appends: number, before: Promised): Promise<Promised> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [victim, path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    let killed = false;
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (killed || text.split("\n").length <= appends) return;
      killed = true;
      child.kill("SIGKILL");
    });
    child.once("error", reject);
    child.once("close", () => {
      const lines = text
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split(" "));
      const [found] = lines;
      try {
        assert.equal(found?.[0], "found", text);
        assert.ok(
          Number(found[1]) >= before.last,
          `found ${found[1]}, and ${before.last} had been acknowledged`,
        );
        assert.ok(Number(found[2]) >= before.term, `found term ${found[2]}, and it had been ${before.term}`);
        const last = lines.at(-1);
        resolve({ last: Number(last?.[1]), term: Number(last?.[2]) });
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

test("a process that is killed again and again forgets nothing", async () => {
  const path = await mkdtemp(join(tmpdir(), "quorate-kill-"));
  const disk = new NodeDisk();
  try {
    await LogStore.initialize(disk, path, { identity, segmentBytes: 64 * 1024 });
    let promised: Promised = { last: 0, term: 0 };
    for (let round = 0; round < 12; round++) promised = await runVictim(path, 3 + round * 41, promised);
    const store = await LogStore.open(disk, path, { identity });
    await assert.rejects(LogStore.open(disk, path, { identity }), isError("locked"));
    assert.ok(store.storage.lastIndex() >= promised.last);
    for (const line of logOf(store)) assert.match(line, /^(\d+)\/(\d+) entry \1 of term \2$/);
    await store.close();
  } finally {
    await rm(path, { recursive: true });
  }
});
