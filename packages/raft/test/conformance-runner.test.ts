import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, describe, test } from "node:test";
import { classify, findScripts } from "../conformance/discovery.ts";
import { runFile, runScript } from "../conformance/runner.ts";
import { parseScript } from "../conformance/script.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-conformance-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const goodVote = "vote cfg=(1) votes=(y)\n----\nVoteWon\n";
const goodCluster =
  "add-nodes 1\n----\nINFO never\n\nraft-state\n----\n1: StateFollower (Non-Voter) Term:0 Lead:0\n";

describe("discovery", () => {
  test("finds every kind in a checkout, and nothing else", () => {
    const scripts = [
      file("checkout/confchange/testdata/simple.txt", "simple\nv1\n----\nwhatever\n"),
      file("checkout/quorum/testdata/vote.txt", goodVote),
      file("checkout/testdata/cluster.txt", goodCluster),
      file("checkout/testdata/unknown.txt", "teleport 1\n----\nok\n"),
    ];
    file("checkout/README.md", "# Raft\n\ncommitted\n----\n");
    file("checkout/raft.go", goodVote);
    file("checkout/LICENSE", "Terms\n\n----\n\nWords and words.\n");
    file("checkout/notes.txt", "Some notes\n\n1. vote often\n");
    file("checkout/testdata/.hidden.txt", goodVote);
    file("checkout/node_modules/x/vote.txt", goodVote);
    const found = findScripts([join(folder, "checkout")]);
    assert.deepEqual(
      found.map(({ path, kind }) => [path, kind]),
      [
        [scripts[0], "confchange"],
        [scripts[1], "quorum"],
        [scripts[2], "interaction"],
        [scripts[3], "interaction"],
      ],
    );
  });

  test("goes by the commands before it goes by the folder", () => {
    assert.equal(classify("/a/quorum/x.txt", goodCluster), "interaction");
    assert.equal(classify("/a/quorum/x.txt", "teleport\n----\n"), "quorum");
    assert.equal(classify("/a/b/x.txt", "teleport\n----\n"), null);
    assert.equal(classify("/a/testdata/x.txt", "vote\0\n----\n"), null);
  });

  test("names what cannot be used, and what to do", () => {
    assert.throws(
      () => findScripts([join(folder, "nowhere")]),
      /nowhere: no such file or folder; check the path/,
    );
    const text = file("plain/text.txt", "Nothing to run here.\n");
    assert.throws(() => findScripts([text]), /text\.txt: not a data-driven script/);
    assert.throws(() => findScripts([dirname(text)]), /plain: no data-driven scripts in this folder; give/);
  });
});

describe("runner", () => {
  test("goes on behind a failure, and tells faults from wrong output", () => {
    const script = parseScript(
      "teleport\n----\nok\n\nraft-log 7\n----\nok\n\nlog-level loud\n----\nok\n\nlog-level none\n----\nok\n",
    );
    const reports = runScript(script, "interaction");
    assert.match(reports[0]?.fault ?? "", /unknown command teleport; interaction scripts have .*add-nodes/);
    assert.match(reports[1]?.fault ?? "", /there is no node 7.*add-nodes/);
    assert.equal(reports[2]?.fault, null);
    assert.equal(reports[2]?.actual, "log levels must be either of [DEBUG INFO WARN ERROR FATAL NONE]\n");
    assert.deepEqual(
      reports.map(({ passed }) => passed),
      [false, false, false, true],
    );
  });

  test("silence hides everything but refusals", () => {
    const script = parseScript(
      "log-level none\n----\nok\n\nadd-nodes 1 voters=(1)\n----\nindex must be specified as > 1 due to bootstrap\n\nadd-nodes 1 voters=(1) index=2\n----\nok\n\npropose 1 x\n----\nraft proposal dropped\n",
    );
    assert.deepEqual(
      runScript(script, "interaction").map(({ actual, passed }) => [passed, actual]),
      script.directives.map(({ expected }) => [true, expected]),
    );
  });

  test("rewrites on demand, except where something broke", () => {
    const path = file("update/vote.txt", `# kept\n${goodVote.replace("VoteWon", "?")}\nbreak\n----\nkept\n`);
    assert.equal(runFile(path, "quorum").failed, 2);
    const report = runFile(path, "quorum", { update: true });
    assert.deepEqual([report.passed, report.failed, report.rewritten], [1, 1, true]);
    assert.equal(readFileSync(path, "utf8"), `# kept\n${goodVote}\nbreak\n----\nkept\n`);
  });
});

describe("command line", () => {
  const main = resolve(import.meta.dirname, "../conformance/main.ts");
  const run = (args: readonly string[], cwd: string | null = null) =>
    spawnSync(process.execPath, [main, ...args], {
      encoding: "utf8",
      env: { ...process.env, INIT_CWD: cwd ?? folder },
    });

  test("sums up alone on the last line, relative to where npm was called", () => {
    const path = file("cli/quorum/vote.txt", goodVote);
    const { status, stdout } = run([relative(folder, path)]);
    assert.equal(stdout, "ok   cli/quorum/vote.txt (quorum): 1 passed, 0 failed\n1 passed, 0 failed\n");
    assert.equal(status, 0);
  });

  test("shows what failed, without colours into a pipe, and exits with 1", () => {
    file("bad/vote.txt", `${goodVote}\n${goodVote.replace("Won", "Lost")}`);
    const { status, stdout } = run(["bad"]);
    const report = "\nbad/vote.txt:5: vote cfg=1 votes=y\n- VoteLost\n+ VoteWon\n\n";
    assert.equal(stdout, `FAIL bad/vote.txt (quorum): 1 passed, 1 failed\n${report}1 passed, 1 failed\n`);
    assert.equal(status, 1);
  });

  test("says what is wrong with its arguments", () => {
    const cases: readonly (readonly [args: readonly string[], message: RegExp])[] = [
      [[], /no path was given\n\nusage: npm run conformance -- /],
      [["--loud", "bad"], /unknown option --loud\n\nusage/],
      [["nowhere"], /nowhere: no such file or folder; check the path/],
    ];
    for (const [args, message] of cases) {
      const { status, stderr } = run(args);
      assert.match(stderr, message);
      assert.equal(status, 1);
    }
  });
});
