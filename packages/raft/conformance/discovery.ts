/**
 * Which files are scripts, and of which kind.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, extname, join, sep } from "node:path";
import { commandsOfKind, type ScriptKind } from "./runner.ts";
import { type Directive, parseScript } from "./script.ts";

/** A script that was found. */
export type FoundScript = { readonly path: string; readonly kind: ScriptKind };

/** A path cannot be used; the message names it and says what to do. */
export class PathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PathError";
  }
}

/** Scripts are small; whatever is larger is something else. */
const scriptBytesMax = 4 * 1024 * 1024;

const skippedFolders = new Set(["node_modules"]);

/**
 * Finds the scripts in files and folders, in the order of the paths and sorted within each folder.
 * @throws PathError for a path that is missing or unreadable, a named file that is no script, or a folder without any.
 */
export function findScripts(paths: readonly string[]): FoundScript[] {
  const found = new Map<string, FoundScript>();
  for (const path of paths) {
    const stats = statOf(path);
    const scripts = stats.isDirectory() ? scriptsIn(path) : [namedScript(path)];
    if (scripts.length === 0) {
      throw new PathError(
        `${path}: no data-driven scripts in this folder; give a folder of *.txt scripts, or a checkout of etcd-io/raft`,
      );
    }
    for (const script of scripts) found.set(script.path, script);
  }
  return [...found.values()];
}

function statOf(path: string): { isDirectory(): boolean } {
  try {
    return statSync(path);
  } catch (error) {
    throw new PathError(
      `${path}: ${reason(error)}; check the path (relative ones start where you called npm)`,
    );
  }
}

function namedScript(path: string): FoundScript {
  const kind = classify(path, read(path));
  if (kind === null) {
    throw new PathError(
      `${path}: not a data-driven script: no command in it is known, with ---- and the expected output below`,
    );
  }
  return { path, kind };
}

function scriptsIn(folder: string): FoundScript[] {
  const found: FoundScript[] = [];
  for (const item of listFolder(folder)) {
    const path = join(folder, item.name);
    if (item.name.startsWith(".") || item.name.endsWith("~")) continue;
    if (item.isDirectory()) {
      if (!skippedFolders.has(item.name)) found.push(...scriptsIn(path));
    } else if (item.isFile() && mayBeScript(path)) {
      const kind = classify(path, read(path));
      if (kind !== null) found.push({ path, kind });
    }
  }
  return found;
}

type FolderItem = { readonly name: string; isDirectory(): boolean; isFile(): boolean };

function listFolder(folder: string): FolderItem[] {
  try {
    const items = readdirSync(folder, { withFileTypes: true });
    return items.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    throw new PathError(`${folder}: cannot be listed: ${reason(error)}; check its permissions`);
  }
}

function mayBeScript(path: string): boolean {
  const extension = extname(path);
  return (extension === ".txt" || extension === "") && statSync(path).size <= scriptBytesMax;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new PathError(`${path}: cannot be read: ${reason(error)}; check its permissions`);
  }
}

/**
 * Tells a script's kind: the one that knows most of its commands; if none knows any, the one that the folder's name
 * says. Null if the text is no script at all.
 */
export function classify(path: string, text: string): ScriptKind | null {
  if (text.includes("\0")) return null;
  const { directives, lines } = parseScript(text);
  const complete = directives.filter((directive) => directive.separator < lines.length);
  let best: ScriptKind | null = null;
  let bestKnown = 0;
  for (const [kind, commands] of commandsOfKind) {
    const known = complete.filter((directive) => commands.has(directive.command)).length;
    if (known > bestKnown) {
      best = kind;
      bestKnown = known;
    }
  }
  return best ?? (complete.length > 0 ? kindOfFolder(path, complete) : null);
}

/** A script of unknown commands is still a script if it lies among scripts and looks like one. */
function kindOfFolder(path: string, directives: readonly Directive[]): ScriptKind | null {
  if (!directives.every((directive) => /^[a-z_][a-z0-9_-]*$/.test(directive.command))) return null;
  const folders = path.split(sep).slice(0, -1);
  if (folders.includes("quorum")) return "quorum";
  if (folders.includes("confchange")) return "confchange";
  const last = basename(folders.join(sep));
  return last === "interaction" || last === "testdata" ? "interaction" : null;
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "no such file or folder";
  if (code === "EACCES") return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
