/**
 * The tree under examination: its text files, its packages, and what each source file says.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readSources, type SourceFacts } from "./source.ts";

/** The parts of a package.json that rules look at. */
export type Manifest = {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
};

/** One workspace package; `folder` is its name below `packages/`. */
export type Package = { readonly folder: string; readonly manifest: Manifest };

/** Everything the rules may look at. Paths are relative to the root, with forward slashes. */
export type Tree = {
  readonly root: string;
  readonly files: readonly string[];
  readonly manifest: Manifest;
  readonly packages: readonly Package[];
  readonly sources: ReadonlyMap<string, SourceFacts>;
  readonly textOf: (file: string) => string;
};

/** Where a file lives: its package (null: the workspace's own) and the package's subfolder (`src`, `test`, …). */
export type Place = { readonly folder: string | null; readonly area: string };

const foldersLeftOut = new Set(["node_modules", ".git", "dist", "coverage", "gen", "quorate-data", "tmp"]);
const binaryEnding = /\.(?:png|jpe?g|gif|ico|woff2?|wasm|gz|tgz|zip|pdf|node)$/;

/** Reads the tree under `root`. */
export function readTree(root: string): Tree {
  const files = listFiles(root, "").toSorted();
  const texts = new Map<string, string>();
  const textOf = (file: string): string => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(root, file), "utf8");
    texts.set(file, text);
    return text;
  };
  const packages = files.flatMap((file) => {
    const folder = /^packages\/([^/]+)\/package\.json$/.exec(file)?.[1];
    return folder === undefined ? [] : [{ folder, manifest: JSON.parse(textOf(file)) as Manifest }];
  });
  const sourceFiles = files.filter(
    (file) => file.endsWith(".ts") && /^(?:packages|scripts|examples)\//.test(file),
  );
  return {
    root,
    files,
    manifest: JSON.parse(textOf("package.json")) as Manifest,
    packages,
    sources: readSources(root, sourceFiles),
    textOf,
  };
}

/** Where a file lives. */
export function placeOf(file: string): Place {
  const match = /^packages\/([^/]+)\/([^/]+)/.exec(file);
  if (match !== null) return { folder: match[1] as string, area: match[2] as string };
  return { folder: null, area: file.split("/")[0] as string };
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return foldersLeftOut.has(entry.name) ? [] : listFiles(root, path);
    return entry.isFile() && !binaryEnding.test(entry.name) ? [path] : [];
  });
}
