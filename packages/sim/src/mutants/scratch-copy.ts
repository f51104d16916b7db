/**
 * A scratch copy of what the simulator runs, in a temporary directory: bugs are put in there, never into the tree itself.
 */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const scope = "@quorate";

/** See the module. */
export class ScratchCopy {
  readonly directory: string;

  /** Copies the simulator and the packages that it is made of; other dependencies are linked. */
  constructor(root: string) {
    this.directory = mkdtempSync(join(tmpdir(), "quorate-mutants-"));
    const modules = join(this.directory, "node_modules");
    mkdirSync(join(modules, scope), { recursive: true });
    for (const name of readdirSync(join(root, "node_modules"))) {
      if (name !== scope && !name.startsWith("."))
        symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
    for (const name of packagesBehind(root, "sim")) {
      const copy = join(this.directory, "packages", name);
      cpSync(join(root, "packages", name), copy, {
        recursive: true,
        filter: (path) => !["node_modules", "test", "bench"].includes(basename(path)),
      });
      symlinkSync(copy, join(modules, scope, name));
    }
  }

  /** Runs something while a file is another; `file` is a path from the root. */
  withChanged<Result>(file: string, change: (text: string) => string, run: () => Result): Result {
    const path = join(this.directory, file);
    const original = readFileSync(path, "utf8");
    writeFileSync(path, change(original));
    try {
      return run();
    } finally {
      writeFileSync(path, original);
    }
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A package and all of this repository that it needs. */
function packagesBehind(root: string, first: string): ReadonlySet<string> {
  const found = new Set([first]);
  for (const name of found) {
    const text = readFileSync(join(root, "packages", name, "package.json"), "utf8");
    const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
    for (const dependency of Object.keys(dependencies)) {
      if (dependency.startsWith(`${scope}/`)) found.add(dependency.slice(scope.length + 1));
    }
  }
  return found;
}
