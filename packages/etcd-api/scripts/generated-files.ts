/**
 * What should stand in `src/gen`, worked out from the definitions.
 */

import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { emitFile, emitRegistry } from "./emit-file.ts";
import { parseProto } from "./proto-parser.ts";
import { type FileSchema, linkFiles } from "./schema.ts";

/** The package's folder. */
export const packageFolder = resolve(import.meta.dirname, "..");
/** Where generated files stand. */
export const genFolder = join(packageFolder, "src/gen");

/** The definitions, parsed and linked. */
export function readDefinitions(): FileSchema[] {
  const protoFolder = join(packageFolder, "proto");
  const names = globSync("*.proto", { cwd: protoFolder }).toSorted();
  return linkFiles(names.map((name) => parseProto(name, readFileSync(join(protoFolder, name), "utf8"))));
}

/** Texts by file name, relative to {@link genFolder}. */
export function generateFiles(): Map<string, string> {
  const schemas = readDefinitions();
  const files = new Map(schemas.map((schema) => [schema.file.replace(/\.proto$/, ".ts"), emitFile(schema)]));
  files.set("registry.ts", emitRegistry(schemas));
  return files;
}

/** What stands in the folder and differs, or is too many, or is missing. */
export function findStaleFiles(files: ReadonlyMap<string, string>): string[] {
  const present = globSync("*", { cwd: genFolder });
  const stale = [...files].filter(
    ([name, text]) => !present.includes(name) || readFileSync(join(genFolder, name), "utf8") !== text,
  );
  return [...stale.map(([name]) => name), ...present.filter((name) => !files.has(name))].toSorted();
}
