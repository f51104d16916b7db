/**
 * The rule about dead files: every source file is reached from something that runs.
 */

import { posix } from "node:path";
import type { Finding } from "./finding.ts";
import { placeOf, type Tree } from "./tree.ts";

/** Findings about source files that nothing reaches. */
export function checkDeadFiles(tree: Tree): Finding[] {
  const alive = new Set<string>();
  const waiting = [...tree.sources.keys()].filter(isEntry);
  waiting.push(...entriesOfManifests(tree));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (alive.has(file)) continue;
    alive.add(file);
    for (const { specifier } of tree.sources.get(file)?.imports ?? []) {
      if (specifier.startsWith(".")) waiting.push(posix.join(posix.dirname(file), specifier));
    }
  }
  const remedy =
    "delete it, or import it from the package's index, a test, or an entry named in a package.json.";
  return [...tree.sources.keys()]
    .filter((file) => !alive.has(file))
    .map((file) => ({ file, line: 1, rule: "dead-file", message: "nothing reaches this file.", remedy }));
}

/** Whether a file is run by its place or name: a test, an example, a benchmark, the conformance runner. */
function isEntry(file: string): boolean {
  const { area } = placeOf(file);
  if (area === "bench" || area === "conformance") return posix.basename(file) === "main.ts";
  return file.endsWith(".test.ts") || area === "examples";
}

/** Files that a package exports or installs as a command, and those that an npm script runs. */
function entriesOfManifests(tree: Tree): string[] {
  const manifests = [{ base: "", manifest: tree.manifest }];
  for (const { folder, manifest } of tree.packages) manifests.push({ base: `packages/${folder}`, manifest });
  return manifests.flatMap(({ base, manifest }) => [
    ...Object.values({ ...manifest.exports, ...manifest.bin }).map((path) => posix.join(base, path)),
    ...Object.values(manifest.scripts ?? {}).flatMap((script) =>
      [...script.matchAll(/[\w./-]+\.ts\b/g)].map(([path]) => posix.join(base, path)),
    ),
  ]);
}
