/**
 * `watch` beside etcdctl, over a restart of the server, and from standard input.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTwins, type Twins } from "./command-comparison.ts";
import { etcdIsAbsent, runEtcdctl } from "./debian-etcd.ts";
import { runCommand, startCommand } from "./run-client-command.ts";

/** Ends a watch behind the first event that is printed. */
const stop = ["--", "false"];

describe("watch does what etcdctl does", { skip: etcdIsAbsent }, () => {
  let twins: Twins;
  before(async () => {
    twins = await startTwins();
    await twins.compare([
      ["put", "w1", "a"],
      ["put", "w2", "b"],
      ["del", "w1"],
      ["put", "w1", "c\nd"],
    ]);
  });
  after(() => twins.stop());

  test("events in all formats", async () => {
    for (const format of ["simple", "json", "fields", "protobuf", "table"]) {
      await twins.compare([
        ["watch", "w", "--prefix", "--rev", "2", "-w", format, ...stop],
        ["watch", "w1", "--rev=2", "--prev-kv", "-w", format, ...stop],
        ["watch", "w1", "w3", "--rev=2", "--hex", "-w", format, ...stop],
      ]);
    }
  });

  test("a command gets the event, and its failure ends the watch", () =>
    twins.compare([
      [
        "watch",
        "w1",
        "--rev=2",
        "--",
        "sh",
        "-c",
        'env | grep ETCD_WATCH_ | sort; echo "$0 $1"; exit 3',
        "x",
        "y",
      ],
      ["watch", "w1", "--rev=2", "--", "/nonexistent"],
      ["watch", "--rev=2", "w1", "--", "sh", "-c", '[ "$ETCD_WATCH_EVENT_TYPE" = \'"PUT"\' ]'],
    ]));

  test("what is refused", () =>
    twins.compare([
      ["watch"],
      ["watch", "w", "--"],
      ["watch", "a", "b", "--prefix"],
      ["compaction", "3"],
      ["watch", "w1", "--rev=2"],
      ["watch", "w1", "--rev=2", "-w", "json"],
    ]));

  test("the key may come from the environment", async () => {
    const env = { ETCDCTL_WATCH_KEY: "w2" };
    const args = ["watch", "--rev=3", "--endpoints", twins.ours.endpoint, ...stop];
    const { stdout } = await runCommand(args, { env });
    assert.equal(stdout, "PUT\nw2\nb\n");
  });

  test("a watch goes on over a restart of the server, without a gap and without a repetition", async () => {
    const { ours } = twins;
    const running = startCommand([
      ...["watch", "r", "--prefix", "--endpoints", ours.endpoint],
      ...["--", "sh", "-c", `[ "$ETCD_WATCH_VALUE" != '"last"' ]`],
    ]);
    // The watch begins "now", whenever that is: the first keys are written until it has seen one.
    let seen = false;
    const first = running
      .printed((text) => text.includes("first"))
      .then(() => {
        seen = true;
      });
    for (let number = 1; !seen; number++) await runEtcdctl(ours.endpoint, ["put", "r", `first ${number}`]);
    await first;
    await ours.restart();
    await runEtcdctl(ours.endpoint, ["put", "r", "second"]);
    await runEtcdctl(ours.endpoint, ["put", "r", "last"]);
    const { stdout } = await running.result;
    const values = stdout.split("\n").filter((_line, index) => index % 3 === 2);
    const firsts = values.slice(0, -2);
    assert.deepEqual(values.slice(-2), ["second", "last"]);
    assert.equal(new Set(firsts).size, firsts.length);
    const numbers = firsts.map((value) => Number(value.replace("first ", "")));
    assert.deepEqual(
      numbers,
      numbers.map((_number, index) => (numbers[0] ?? 0) + index),
    );
  });

  test("interactive: watches side by side, progress, and lines that make no sense", async () => {
    const { endpoint } = twins.ours;
    const running = startCommand(["watch", "-i", "--endpoints", endpoint], { stdin: null });
    running.stdin.write("fetch x\nwatch\n\nwatch w2 --rev=3\n");
    await running.printed((text) => text.startsWith("PUT\nw2\nb\n"));
    running.stdin.write('watch "w\\x31" --rev 5 -- echo hi\n');
    await running.printed((text) => text.endsWith("PUT\nw1\nc\nd\nhi\n"));
    running.stdin.write("progress\n");
    await running.printed((text) => /(?:progress notify: \d+\n){2}$/.test(text));
    running.stdin.end();
    const { stderr, code } = await running.result;
    assert.equal(code, 3);
    assert.deepEqual(stderr.split("\n"), [
      "Invalid command fetch (only support watch)",
      "Invalid command watch (bad number of arguments: the key to watch is missing)",
      "Error: Error reading watch request line: EOF",
      "",
    ]);
  });
});
