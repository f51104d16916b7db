/**
 * Starts a TypeScript script on Node 24 or newer: `node scripts/launch.js SCRIPT [ARGUMENT…]`.
 *
 * Plain JavaScript on purpose, for it must run on the older Node of a machine that has no other. npm scripts find the
 * npm package `node` first on their PATH, so usually nothing is left to do here; if that package's install script did
 * not run, this says so instead of failing with an unknown file extension. The script is imported, so its
 * `import.meta.main` is false.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const nodeMajorMin = 24;

/** The Node that the npm package brings; absent when its install script was blocked. */
const bundledNode = resolve(import.meta.dirname, "../node_modules/node/bin/node");

const [script, ...rest] = process.argv.slice(2);
const major = Number(process.versions.node.split(".")[0]);

if (script === undefined) {
  console.error("usage: node scripts/launch.js SCRIPT [ARGUMENT…]");
  process.exitCode = 2;
} else if (major >= nodeMajorMin) {
  const path = resolve(script);
  process.argv.splice(1, process.argv.length - 1, path, ...rest);
  await import(pathToFileURL(path).href);
} else if (existsSync(bundledNode)) {
  const { status } = spawnSync(bundledNode, [resolve(script), ...rest], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} else {
  console.error(`Quorate needs Node ${nodeMajorMin} or newer; this is ${process.version}.
The npm package "node" brings the right one, but it is not installed or its install script was blocked.
Remedy: npm ci, then npm test. If this text comes again: npm rebuild node, then npm test.`);
  process.exitCode = 1;
}
