/**
 * Breaks rules of a package one at a time, in a scratch copy, and shows which test notices: `npm run mutation-check --
 * [PACKAGE] [NAME…]`. A rule that can be broken unnoticed is a missing test.
 *
 * The mutants are data: `packages/PACKAGE/test/mutants.json`, each with a file of `src`, a text that occurs there exactly
 * once, and what to put in its place. Ends with `N passed, N failed`; a mutant that survives fails.
 */

import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
};
type Verdict = { readonly killedBy: string | null; readonly count: number; readonly note: string };

const root = resolve(import.meta.dirname, "..");
const budgetMs = 120_000;
/** Tests that run everything at once, and whole files. */
const isCampaign = /each kind happens|random schedules|\.test\.ts/;

function makeScratch(packageName: string): string {
  const scratch = mkdtempSync(join(tmpdir(), "quorate-mutants-"));
  cpSync(join(root, "packages", packageName), join(scratch, "packages", packageName), {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  cpSync(join(root, "package.json"), join(scratch, "package.json"));
  symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"));
  return scratch;
}

/** Runs the package's tests in the scratch copy; names the first that fails. */
function runTests(scratch: string, packageName: string): Verdict {
  const files = globSync(`packages/${packageName}/test/**/*.test.ts`, { cwd: scratch })
    .filter((file) => !file.endsWith("browser.test.ts"))
    .toSorted();
  const { stdout, status } = spawnSync(
    process.execPath,
    ["--test", "--test-reporter=tap", "--test-concurrency=2", ...files],
    {
      cwd: scratch,
      encoding: "utf8",
      timeout: budgetMs,
      maxBuffer: 1 << 28,
      env: { ...process.env, QUORATE_CONFORMANCE: resolve(root, "../shared/conformance/etcd-raft") },
    },
  );
  if (status === 0) return { killedBy: null, count: 0, note: "survived" };
  const failing = [...stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((match) => match[1] ?? "");
  // A campaign over the whole package notices nearly everything; a test of the very rule says more.
  const killedBy = failing.find((name) => !isCampaign.test(name)) ?? failing[0];
  return { killedBy: killedBy ?? "no test came to its end", count: failing.length, note: "" };
}

function check(scratch: string, packageName: string, mutant: Mutant): Verdict {
  const path = join(scratch, "packages", packageName, "src", mutant.file);
  const original = readFileSync(path, "utf8");
  const places = original.split(mutant.search).length - 1;
  if (places !== 1)
    return { killedBy: null, count: 0, note: `its text occurs ${places} times in ${mutant.file}` };
  writeFileSync(
    path,
    original.replace(mutant.search, () => mutant.replace),
  );
  try {
    return runTests(scratch, packageName);
  } finally {
    writeFileSync(path, original);
  }
}

const [packageName = "raft", ...names] = process.argv.slice(2);
const listPath = join(root, "packages", packageName, "test", "mutants.json");
const mutants = (JSON.parse(readFileSync(listPath, "utf8")) as Mutant[]).filter(
  ({ name }) => names.length === 0 || names.some((wanted) => name.includes(wanted)),
);
const scratch = makeScratch(packageName);
let passed = 0;
try {
  const clean = runTests(scratch, packageName);
  if (clean.killedBy !== null)
    throw new Error(`the unchanged code fails "${clean.killedBy}"; mend that first`);
  for (const mutant of mutants) {
    const verdict = check(scratch, packageName, mutant);
    if (verdict.killedBy !== null) passed++;
    const more = verdict.count > 1 ? ` (and ${verdict.count - 1} more)` : "";
    console.log(
      `${verdict.killedBy === null ? "SURVIVED" : "killed  "} ${mutant.name}: ${verdict.killedBy ?? verdict.note}${more}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${mutants.length - passed} failed`);
process.exitCode = passed === mutants.length ? 0 : 1;
