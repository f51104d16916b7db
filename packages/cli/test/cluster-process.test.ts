import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { quorate, run, scratch } from "./serve-process.ts";

const leads = /^(m\d) leads in term (\d+)/;

test("a local cluster survives the death of its leader, and its own stop and start", async (context) => {
  const dir = join(scratch(context), "data");
  const args = ["cluster", "--data-dir", dir, "--base-port", "0"];
  const first = quorate(context, args);
  const leader = leads.exec(await first.line(leads))?.[1] ?? "";
  const endpoints = /QUORATE_ENDPOINTS=(.+)/.exec(await first.line(/QUORATE_ENDPOINTS=/))?.[1] ?? "";
  assert.equal(endpoints.split(",").length, 3);
  await first.line(/^ {2}NAME +PID +CLIENTS +ROLE/);
  const put = await run(context, ["put", "--endpoints", endpoints, "greeting", "hello"]);
  assert.deepEqual(put.stdout, ["OK"], put.stderr.join("\n"));

  const before = first.stdout.length;
  first.write("kill");
  await first.line(new RegExp(`^kill -9 \\d+: ${leader}, the leader$`));
  await first.line(
    new RegExp(
      `^${leader} was ended by SIGKILL\\. It stays dead until you send the line "restart ${leader}"\\.$`,
    ),
  );
  const [, successor = "", term = ""] =
    leads.exec(await first.line(/^m\d leads in term \d+, \d+ ms later\.$/, before)) ?? [];
  assert.notEqual(successor, leader);
  assert.ok(Number(term) > 2);
  const rest = endpoints
    .split(",")
    .filter((_, at) => `m${at + 1}` !== leader)
    .join(",");
  const get = await run(context, ["get", "--endpoints", rest, "greeting"]);
  assert.deepEqual(get.stdout, ["greeting", "hello"], get.stderr.join("\n"));

  first.write("dance");
  await first.line(/^there are: kill \[NAME\], stop \[NAME\], restart \[NAME\], quit$/);
  first.write(`restart ${leader}`);
  await first.line(new RegExp(`^${leader} is started again\\.$`));
  first.write("quit");
  assert.deepEqual(await first.ended, { code: 0, signal: null });
  assert.match(first.stdout.at(-1) ?? "", /^All members have stopped\./);
  assert.deepEqual(first.stderr, []);
  assert.deepEqual(readdirSync(dir).toSorted(), [
    "cluster.json",
    "m1",
    "m1.log",
    "m2",
    "m2.log",
    "m3",
    "m3.log",
  ]);

  const second = quorate(context, ["cluster", "--data-dir", dir]);
  await second.line(leads);
  const again = await run(context, ["get", "--endpoints", endpoints, "greeting"]);
  assert.deepEqual(again.stdout, ["greeting", "hello"], again.stderr.join("\n"));
  second.child.kill("SIGINT");
  assert.deepEqual(await second.ended, { code: 0, signal: null });
});

test("members stop when the program that watches over them is killed", async (context) => {
  const dir = join(scratch(context), "data");
  const cluster = quorate(context, ["cluster", "--data-dir", dir, "--base-port", "0", "--members", "1"]);
  await cluster.line(leads);
  const { members } = JSON.parse(readFileSync(join(dir, "cluster.json"), "utf8")) as {
    readonly members: readonly { readonly clientPort: number }[];
  };
  const socket = connect(members[0]?.clientPort ?? 0, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const closed = once(socket, "close");
  cluster.child.kill("SIGKILL");
  await closed;
  assert.match(
    readFileSync(join(dir, "m1.log"), "utf8"),
    /the program that started this member is gone: stops/,
  );
});

test("a local cluster refuses what it cannot do", async (context) => {
  const dir = scratch(context);
  const cases: readonly (readonly [readonly string[], string])[] = [
    [
      ["--members", "x"],
      "quorate: option '--members <n>' argument 'x' is invalid. It must be a whole number.",
    ],
    [["--members", "20"], "quorate: --members 20: it must be from 1 to 9; 3 and 5 are usual"],
    [["--", "--name", "x"], "quorate: --name differs between members; quorate cluster sets it itself"],
    [["--", "--frob"], "quorate: there is no flag --frob; quorate serve --help lists all"],
    [["--", "--snapshot-count", "many"], "quorate: --snapshot-count many: it must be a whole number"],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await run(context, ["cluster", "--data-dir", join(dir, "data"), ...args]);
    assert.deepEqual([code, stderr], [2, [expected]]);
  }
});
