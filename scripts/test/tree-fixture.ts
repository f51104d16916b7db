/**
 * Small workspaces in a temporary folder, for the rules to look at.
 */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkTree } from "../tidy/rules.ts";
import type { Ratchet } from "../tidy/size-rules.ts";
import { readTree, type Tree } from "../tidy/tree.ts";

/** A workspace that keeps every rule: two packages, of which one imports the other. */
const goodFiles: Readonly<Record<string, string>> = {
  "package.json": `{ "name": "w", "devDependencies": { "fast-check": "1.0.0" } }`,
  "README.md": "See [the core](packages/raft/README.md).\n",
  "packages/raft/package.json": `{ "name": "@quorate/raft", "exports": { ".": "./src/index.ts" } }`,
  "packages/raft/README.md": "# The core\n",
  "packages/raft/src/index.ts": `export { term } from "./term.ts";\n`,
  "packages/raft/src/term.ts": "/** A term. */\nexport const term: number = 1;\n",
  "packages/raft/test/term.test.ts": `import "node:test";\nimport "fast-check";\nimport "../src/term.ts";\n`,
  "packages/storage/package.json": `{
  "name": "@quorate/storage",
  "exports": { ".": "./src/index.ts" },
  "dependencies": { "@quorate/raft": "0.1.0" }
}`,
  "packages/storage/README.md": "# The log\n",
  "packages/storage/src/index.ts": `import "node:fs";\nimport { term } from "@quorate/raft";\nexport const last = term;\n`,
};

/** Files by path; null takes one of the good files away. */
export type Changes = Readonly<Record<string, string | null>>;

/** Lays the good workspace with the changes, and shows it to `look`. */
export function withTree<T>(changes: Changes, look: (tree: Tree) => T): T {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "quorate-tidy-")));
  try {
    for (const [file, text] of Object.entries({ ...goodFiles, ...changes })) {
      if (text === null) continue;
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return look(readTree(root));
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** What the rules find in the good workspace with the changes, as `file:line rule`. */
export function findIn(changes: Changes, ratchet: Ratchet = {}): string[] {
  return withTree(changes, (tree) =>
    checkTree(tree, ratchet).map(({ file, line, rule }) => `${file}:${line} ${rule}`),
  );
}
