/** The guide to simulating one's own machine does what it says; and its examples fail by the seeds and invariants it names. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(import.meta.dirname, "../../..");
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const guide = readFileSync(join(root, "docs/guide-simulating-your-machine.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "quorate-guide-"));
after(() => rmSync(folder, { recursive: true, force: true }));
// Modules of the reader's own find the packages as they would in a project.
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));

function run(args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Whether lines of what should be printed are there, in this order; `…` stands for anything. */
function assertPrinted(stdout: string, expected: string): void {
  const lines = stdout.split("\n");
  let at = 0;
  for (const line of expected.split("\n")) {
    const escaped = line.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`^${escaped.join(".*")}$`);
    const found = lines.findIndex((printed, position) => position >= at && pattern.test(printed));
    assert.ok(found >= 0, `not printed: ${line}\n\n${stdout}`);
    at = found + 1;
  }
}

for (const [, name = "", source = ""] of guide.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)\n```$/gms))
  writeFileSync(join(folder, name), source);

const steps = [...guide.matchAll(/^```sh\n(.*?)\n```\n```text\n(.*?)\n```$/gms)];

test("every command of the guide prints what it says", () => {
  assert.equal(steps.length, 7);
  for (const [, command = "", expected = ""] of steps) {
    const [, words = ""] = /^npm run quorate -- (.*)$/.exec(command) ?? [];
    const args = words.replaceAll("./", `${folder}/`).split(" ");
    const { status, stdout, stderr } = run(args);
    assertPrinted(stdout, expected);
    assert.equal(status, expected.includes("violation") ? 4 : 0, `${command}\n${stdout}${stderr}`);
  }
});

test("what is wrong with modules is told in one line", () => {
  const example = (name: string): string => join(root, "examples/simulated-machine", name);
  const complains = (args: readonly string[], expected: RegExp, code = 2): void => {
    const { status, stderr } = run(["sim", ...args]);
    assert.equal(status, code, stderr);
    assert.match(stderr, expected);
  };
  complains(["--seed", "1", "--state-machine", "nowhere.ts"], /^quorate: there is no file nowhere\.ts\n$/);
  complains(
    ["--seed", "1", "--state-machine", example("inventory.ts")],
    /inventory\.ts: it does not export machine \(it exports Inventory, .*\); export const machine = defineSimulatedMachine/,
  );
  complains(
    ["--seed", "1", "--workload", example("inventory-workload.ts")],
    /name (?:it|that) with --state-machine FILE/,
  );
  const idle = join(folder, "idle.ts");
  const machine = "{ apply: (commands) => commands, snapshot: () => new Uint8Array(1), restore() {} }";
  writeFileSync(idle, `export const machine = { name: "idle", create: () => (${machine}) };\n`);
  complains(
    ["--seeds", "1..2", "--state-machine", idle],
    /^quorate: the machine idle: nothing says what clients do with it; give it a workload, or name a module .*\n$/,
  );
  const broken = join(folder, "broken.ts");
  writeFileSync(broken, "export default {{\n");
  complains(["--seed", "1", "--plugin", broken], /broken\.ts cannot be loaded: /, 1);
  const scenario = join(folder, "theirs.json");
  writeFileSync(scenario, JSON.stringify({ name: "theirs", workload: { kind: "machine" } }));
  complains(["--scenario", scenario], /workload\.kind is "machine": .*--state-machine FILE/);
});
