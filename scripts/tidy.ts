/**
 * Checks that the tree keeps the design's and the style's rules: `npm run tidy -- [--update]`.
 *
 * Prints one line per finding and ends with 1 if there is one. `--update` turns the ratchet of sizes down to what is
 * there now.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatFinding } from "./tidy/finding.ts";
import { checkTree } from "./tidy/rules.ts";
import { lowerRatchet, type Ratchet, ratchetFile } from "./tidy/size-rules.ts";
import { readTree } from "./tidy/tree.ts";

const root = resolve(import.meta.dirname, "..");
const path = join(root, ratchetFile);
const tree = readTree(root);
let ratchet = JSON.parse(readFileSync(path, "utf8")) as Ratchet;

if (process.argv.includes("--update")) {
  ratchet = lowerRatchet(tree, ratchet);
  writeFileSync(path, `${JSON.stringify(ratchet, null, 2)}\n`);
}

const findings = checkTree(tree, ratchet);
for (const finding of findings) console.log(formatFinding(finding));
const summary = `${tree.sources.size} source files, ${tree.files.length} files: `;
console.log(summary + (findings.length === 0 ? "tidy" : `${findings.length} findings`));
if (findings.length > 0) process.exitCode = 1;
