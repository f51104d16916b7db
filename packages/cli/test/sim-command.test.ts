/** `quorate sim` as a process: what it prints, what it writes, and how it ends. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "quorate-sim-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function sim(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "sim", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("a seed is told in detail, twice the same", () => {
  const first = sim("--seed", "11", "--no-faults", "--members", "3");
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^3 members, \S+, 0 faults planned\n/);
  assert.match(first.stdout, /\n1 run, all passed; .* times as fast as time, \d+ seeds an hour\n$/);
  const hash = /hash +(\d+)/.exec(first.stdout)?.[1];
  assert.ok(hash !== undefined);
  const second = sim("--seed", "11", "--no-faults", "--members", "3");
  assert.equal(/hash +(\d+)/.exec(second.stdout)?.[1], hash);
});

test("a campaign sums up, with what it never tried", () => {
  const { status, stdout } = sim("--seeds", "4..5", "--no-faults", "--members", "1", "--coverage");
  assert.equal(status, 0);
  assert.match(stdout, /^2 runs, all passed/);
  assert.match(stdout, /\nnever happened: .*life crashed/);
  assert.match(stdout, /\n +\d+ {2}applied\n/);
});

test("scenarios are listed, and run by name", () => {
  assert.match(sim("--list").stdout, /^leader-lost +The leader is killed/m);
  const { status, stdout } = sim("--scenario", "bridge");
  assert.equal(status, 0);
  assert.match(stdout, /^bridge: pass, as expected, after \d+\.\d virtual seconds; hash \d+\n$/);
});

test("a failure is told, shrunk and written, and the file replays it", () => {
  const path = join(folder, "stuck.yaml");
  const faults = "faults:\n  - {kind: network-delay, atMs: 100, latencyMs: 20}\n";
  writeFileSync(path, `name: stuck\nmembers: 3\nsafetyMs: 1000\nlivenessMs: 1\n${faults}`);
  const { status, stdout } = sim("--scenario", path, "--out", folder);
  assert.equal(status, 3, stdout);
  const written = join(folder, "failure-stuck.json");
  assert.match(stdout, /seed 1, commit \S+: no progress \(V\d\)/);
  assert.match(stdout, /\n {2}invariant +V\d, /);
  assert.match(stdout, /\n {2}virtual time +\d\.\d{6} s\n/);
  assert.match(
    stdout,
    /\n {2}shrunk +3 members, 3 clients, 1 faults, 1\.0 s\n +to \d members, 0 clients, 0 faults/,
  );
  assert.ok(stdout.includes(`quorate sim --scenario ${written}`));
  assert.equal((JSON.parse(readFileSync(written, "utf8")) as { name: string }).name, "stuck");
  assert.equal(sim("--scenario", written).status, 3);
});

test("a scenario that does not come to what it expects is not decided", () => {
  const path = join(folder, "eager.json");
  const workload = { clients: 1 };
  const expect = { happened: ["life wiped"] };
  writeFileSync(path, JSON.stringify({ name: "eager", safetyMs: 500, workload, expect }));
  const { status, stdout } = sim("--scenario", path);
  assert.equal(status, 6);
  assert.equal(stdout, "eager: never happened: life wiped\n");
});

test("what is wrong with the command or a file is told in one line", () => {
  assert.match(sim().stderr, /^quorate: say one of --seed N, .*\n$/);
  assert.match(sim("--seed", "1", "--list").stderr, /^quorate: say one of/);
  assert.match(sim("--seeds", "9..1").stderr, /It must be like 1\.\.2000/);
  const unknown = sim("--scenario", "bridg");
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /^quorate: there is no scenario or file bridg; did you mean bridge\?/);
  const path = join(folder, "wrong.json");
  writeFileSync(path, '{ "name": "wrong", "members": "five" }');
  const wrong = sim("--scenario", path);
  assert.equal(wrong.status, 2);
  assert.ok(wrong.stderr.includes('members is "five": write a whole number from 1 to 9'));
});

test("the election study tells percentiles and a histogram", () => {
  const { status, stdout } = sim("--election-study", "--kills", "3");
  assert.equal(status, 0);
  assert.match(stdout, /^5 members, leader killed 3 times, seed 1: pass\n/);
  assert.match(stdout, /\na new leader +\d+ +\d+ +\d+ +\d+ +\d+\.\d %\n/);
});
