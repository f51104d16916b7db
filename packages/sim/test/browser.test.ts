/**
 * The simulator runs in a browser, and a seed is the same run there, event by event: the same hash.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { MessageChannel } from "node:worker_threads";
import { type BuildResult, build, type Plugin } from "esbuild";
import { type BrowserRun, runSeeds } from "./browser-run.ts";

const seeds = [1, 2, 3, 4, 5];
/** Nobody waits longer for a page; it takes some seconds. */
const pageMsMax = 60_000;

/**
 * The frames of TCP take a checksum from Node. They come along with two constants of theirs that the memory transport needs;
 * nothing calls it.
 */
const zlib: Plugin = {
  name: "no zlib",
  setup(bundler) {
    bundler.onResolve({ filter: /^node:zlib$/ }, ({ path }) => ({ path, namespace: "absent" }));
    bundler.onLoad({ filter: /./, namespace: "absent" }, () => ({
      contents: 'export function crc32() { throw new Error("there is no zlib here"); }',
    }));
  },
};

/** The simulator and what it needs in one script; nothing of Node's comes with it unless something uses it. */
function bundle(after: string): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: {
      contents: `import { runSeeds } from "./browser-run.ts";
        runSeeds(${JSON.stringify(seeds)}).then(
          (runs) => ({ runs }), (error) => ({ error: String(error?.stack ?? error) })
        ).then(${after});`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    external: ["node:*"],
    plugins: [zlib],
    platform: "browser",
    format: "iife",
    target: "es2023",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
}

async function scriptOf(after: string): Promise<string> {
  const { outputFiles } = await bundle(after);
  return outputFiles[0]?.text ?? "";
}

type Outcome = { readonly runs?: readonly BrowserRun[]; readonly error?: string };

async function assertSameAsHere({ runs, error }: Outcome): Promise<void> {
  assert.equal(error, undefined);
  assert.deepEqual(runs, await runSeeds(seeds));
  assert.deepEqual(
    runs?.map(({ verdict }) => verdict),
    seeds.map(() => "pass"),
  );
}

function isOnPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}

/** A script that fails before it begins says so as well. */
const page = `<!doctype html><title>Quorate</title><script>addEventListener("error", ({ message }) =>
  fetch("/outcome", { method: "POST", body: JSON.stringify({ error: message }) }));</script>
  <script src="/run.js"></script>`;

/** Serves a page with a script at `/`, and settles with what the page posts. */
function servePage(script: string): { readonly server: Server; readonly outcome: Promise<string> } {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        response.end();
        resolve(text);
      });
      return;
    }
    const isScript = request.url === "/run.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : page);
  });
  return { server, outcome: promise };
}

function openPage(url: string, profile: string): ChildProcess {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    `--user-data-dir=${profile}`,
  ];
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return spawn("chromium", [...flags, ...quiet, "--remote-debugging-port=0", url], { stdio: "ignore" });
}

describe("the simulator in a browser", () => {
  test("bundles without a module of Node's", async () => {
    const { metafile, outputFiles } = await bundle("() => undefined");
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    assert.deepEqual(imports, []);
    assert.doesNotMatch(outputFiles[0]?.text ?? "", /["']node:|\brequire\(/);
  });

  test("a seed is the same run where a macrotask has to empty the queue of promises", async () => {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const channels: MessageChannel[] = [];
    const makeChannel = function makeChannel(): MessageChannel {
      const channel = new MessageChannel();
      channels.push(channel);
      return channel;
    };
    const context = createContext({
      settle: (text: string) => resolve(JSON.parse(text) as Outcome),
      MessageChannel: makeChannel,
      ...{ TextEncoder, TextDecoder, queueMicrotask },
    });
    try {
      runInContext(await scriptOf("(outcome) => settle(JSON.stringify(outcome))"), context);
      await assertSameAsHere(await promise);
      assert.equal(channels.length, 1);
    } finally {
      for (const { port1, port2 } of channels) for (const port of [port1, port2]) port.close();
    }
  });

  test("a seed is the same run in a page of headless Chromium", async (t) => {
    if (!isOnPath("chromium")) {
      t.skip("chromium is not on PATH (on Debian: apt-get install chromium)");
      return;
    }
    const script = await scriptOf(
      '(outcome) => fetch("/outcome", { method: "POST", body: JSON.stringify(outcome) })',
    );
    const { server, outcome } = servePage(script);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const profile = mkdtempSync(join(tmpdir(), "quorate-browser-"));
    const { port } = server.address() as AddressInfo;
    const browser = openPage(`http://127.0.0.1:${port}/`, profile);
    const closed = once(browser, "close");
    const patience = setTimeout(() => browser.kill(), pageMsMax);
    try {
      const left = closed.then(() => '{"error":"the browser ended"}');
      await assertSameAsHere(JSON.parse(await Promise.race([outcome, left])) as Outcome);
    } finally {
      clearTimeout(patience);
      browser.kill();
      await closed;
      server.closeAllConnections();
      server.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
});
