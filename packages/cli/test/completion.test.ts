import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { bashCompletion } from "../src/completion/bash-completion.ts";
import { completionNodes } from "../src/completion/completion-model.ts";
import { fishCompletion } from "../src/completion/fish-completion.ts";
import { zshCompletion } from "../src/completion/zsh-completion.ts";
import { registerServe } from "../src/serve/register-serve.ts";
import { scratch } from "./serve-process.ts";

function program(): Command {
  const root = new Command("quorate").enablePositionalOptions();
  registerServe(root);
  const lease = root.command("lease").description("leases: it's about them");
  lease
    .command("grant")
    .summary("grant one")
    .option("-t, --ttl <seconds>", "how long")
    .option("--file <file>", "from a file");
  return root;
}

const hasShell = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;
const skipWithout = (shell: string) => (hasShell(shell) ? false : `${shell} is not installed`);

test("the tree of commands has every command with its options", () => {
  const nodes = completionNodes(program());
  assert.deepEqual(
    nodes.map(({ path }) => path.join(" ")),
    ["", "serve", "lease", "lease grant"],
  );
  assert.deepEqual(
    nodes[3]?.options.map(({ long, short, takesValue, isPath }) => [long, short, takesValue, isPath]),
    [
      ["--ttl", "-t", true, false],
      ["--file", null, true, true],
      ["--help", "-h", false, false],
    ],
  );
  const format = nodes[1]?.options.find(({ long }) => long === "--log-format");
  assert.deepEqual(format?.choices, ["json", "console"]);
});

test("bash completes commands, options and values", { skip: skipWithout("bash") }, (context) => {
  const file = join(scratch(context), "completion.bash");
  writeFileSync(file, bashCompletion(completionNodes(program())));
  const complete = (...words: readonly string[]): readonly string[] => {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _quorate; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", file, "quorate", ...words], {
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    return stdout.split("\n").filter((line) => line !== "");
  };
  assert.deepEqual(complete("s"), ["serve"]);
  assert.deepEqual(complete("lease", ""), ["grant", "help"]);
  assert.deepEqual(complete("lease", "grant", "--"), ["--ttl", "--file", "--help"]);
  assert.deepEqual(complete("serve", "--log-f"), ["--log-format"]);
  assert.deepEqual(complete("serve", "--log-format", ""), ["json", "console"]);
  assert.deepEqual(complete("serve", "--name", "a", "--log-format", "c"), ["console"]);
  assert.deepEqual(complete("serve", "--data-dir", ""), [], "files are the shell's");
});

for (const [shell, make] of [
  ["bash", bashCompletion],
  ["zsh", zshCompletion],
  ["fish", fishCompletion],
] as const) {
  test(`${shell} takes its script`, { skip: skipWithout(shell) }, (context) => {
    const file = join(scratch(context), shell);
    writeFileSync(file, make(completionNodes(program())));
    const { status, stderr } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
  });
}

test("texts with quotes and colons are written as the shells want them", () => {
  const nodes = completionNodes(program());
  assert.match(zshCompletion(nodes), /'lease:leases: it'\\''s about them'/);
  assert.match(fishCompletion(nodes), /-f -a lease -d 'leases: it\\'s about them'/);
  assert.match(fishCompletion(nodes), /"\/lease\/grant"' -l ttl -s t -x -d 'how long'/);
  assert.match(fishCompletion(nodes), /-l file -r -F -d 'from a file'/);
});
