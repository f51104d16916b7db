import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { flagTable } from "../src/serve/flag-table.ts";
import { serveHelp } from "../src/serve/serve-help.ts";

const golden = join(import.meta.dirname, "serve-help.txt");

test("the help is what it was, and fits 80 columns", () => {
  const help = serveHelp();
  if (process.env["QUORATE_UPDATE"] === "1") writeFileSync(golden, help);
  assert.equal(help, readFileSync(golden, "utf8"));
  for (const line of help.split("\n")) assert.ok(line.length <= 80, line);
});

test("every flag is in the help", () => {
  const words = new Set(serveHelp().match(/--[\w-]+/g));
  for (const { name } of flagTable) assert.ok(words.has(`--${name}`), name);
});
