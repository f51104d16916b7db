/** Campaigns of `quorate sim` on several processes: the same results, whoever runs them, dies, or is interrupted. */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "quorate-campaign-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function sim(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "sim", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

type Report = {
  readonly title: string;
  readonly jobs: number;
  readonly summary: unknown;
  readonly runs: readonly { readonly seed: number; readonly problem: string | null }[];
};
const readReport = (directory: string): Report =>
  JSON.parse(readFileSync(join(directory, "report.json"), "utf8")) as Report;

/** Ends the process with the signal when the named seed is run. */
function deadly(seed: number): string {
  const path = join(folder, `deadly-${seed}.js`);
  const begin = `({ world }) => { if (world.plan.seed === ${seed}) process.kill(process.pid, "SIGKILL"); return () => {}; }`;
  writeFileSync(
    path,
    `export default { name: "deadly", faults: { "sudden-death": { weight: 100, begin: ${begin} } } };\n`,
  );
  return path;
}

test("a campaign comes to the same on one process as on three", () => {
  const [one, three] = ["1", "3"].map((jobs) => {
    const report = join(folder, `jobs-${jobs}`);
    const { status, stdout, stderr } = sim(
      ...["--seeds", "1..4", "--members", "1", "--no-faults", "--jobs", jobs, "--report", report],
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^4 runs, all passed/);
    assert.match(stdout, /\ncontracts: safe 4\nflavours: none 4\ncoverage: \d+ of \d+ situations/);
    assert.match(readFileSync(join(report, "junit.xml"), "utf8"), /tests="4" failures="0"/);
    assert.match(readFileSync(join(report, "report.html"), "utf8"), /all 4 passed/);
    return readReport(report);
  });
  assert.ok(one !== undefined && three !== undefined);
  assert.deepEqual([one.jobs, three.jobs], [1, 3]);
  assert.deepEqual(
    one.runs.map(({ seed }) => seed),
    [1, 2, 3, 4],
  );
  assert.deepEqual(three.runs, one.runs);
  assert.deepEqual(three.summary, one.summary);
});

test("a worker that dies is a crash of its seed, and the others go on", () => {
  const report = join(folder, "death");
  const { status, stdout } = sim(
    ...["--seeds", "1..5", "--members", "1", "--jobs", "2", "--keep-going", "--report", report],
    ...["--plugin", deadly(2)],
  );
  assert.equal(status, 2, stdout);
  assert.match(stdout, /^seed 2, .* crash at 0\.000000 s: the process of the simulator ended: SIGKILL/);
  assert.match(stdout, /\n5 runs, 1 failed \(1 crash\);/);
  assert.doesNotMatch(stdout, /shrunk/);
  const failed = readReport(report).runs.map(({ problem }) => problem !== null);
  assert.deepEqual(failed, [false, true, false, false, false]);
});

test("a run that never ends is ended, a crash of its seed, and the others go on", () => {
  const plugin = join(folder, "endless.js");
  const begin = "({ world }) => { while (world.plan.seed === 2); return () => {}; }";
  writeFileSync(
    plugin,
    `export default { name: "endless", faults: { "no-way-out": { weight: 100, begin: ${begin} } } };\n`,
  );
  const { status, stdout } = sim(
    ...["--seeds", "1..4", "--members", "1", "--jobs", "2", "--keep-going"],
    ...["--run-timeout", "10", "--plugin", plugin],
  );
  assert.equal(status, 2, stdout);
  assert.match(stdout, /^seed 2, .* crash at 0\.000000 s: the run did not end within 10 s/);
  assert.match(stdout, /\n4 runs, 1 failed \(1 crash\);/);
});

test("without --keep-going nothing behind the first failure counts", () => {
  const { status, stdout } = sim(
    ...["--seeds", "1..5", "--members", "1", "--jobs", "3", "--plugin", deadly(2)],
  );
  assert.equal(status, 2);
  assert.match(stdout, /\n2 runs, 1 failed \(1 crash\);/);
});

test("Ctrl-C ends a campaign with the summary so far", async () => {
  const marker = join(folder, "begun");
  const plugin = join(folder, "marker.js");
  writeFileSync(
    plugin,
    `import { writeFileSync } from "node:fs";
if (process.send !== undefined) writeFileSync(${JSON.stringify(marker)}, "");
export default { name: "marker" };\n`,
  );
  const child = spawn(
    process.execPath,
    [main, "sim", "--minutes", "5", "--members", "1", "--jobs", "2", "--plugin", plugin],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  // A worker has loaded the plugin: by then the campaign listens.
  while (!existsSync(marker)) await delay(20);
  child.kill("SIGINT");
  assert.equal(await ended, 130);
  assert.match(stdout, /^interrupted: \d+ runs?, all passed; /);
});

test("options that would do nothing are refused", () => {
  const cases: readonly (readonly [args: readonly string[], remedy: RegExp])[] = [
    [["--seed", "1", "--jobs", "2"], /--jobs 2 is about campaigns: say --seeds A\.\.B/],
    [["--seeds", "1..2", "--jobs", "0"], /must be a number from 1 to 99/],
    [["--list", "--report", "x"], /--report tells about seeds and scenarios/],
    [["--scenario", "bridge", "--members", "3"], /leave out --members/],
    [
      ["--seed", "1", "--flavour", "late-answer"],
      /no flavour is called late-answer; did you mean late-answers\?/,
    ],
  ];
  for (const [args, remedy] of cases) {
    const { status, stderr } = sim(...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, remedy);
    assert.equal(stderr.trimEnd().split("\n").length, 1);
  }
});

test("a report that cannot be written is told before anything is run", () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  const { status, stdout, stderr } = sim("--seeds", "1..1000000", "--report", file);
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^quorate: the report cannot be written to .*; choose another --report\n$/);
});

test("a scenario above a threshold has failed, and the report compares", () => {
  const path = join(folder, "strict.json");
  const thresholds = { writeP99Ms: 0, lagMaxEntries: 1000 };
  writeFileSync(
    path,
    JSON.stringify({ name: "strict", safetyMs: 800, workload: { clients: 2, thinkMs: 10 }, thresholds }),
  );
  const report = join(folder, "strict");
  const { status, stdout } = sim("--scenario", path, "--report", report);
  assert.equal(status, 6, stdout);
  assert.match(stdout, /^strict: above its threshold: acknowledged writes, 99th percentile: [\d.]+ ms/);
  const page = readFileSync(join(report, "report.html"), "utf8");
  assert.match(page, /<h2>Thresholds<\/h2>/);
  assert.match(readFileSync(join(report, "junit.xml"), "utf8"), /type="not as expected"/);
});
