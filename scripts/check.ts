/**
 * Checks everything that can be told without running the code: `npm run check`.
 *
 * Types, lint, format and the tree's own rules, one line each; what a step printed is shown only when it failed.
 */

import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";

/** One step; `command` is looked up in node_modules/.bin. */
type Step = { readonly name: string; readonly command: string; readonly args: readonly string[] };

/** How a step ended. */
type Result = { readonly ok: boolean; readonly output: string };

const root = resolve(import.meta.dirname, "..");
const isColoured = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";

const steps: readonly Step[] = [
  { name: "types", command: "tsc", args: ["-p", "tsconfig.json"] },
  // A package that must run without Node has a stricter project of its own, without Node's types.
  ...globSync("packages/*/src/tsconfig.json", { cwd: root })
    .toSorted()
    .map((project) => ({
      name: `types of ${project.split(/[\\/]/)[1] ?? project} alone`,
      command: "tsc",
      args: ["-p", project],
    })),
  { name: "lint", command: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "format", command: "biome", args: ["check", "--linter-enabled=false", "."] },
  { name: "tidy", command: "node", args: ["scripts/tidy.ts"] },
];

function run(step: Step): Promise<Result> {
  return new Promise((settle) => {
    const chunks: Buffer[] = [];
    const child = spawn(join(root, "node_modules/.bin", step.command), step.args, { cwd: root });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => settle({ ok: false, output: `${error.message}\nRemedy: npm ci.` }));
    child.on("close", (code) =>
      settle({ ok: code === 0, output: Buffer.concat(chunks).toString().trimEnd() }),
    );
  });
}

function paint(text: string, colour: 31 | 32): string {
  return isColoured ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

let failed = 0;
for (const step of steps) {
  const started = performance.now();
  const { ok, output } = await run(step);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${ok ? paint("ok    ", 32) : paint("FAILED", 31)} ${step.name.padEnd(24)} ${seconds.padStart(5)} s`,
  );
  if (ok) continue;
  failed++;
  console.log(output);
}
console.log(failed === 0 ? "everything is in order" : `${failed} of ${steps.length} checks failed`);
if (failed > 0) process.exitCode = 1;
