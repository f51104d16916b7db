/** The store runs anywhere and decides alike everywhere: its sources use no platform, no clock and no chance. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../src/", import.meta.url);
/** Text by path in the folder. */
const sources = new Map(
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")] as const),
);

/** What a file imports: paths in the folder, and others as they are. */
function imports(name: string): string[] {
  const targets = [...(sources.get(name) ?? "").matchAll(/from "([^"]+)"/g)].map(
    (match) => match[1] as string,
  );
  const from = new URL(name, folder);
  return targets.map((target) =>
    target.startsWith(".") ? new URL(target, from).href.slice(folder.href.length) : target,
  );
}

test("only the LMDB files import anything from outside, and only lmdb", () => {
  for (const name of sources.keys()) {
    const outside = imports(name).filter((target) => !sources.has(target));
    const allowed = name.startsWith("lmdb-") ? ["lmdb"] : [];
    assert.deepEqual(
      outside.filter((target) => !allowed.includes(target)),
      [],
      name,
    );
  }
});

test("the main entry does not reach the LMDB files: it can be bundled for a browser", () => {
  const reached = new Set<string>();
  const visit = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    for (const target of imports(name)) visit(target);
  };
  visit("index.ts");
  assert.ok(reached.size > 20);
  assert.deepEqual(
    [...reached].filter((name) => name.startsWith("lmdb-")),
    [],
  );
});

test("no clock, no chance, no timers, no promises outside of the LMDB backend", () => {
  const forbidden =
    /Date\.|Math\.random|performance\.|setTimeout|setInterval|setImmediate|process\.|\bBuffer\b|require\(/;
  const asynchronous = /\basync\b|\bawait\b|Promise/;
  for (const [name, text] of sources) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    assert.doesNotMatch(code, forbidden, name);
    // Giving space back is the owner's errand to the backend, which the store only passes on.
    const waiting = code.replaceAll(
      /defragment\??\(\): Promise<void>|defragment\?\.\(\) \?\? Promise\.resolve\(\)/g,
      "",
    );
    if (!name.startsWith("lmdb-")) assert.doesNotMatch(waiting, asynchronous, name);
  }
});
