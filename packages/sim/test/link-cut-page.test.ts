/** The page about cut links: every set that was run is counted, and the same options give the same page. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { linkCutPage } from "../src/study/link-cut-page.ts";

test("the page counts what was run", async () => {
  const options = { seeds: [], drawn: 3, hubs: 1 };
  const page = await linkCutPage(options);
  assert.match(page, /## Five members: 4 of the 1,048,576 sets/);
  const runs = [...page.matchAll(/^\| (?:majority|hub|nothing) \| (\d+) \|/gm)].map(([, count]) =>
    Number(count),
  );
  assert.equal(
    runs.reduce((sum, count) => sum + count, 0),
    4,
  );
  assert.equal(await linkCutPage(options), page);
});

test("the page in docs/ has every set of three members", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/link-cuts.md"), "utf8");
  const rows =
    page
      .split("## Five members")[0]
      ?.split("\n")
      .filter((line) => /^\| (?:none|`)/.test(line)) ?? [];
  assert.equal(rows.length, 64);
});
