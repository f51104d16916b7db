/**
 * Generates `src/gen` from `proto`: `npm run generate -- [--check]`.
 *
 * With `--check` nothing is written; files that are not as they would be generated are named, and the exit code is 1.
 */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findStaleFiles, generateFiles, genFolder } from "./generated-files.ts";

const args = process.argv.slice(2);
const unknown = args.find((arg) => arg !== "--check");
if (unknown !== undefined) throw new Error(`unknown option ${unknown}; usage: npm run generate -- [--check]`);

const files = generateFiles();
const stale = findStaleFiles(files);
if (args.includes("--check")) {
  for (const name of stale) process.stdout.write(`src/gen/${name} is stale; remedy: npm run generate.\n`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  mkdirSync(genFolder, { recursive: true });
  for (const name of stale) {
    const text = files.get(name);
    if (text === undefined) rmSync(join(genFolder, name));
    else writeFileSync(join(genFolder, name), text);
  }
  process.stdout.write(`${files.size} files in src/gen, ${stale.length} of them changed\n`);
}
