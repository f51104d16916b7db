/**
 * Runs the tests: `npm test -- [--update] [PACKAGE | PATH]…`.
 *
 * Without names, everything. A package's name or folder runs that package, a file just that file, `scripts` the
 * tests of the tooling. `--update` lets golden tests write what happens as the new expectation.
 */

import { spawnSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";

/** Test files at a time; the reference machine has two cores. */
const concurrency = 2;
const root = resolve(import.meta.dirname, "..");

function findTests(target: string): string[] {
  const named = [resolve(target), resolve(root, "packages", target), resolve(root, target)].find(existsSync);
  if (named === undefined) throw new Error(`no package, folder or file "${target}"`);
  if (!statSync(named).isDirectory()) return [named];
  const found = globSync("**/*.test.ts", { cwd: named, exclude: ["**/node_modules/**"] });
  if (found.length === 0) throw new Error(`no *.test.ts under "${target}"`);
  return found.map((file) => resolve(named, file));
}

function run(args: readonly string[]): number {
  const targets = args.filter((arg) => !arg.startsWith("--"));
  const unknown = args.find((arg) => arg.startsWith("--") && arg !== "--update");
  if (unknown !== undefined) throw new Error(`no option ${unknown}`);
  const files = (targets.length === 0 ? ["packages", "scripts/test"] : targets).flatMap(findTests).toSorted();
  const options = ["--test", "--test-reporter=spec", `--test-concurrency=${concurrency}`];
  const { status } = spawnSync(process.execPath, [...options, ...files.map((file) => relative(root, file))], {
    cwd: root,
    stdio: "inherit",
    env: args.includes("--update") ? { ...process.env, QUORATE_UPDATE: "1" } : process.env,
  });
  return status ?? 1;
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}; usage: npm test -- [--update] [PACKAGE | PATH]…`);
  process.exitCode = 2;
}
