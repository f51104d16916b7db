/**
 * The core runs in a browser: it bundles without anything from outside, needs no global that is not ECMAScript, and
 * three members agree inside a real page.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import { type BuildResult, build } from "esbuild";
import type { GroupResult } from "./browser-group.ts";

const entries = 100;
const numbers = Array.from({ length: entries }, (_, number) => number);

/** Bundles what `source`, a module beside this file, says. */
function bundle(source: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2023",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
}

async function bundleGroup(): Promise<string> {
  const source = `import { runGroup } from "./browser-group.ts"; globalThis.outcome = JSON.stringify(runGroup(${entries}));`;
  const { outputFiles } = await bundle(source);
  return outputFiles[0]?.text ?? "";
}

function assertAgreed(result: GroupResult): void {
  assert.ok([1, 2, 3].includes(result.leader), `leader ${result.leader}`);
  assert.ok(result.term > 1, `term ${result.term}`);
  assert.deepEqual(result.applied, [numbers, numbers, numbers]);
}

/** Renders a page in a fresh profile and returns its document as text. */
function renderPage(browser: string, html: string): string {
  const folder = mkdtempSync(join(tmpdir(), "quorate-browser-"));
  try {
    const page = join(folder, "page.html");
    writeFileSync(page, html);
    const { stdout, stderr, status } = spawnSync(
      browser,
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        `--user-data-dir=${join(folder, "profile")}`,
        "--dump-dom",
        pathToFileURL(page).href,
      ],
      { encoding: "utf8", timeout: 120_000 },
    );
    assert.equal(status, 0, stderr);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function isOnPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}

describe("the core in a browser", () => {
  test("bundles without a module from outside its own sources", async () => {
    const { metafile, outputFiles } = await bundle(`export * from "../src/index.ts";`);
    const inputs = Object.entries(metafile.inputs).filter(([path]) => path !== "<stdin>");
    assert.ok(inputs.length > 10, `only ${inputs.length} files in the bundle`);
    for (const [path, { imports }] of inputs) {
      assert.match(path, /(?:^|\/)raft\/src\/[\w-]+\.ts$/);
      for (const imported of imports) assert.notEqual(imported.external, true, `${path} → ${imported.path}`);
    }
    assert.doesNotMatch(outputFiles[0]?.text ?? "", /["']node:|\brequire\(/);
  });

  test("elects a leader and applies entries with nothing but ECMAScript's globals", async () => {
    const context = createContext(Object.create(null) as object, {
      codeGeneration: { strings: false, wasm: false },
    });
    // The engine itself puts these two into every context.
    runInContext("delete globalThis.console; delete globalThis.WebAssembly", context);
    runInContext(await bundleGroup(), context);
    assertAgreed(JSON.parse(runInContext("globalThis.outcome", context) as string) as GroupResult);
  });

  test("elects a leader and applies entries in a page of headless Chromium", async (t) => {
    if (!isOnPath("chromium")) {
      t.skip("chromium is not on PATH (on Debian: apt-get install chromium)");
      return;
    }
    const script = (await bundleGroup()).replaceAll("</script", "<\\/script");
    const html = `<!doctype html><title>Quorate</title><pre id="outcome"></pre><script>
      try {${script}
        document.querySelector("#outcome").textContent = globalThis.outcome;
      } catch (error) {
        document.querySelector("#outcome").textContent = String(error.stack);
      }</script>`;
    const dom = renderPage("chromium", html);
    const outcome = /<pre id="outcome">([\s\S]*?)<\/pre>/.exec(dom)?.[1] ?? dom;
    assert.ok(outcome.startsWith("{"), `the page shows: ${outcome}`);
    assertAgreed(JSON.parse(outcome) as GroupResult);
  });
});
