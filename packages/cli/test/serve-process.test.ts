import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { breakSyncVariable } from "./serve-broken-disk.ts";
import { onlyMember, quorate, run, scratch } from "./serve-process.ts";

const ready = /ready to serve client requests/;

test("a member starts, takes a key, stops in order, and has the key when it is started again", async (context) => {
  const { flags, client } = await onlyMember(scratch(context));
  const endpoints = ["--endpoints", client];
  const first = quorate(context, ["serve", ...flags, "--max-wals", "3"], { ETCD_NAME: "shadowed" });
  const line = JSON.parse(await first.line(ready)) as Record<string, unknown>;
  assert.equal(line["service"], "quorate");
  assert.equal(line["node"], "a");
  assert.equal(line["level"], "info");
  assert.ok(Number(line["term"]) > 0, "it has a leader when it is ready");
  assert.match(String(line["ts"]), /^\d{4}-\d\d-\d\dT/);
  assert.match(await first.line(/--max-wals/), /accepted for etcd's sake, without effect: --max-wals"/);
  assert.match(await first.line(/ETCD_NAME/), /ETCD_NAME has no effect: --name was given/);
  const put = await run(context, ["put", ...endpoints, "greeting", "hello"]);
  assert.deepEqual(put, { code: 0, stdout: ["OK"], stderr: [] });
  first.child.kill("SIGTERM");
  assert.deepEqual(await first.ended, { code: 0, signal: null });
  assert.match(first.stderr.at(-1) ?? "", /"msg":"stopped"/);
  assert.deepEqual(first.stdout, []);

  const second = quorate(context, ["serve", ...flags, "--log-outputs", "stdout", "--log-format", "console"]);
  await second.line(ready);
  assert.match(second.stdout[0] ?? "", /^\d\d:\d\d:\d\d\.\d{3} INFO {2}a t0 i0 {4}starting {2}/);
  const get = await run(context, ["get", ...endpoints, "greeting"]);
  assert.deepEqual(get.stdout, ["greeting", "hello"]);
  // As npx does with a Ctrl-C that the terminal sent to both.
  second.child.kill("SIGINT");
  second.child.kill("SIGINT");
  assert.deepEqual(await second.ended, { code: 0, signal: null });
});

test("a member that is told to stop while it waits for the others ends at once", async (context) => {
  const { flags, peer } = await onlyMember(scratch(context));
  const alone = quorate(context, ["serve", ...flags, "--initial-cluster", `a=${peer},b=http://127.0.0.1:1`]);
  await alone.line(/waiting to hear from the other members/);
  alone.child.kill("SIGTERM");
  assert.deepEqual(await alone.ended, { code: 0, signal: null });
});

test("what keeps a member from starting is told in one line with the remedy", async (context) => {
  const dir = scratch(context);
  const { flags, client, peer } = await onlyMember(dir);
  const place = (url: string): string => url.replace("http://", "");
  const refusal = async (args: readonly string[], code = 1): Promise<string> => {
    const ended = await run(context, ["serve", ...flags, ...args, "--log-outputs", join(dir, "log")]);
    assert.equal(ended.stderr.length, 1, ended.stderr.join("\n"));
    assert.equal(ended.code, code, ended.stderr[0]);
    return ended.stderr[0] ?? "";
  };

  for (const [url, flag] of [
    [client, "--listen-client-urls"],
    [peer, "--listen-peer-urls"],
  ] as const) {
    const blocker = createServer().listen(Number(new URL(url).port), "127.0.0.1");
    context.after(() => blocker.close());
    await once(blocker, "listening");
    assert.equal(
      await refusal([]),
      `quorate: cannot listen on ${place(url)}: the port is in use. Stop what uses it, or choose another one by ${flag}`,
    );
    blocker.close();
    await once(blocker, "close");
  }

  mkdirSync(join(dir, "etcd/member/wal"), { recursive: true });
  assert.equal(
    await refusal(["--data-dir", join(dir, "etcd")]),
    `quorate: ${dir}/etcd holds data of etcd, which Quorate does not read: choose another --data-dir, and copy the keys of a running etcd with quorate import`,
  );
  writeFileSync(join(dir, "file"), "");
  assert.equal(
    await refusal(["--data-dir", join(dir, "file")]),
    `quorate: --data-dir ${dir}/file cannot be used: a file is in the way; choose another directory`,
  );
  assert.equal(
    await refusal(["--config-file", join(dir, "none")], 2),
    `quorate: --config-file ${dir}/none: there is no such file`,
  );
  assert.equal(
    await refusal(["--log-level", "loud"], 2),
    "quorate: --log-level loud: it must be debug, info, warn, error, dpanic, panic or fatal",
  );

  const running = quorate(context, ["serve", ...flags]);
  await running.line(ready);
  const other = await onlyMember(dir);
  const elsewhere = other.flags.filter((flag) => flag !== "--name" && flag !== "a");
  const second = await run(context, [
    "serve",
    "--name",
    "a",
    ...elsewhere,
    "--log-outputs",
    join(dir, "log"),
  ]);
  assert.deepEqual(second, {
    code: 1,
    stdout: [],
    stderr: [
      `quorate: ${dir}/a is in use by another running member; stop that one, or choose another --data-dir`,
    ],
  });
  running.child.kill("SIGTERM");
  await running.ended;
  const foreign = await refusal(["--initial-cluster-token", "another"]);
  assert.ok(foreign.startsWith(`quorate: ${dir}/a belongs to another member or another cluster: `), foreign);
});

test("a directory that may not be written is refused", {
  skip: process.getuid?.() === 0 ? "root may write everywhere" : false,
}, async (context) => {
  const dir = scratch(context);
  mkdirSync(join(dir, "closed"));
  chmodSync(join(dir, "closed"), 0o500);
  const ended = await run(context, ["serve", "--data-dir", join(dir, "closed", "a")]);
  assert.deepEqual(ended.stderr, [
    `quorate: --data-dir ${dir}/closed/a cannot be used: this user may not write there; change its owner (chown) or choose another directory`,
  ]);
});

test("a member whose disk fails ends with exit code 70 and one clear line", async (context) => {
  const dir = scratch(context);
  const { flags, client } = await onlyMember(dir);
  const trigger = join(dir, "broken");
  const preload = pathToFileURL(join(import.meta.dirname, "serve-broken-disk.ts")).href;
  const env = { NODE_OPTIONS: `--import ${preload}`, [breakSyncVariable]: trigger };
  const member = quorate(context, ["serve", ...flags, "--log-outputs", "stdout"], env);
  await member.line(ready);
  writeFileSync(trigger, "");
  await run(context, ["put", "--endpoints", client, "a", "b"]);
  assert.deepEqual(await member.ended, { code: 70, signal: null });
  const last = JSON.parse(member.stdout.at(-1) ?? "{}") as Record<string, unknown>;
  assert.equal(last["level"], "fatal");
  assert.match(String(last["msg"]), /^the member ended: .*EIO/);
  assert.deepEqual(member.stderr, [`quorate: ${String(last["msg"])}`]);
});

test("SIGHUP opens a log file again", async (context) => {
  const dir = scratch(context);
  const { flags } = await onlyMember(dir);
  const file = join(dir, "log", "a.log");
  const member = quorate(context, ["serve", ...flags, "--log-outputs", `${file},stdout`]);
  await member.line(ready);
  renameSync(file, `${file}.1`);
  member.child.kill("SIGHUP");
  await member.line(/log files are open again/);
  member.child.kill("SIGTERM");
  await member.ended;
  assert.match(readFileSync(`${file}.1`, "utf8"), ready);
  assert.match(readFileSync(file, "utf8"), /"msg":"stopped"/);
});

test("versions are told as etcd's harness wants them", async (context) => {
  for (const args of [["--version"], ["version"], ["serve", "--version"], ["serve", "-version"]]) {
    const { code, stdout } = await run(context, args);
    assert.equal(code, 0);
    assert.match(stdout[0] ?? "", /^etcd Version: 3\.\d+\.\d+$/);
    assert.match(stdout[1] ?? "", /^Quorate Version: \d+\.\d+\.\d+$/);
    assert.match(stdout.join("\n"), /^Git SHA: .+\nNode Version: v\d+.+\nPlatform: \w+\/\w+/m);
  }
});

test("the program says what it can do, and what it cannot", async (context) => {
  const help = await run(context, ["--help"]);
  assert.equal(help.code, 0);
  for (const command of ["serve", "cluster", "put", "completion", "version"])
    assert.match(help.stdout.join("\n"), new RegExp(`^ {2}${command} `, "m"));
  const wrong = await run(context, ["clustr"]);
  assert.deepEqual(
    [wrong.code, wrong.stderr],
    [2, ["quorate: unknown command 'clustr'", "(Did you mean cluster?)"]],
  );
  const misplaced = await run(context, ["--data-dir", "x"]);
  assert.deepEqual(
    [misplaced.code, misplaced.stderr.at(-1)],
    [2, "--data-dir is a flag of a member: quorate serve --data-dir …"],
  );
});

test("initial flags count until there is a member, and not afterwards", async (context) => {
  const { flags } = await onlyMember(scratch(context));
  const wrong = ["--initial-cluster", "b=http://127.0.0.1:1"];
  const refused = await run(context, ["serve", ...flags, ...wrong]);
  assert.equal(refused.code, 2);
  const first = quorate(context, ["serve", ...flags]);
  await first.line(ready);
  first.child.kill("SIGTERM");
  await first.ended;
  const second = quorate(context, ["serve", ...flags, ...wrong]);
  await second.line(ready);
});
