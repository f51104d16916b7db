/**
 * Every rule fires on a tree that breaks it, and none on the real one.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { formatFinding } from "../tidy/finding.ts";
import { checkTree } from "../tidy/rules.ts";
import { lowerRatchet, type Ratchet, ratchetFile } from "../tidy/size-rules.ts";
import { readTree } from "../tidy/tree.ts";
import { type Changes, findIn, withTree } from "./tree-fixture.ts";

/** A file of the core that the index reaches. */
const core = "packages/raft/src/term.ts";
const store = { manifest: "packages/store/package.json", readme: "packages/store/README.md" };

function coreSays(text: string): Changes {
  return { [core]: `export const term = 1;\n${text}\n` };
}

function lines(count: number): string {
  return "// a line\n".repeat(count);
}

test("the real tree breaks no rule", () => {
  const root = resolve(import.meta.dirname, "../..");
  const ratchet = JSON.parse(readFileSync(join(root, ratchetFile), "utf8")) as Ratchet;
  assert.equal(checkTree(readTree(root), ratchet).map(formatFinding).join("\n"), "");
});

test("a good tree breaks no rule", () => {
  assert.deepEqual(findIn({}), []);
});

test("a finding is one line that says where, what and what to do", () => {
  const texts = withTree(coreSays(`import "node:fs";`), (tree) => checkTree(tree, {}).map(formatFinding));
  assert.equal(texts.length, 2);
  for (const text of texts) assert.match(text, /^packages\/raft\/src\/term\.ts:2 [a-z-]+ .+ Remedy: .+\.$/);
});

describe("layering", () => {
  const forbidden = [
    `import { last } from "@quorate/storage";`,
    `import type { last } from "@quorate/storage";`,
    `export { last } from "@quorate/storage";`,
    `export type Last = import("@quorate/storage").last;`,
    `export const later = () => import("@quorate/storage");`,
  ];
  for (const text of forbidden) {
    test(`forbids the core: ${text}`, () => {
      assert.deepEqual(findIn(coreSays(text)), [`${core}:2 layering`]);
    });
  }

  test("forbids it to tests as well", () => {
    const file = "packages/raft/test/term.test.ts";
    assert.deepEqual(findIn({ [file]: `import "@quorate/storage";` }), [`${file}:1 layering`]);
  });

  test("lets the tests of a package import it by its name", () => {
    assert.deepEqual(findIn({ "packages/raft/test/term.test.ts": `import "@quorate/raft";` }), []);
  });

  test("ignores what only looks like an import", () => {
    const text = "// import '@quorate/storage'\nexport const text = `import \"@quorate/storage\"`;";
    assert.deepEqual(findIn(coreSays(text)), []);
  });

  test("forbids a dependency in the manifest", () => {
    const manifest = `{
  "name": "@quorate/raft",
  "exports": { ".": "./src/index.ts" },
  "dependencies": {
    "@quorate/storage": "0.1.0",
    "left-pad": "1.0.0"
  }
}`;
    const file = "packages/raft/package.json";
    assert.deepEqual(findIn({ [file]: manifest }), [`${file}:5 layering`, `${file}:6 layering`]);
  });

  test("refuses a package that is not in the house", () => {
    const found = findIn({ "packages/cellar/package.json": "{}", "packages/cellar/README.md": "# Cellar\n" });
    assert.deepEqual(found, ["packages/cellar/package.json:1 layering"]);
  });

  test("keeps packages out of scripts", () => {
    const found = findIn({ "scripts/count.test.ts": `import "@quorate/raft";` });
    assert.deepEqual(found, ["scripts/count.test.ts:1 layering"]);
  });
});

describe("imports", () => {
  const cases: readonly [name: string, text: string, rules: readonly string[]][] = [
    ["into another package's folder", `import "../../storage/src/index.ts";`, ["relative-import"]],
    ["from src into a test", `import "../test/term.test.ts";`, ["relative-import"]],
    ["of a package that no manifest names", `import "left-pad";`, ["undeclared"]],
    ["of a Node module in the core", `import "node:path";`, ["node-import"]],
    ["of a Node module without its prefix", `import "path";`, ["node-import"]],
  ];
  for (const [name, text, rules] of cases) {
    test(name, () =>
      assert.deepEqual(
        findIn(coreSays(text)),
        rules.map((rule) => `${core}:2 ${rule}`),
      ),
    );
  }

  test("of a sibling that the manifest does not declare", () => {
    const manifest = `{ "name": "@quorate/storage", "exports": { ".": "./src/index.ts" } }`;
    const found = findIn({ "packages/storage/package.json": manifest });
    assert.deepEqual(found, ["packages/storage/src/index.ts:2 undeclared"]);
  });
});

describe("seams", () => {
  const past = [
    "export const now = Date.now();",
    `export const now = Date["now"]();`,
    "export const now = new Date();",
    "export const today = Date();",
    "export const date = Date;",
    "export const draw = Math.random;",
    "export const draw = crypto.randomUUID();",
    "export const wait = () => setTimeout(wait, 1);",
    "export const wait = () => globalThis.setTimeout(wait, 1);",
    "export const wait = () => setImmediate(wait);",
  ];
  for (const text of past) {
    test(`are not passed by: ${text}`, () => assert.deepEqual(findIn(coreSays(text)), [`${core}:2 seam`]));
  }

  for (const module of ["fs", "fs/promises", "net", "crypto", "timers/promises"]) {
    test(`are not passed by node:${module} in the store`, () => {
      const found = findIn({
        [store.manifest]: `{ "name": "@quorate/store", "exports": { ".": "./src/index.ts" } }`,
        [store.readme]: "# Store\n",
        "packages/store/src/index.ts": `import "node:${module}";\nexport const one = 1;\n`,
      });
      assert.deepEqual(found, ["packages/store/src/index.ts:1 seam"]);
    });
  }

  const within = [
    "export type Timers = { setTimeout(): void };\nexport const arm = (timers: Timers) => timers.setTimeout();",
    "export const floor = Math.floor(1.5);",
    "export const text = 'Date.now()'; // Math.random()",
    "export type Stamp = Date;",
    "export const of = (timestampMs: number) => new Date(timestampMs).toISOString();",
  ];
  for (const text of within) {
    test(`are kept by: ${text.split("\n").at(-1)}`, () => assert.deepEqual(findIn(coreSays(text)), []));
  }

  test("bind neither tests nor the packages that implement them", () => {
    const text = "export const now = Date.now();\n";
    const found = findIn({
      "packages/raft/test/term.test.ts": text,
      "packages/storage/src/index.ts": text,
    });
    assert.deepEqual(found, []);
  });
});

describe("dead files", () => {
  test("are found, alone or in a ring", () => {
    const found = findIn({
      "packages/raft/src/alone.ts": "export const one = 1;\n",
      "packages/raft/src/ring-one.ts": `import "./ring-two.ts";\n`,
      "packages/raft/src/ring-two.ts": `import "./ring-one.ts";\n`,
      "packages/raft/test/stray.ts": "export const one = 1;\n",
    });
    const files = ["src/alone.ts", "src/ring-one.ts", "src/ring-two.ts", "test/stray.ts"];
    assert.deepEqual(
      found,
      files.map((file) => `packages/raft/${file}:1 dead-file`),
    );
  });

  test("are not those that a script, an export, a test or a worker's address names", () => {
    const found = findIn({
      "package.json": `{ "name": "w", "scripts": { "count": "node scripts/count.ts" } }`,
      "scripts/count.ts": "export const one = 1;\n",
      "packages/raft/bench/main.ts": `new Worker(new URL("./worker.ts", import.meta.url));\n`,
      "packages/raft/bench/worker.ts": "export const one = 1;\n",
      "packages/raft/test/term.test.ts": `import "./oracle.ts";\n`,
      "packages/raft/test/oracle.ts": "export const one = 1;\n",
    });
    assert.deepEqual(found, []);
  });
});

describe("sizes", () => {
  const long = { [core]: `export const term = 1;\n${lines(400)}` };
  const body = "  step();\n".repeat(69);
  const longFunction = coreSays(`/** Steps. */\nexport function run(step: () => void): void {\n${body}}`);

  test("a file of 400 lines and a function of 70 are within the limit", () => {
    assert.deepEqual(findIn({ [core]: `export const term = 1;\n${lines(399)}` }), []);
    assert.deepEqual(findIn(coreSays(`export function run(): void {\n${"\n".repeat(68)}}`)), []);
  });

  test("a longer file is found", () => assert.deepEqual(findIn(long), [`${core}:1 size`]));

  test("a longer function is found, without its docstring", () => {
    assert.deepEqual(findIn(longFunction), [`${core}:3 size`]);
  });

  test("what the ratchet knows may stay, but not grow", () => {
    assert.deepEqual(findIn(long, { [core]: 401 }), []);
    assert.deepEqual(findIn(longFunction, { [`${core} > run`]: 71 }), []);
    assert.deepEqual(findIn(long, { [core]: 400 }), [`${core}:1 size`]);
  });

  test("the ratchet follows what shrinks, and never goes up", () => {
    assert.deepEqual(findIn(long, { [core]: 410 }), [`${ratchetFile}:1 ratchet`]);
    assert.deepEqual(findIn({}, { "packages/raft/src/gone.ts": 500 }), [`${ratchetFile}:1 ratchet`]);
    const lowered = withTree(long, (tree) => [
      lowerRatchet(tree, { [core]: 410, "packages/raft/src/gone.ts": 500 }),
      lowerRatchet(tree, { [core]: 390 }),
      lowerRatchet(tree, {}),
    ]);
    assert.deepEqual(lowered, [{ [core]: 401 }, { [core]: 390 }, {}]);
  });
});

describe("style", () => {
  const cases: readonly [text: string, rule: string][] = [
    ["export const one = (value: any) => value;", "any"],
    ["export const one = 1 as any;", "any"],
    ["export enum Colour { red }", "enum"],
    ["export namespace Inner { export const one = 1; }", "namespace"],
    ["export class Box { constructor(readonly one: number) {} }", "parameter-property"],
    ["export class Box extends Map<string, string> {}", "inheritance"],
    ["// TODO: later", "comment"],
    ["/* FIXME */", "comment"],
    ["// @ts-ignore", "comment"],
    ["// oxlint-disable-next-line no-eval", "comment"],
  ];
  for (const [text, rule] of cases) {
    test(`does without: ${text}`, () => assert.deepEqual(findIn(coreSays(text)), [`${core}:2 ${rule}`]));
  }

  test("keeps errors, words in strings, and reasons", () => {
    const text = [
      "export class TermError extends Error {}",
      'export const word = "TODO any enum";',
      "// oxlint-disable-next-line no-eval -- the console evaluates what the operator types",
      "export const many = 1; // in any case",
    ].join("\n");
    assert.deepEqual(findIn(coreSays(text)), []);
  });

  test("names its files", () => {
    const text = "export const one = 1;\n";
    const found = findIn({
      "packages/raft/test/utils/one.test.ts": text,
      "packages/raft/test/helpers.test.ts": text,
      "packages/raft/test/TermTest.test.ts": text,
    });
    assert.deepEqual(found.toSorted(), [
      "packages/raft/test/TermTest.test.ts:1 name",
      "packages/raft/test/helpers.test.ts:1 name",
      "packages/raft/test/utils/one.test.ts:1 name",
    ]);
  });

  test("has one door per package, and names what goes through it", () => {
    const found = findIn({
      "packages/raft/src/index.ts": `export { term } from "./door.ts";\nexport * from "./term.ts";\n`,
      "packages/raft/src/door.ts": `export { term } from "./term.ts";\n`,
    });
    assert.deepEqual(found, [
      "packages/raft/src/door.ts:1 barrel",
      "packages/raft/src/index.ts:2 export-star",
    ]);
  });

  test("has a README in every package", () => {
    const found = findIn({ "packages/raft/README.md": null, "README.md": "# Quorate\n" });
    assert.deepEqual(found, ["packages/raft/package.json:1 readme"]);
  });
});

describe("tests that do not run", () => {
  const file = "packages/raft/test/term.test.ts";
  const marks = [
    `test.only("one", () => {});`,
    `describe.skip("one", () => {});`,
    `test.todo("one");`,
    `test("one", { skip: true }, () => {});`,
    `test("one", { only: true }, () => {});`,
    `test("one", (t) => t.skip());`,
  ];
  for (const mark of marks) {
    test(`are found: ${mark}`, () => {
      const found = findIn({ [file]: `import { describe, test } from "node:test";\n${mark}\n` });
      assert.deepEqual(found, [`${file}:2 test-mark`]);
    });
  }

  test("may give a reason", () => {
    const text = `test("one", { skip: "no disk" }, () => {});\ntest("two", (t) => t.skip("no browser"));\n`;
    assert.deepEqual(findIn({ [file]: `import { test } from "node:test";\n${text}` }), []);
  });
});

describe("content", () => {
  const here = (...parts: string[]): string => ["", ...parts].join("/");
  const cases: readonly [name: string, text: string][] = [
    ["a home folder", here("home", "somebody", "quorate")],
    ["a folder of one machine", `cd ${here("work", "main")}`],
    ["a folder of another system", "C:\\Users\\somebody"],
    ["a registry", ["https://registry", "npmjs", "org/raft"].join(".")],
  ];
  for (const [name, text] of cases) {
    test(`does not name ${name}`, () => {
      assert.deepEqual(findIn({ "docs/notes.md": `# Notes\n\n${text}\n` }), ["docs/notes.md:3 content"]);
    });
  }

  test("may name relative paths and pages", () => {
    const folder = "work";
    const text = `../shared/${folder}/one, https://example.org/home/two and packages/${folder}/three\n`;
    assert.deepEqual(findIn({ "docs/notes.md": text }), []);
  });

  test("links to what is there", () => {
    const text = "[a](../README.md#b) [c](../packages/raft/) [d](https://example.org)\n[e](gone.md)\n";
    assert.deepEqual(findIn({ "docs/notes.md": text }), ["docs/notes.md:2 link"]);
  });

  test("holds a lockfile that npm ci takes", () => {
    const lock = { packages: { "node_modules/a": { optionalDependencies: { "a-linux-x64": "1.0.0" } } } };
    assert.deepEqual(findIn({ "package-lock.json": JSON.stringify(lock) }), ["package-lock.json:1 lockfile"]);
  });
});
