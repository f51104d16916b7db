import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { SourcedEvent } from "@quorate/member";
import { consoleLine } from "../src/serve/console-line.ts";
import { eventLine } from "../src/serve/event-lines.ts";
import { EventLog, type ToldEvent } from "../src/serve/event-log.ts";
import { openLog } from "../src/serve/log.ts";
import { LogSink } from "../src/serve/log-sink.ts";
import { scratch } from "./serve-process.ts";

const nameOf = (id: number): string => `m${id}`;
const line = (told: ToldEvent, least: "debug" | "info" = "debug") =>
  eventLine(told, nameOf, (level) => least === "debug" || level !== "debug");

test("events become lines by one table", () => {
  const table: readonly (readonly [SourcedEvent, string])[] = [
    [
      { source: "member", event: { kind: "leader-changed", lead: 2, term: 3, role: 0 } },
      "info the leader is m2 {}",
    ],
    [
      { source: "member", event: { kind: "leader-changed", lead: 0, term: 3, role: 0 } },
      "debug no leader is known {}",
    ],
    [
      { source: "member", event: { kind: "paused", pausedMs: 20.4 } },
      'debug the process was held up {"pausedMs":20}',
    ],
    [
      { source: "member", event: { kind: "paused", pausedMs: 2000 } },
      'warn the process was held up {"pausedMs":2000}',
    ],
    [
      { source: "member", event: { kind: "peer-failed", peer: 3, silentMs: 1500.7 } },
      'warn m3 does not answer {"silentMs":1501}',
    ],
    [
      { source: "member", event: { kind: "peer-suspected", peer: 3, silentMs: 300 } },
      'debug m3 is suspected: nothing was heard of it {"silentMs":300}',
    ],
    [
      { source: "member", event: { kind: "disk-write", entries: 3, durationMs: 2 } },
      'debug disk write {"source":"member","entries":3,"durationMs":2}',
    ],
    [
      { source: "raft", event: { id: 1, term: 2, kind: "campaign-started", transfer: false } },
      "info campaigns {}",
    ],
    [
      {
        source: "transport",
        event: { kind: "messages-dropped", peer: 2, lane: "bulk", cause: "queue-full", count: 4 },
      },
      'warn dropped messages for m2 {"lane":"bulk","cause":"queue-full","count":4}',
    ],
  ];
  for (const [told, expected] of table) {
    const made = line(told);
    assert.equal(`${made?.level} ${made?.message} ${JSON.stringify(made?.fields)}`, expected);
  }
});

test("what clients store never comes into a line, not even an unknown event's", () => {
  const secret = Buffer.from("secret");
  assert.equal(
    line({
      source: "raft",
      event: { kind: "message-received", message: { entries: [{ data: secret }] } } as ToldEvent["event"],
    }),
    null,
  );
  const made = line({
    source: "store",
    event: { kind: "brand-new", count: 2, entry: { data: secret }, list: ["secret"] } as ToldEvent["event"],
  });
  assert.deepEqual(made, { level: "debug", message: "brand new", fields: { source: "store", count: 2 } });
});

test("a line that nobody would write is not made", () => {
  assert.equal(line({ source: "member", event: { kind: "brand-new" } }, "info"), null);
});

test("the log follows term, commit and leader", async () => {
  const log = new EventLog([{ id: 2, name: "b" }]);
  const tell = (told: SourcedEvent): void => log.take(told);
  assert.deepEqual(log.position, { term: 0, index: 0 });
  tell({ source: "raft", event: { id: 1, term: 4, kind: "commit-advanced", from: 1, commit: 9 } });
  assert.deepEqual(log.position, { term: 4, index: 9 });
  tell({ source: "raft", event: { id: 1, term: 5, kind: "campaign-started", transfer: false } });
  assert.deepEqual(log.position, { term: 5, index: 9 });
  tell({ source: "member", event: { kind: "leader-changed", lead: 2, term: 5, role: 0 } });
  await log.leaderKnown;
});

test("lines go to every target, in JSON with the fixed fields", async (context) => {
  const dir = scratch(context);
  const targets = ["one.log", "two/three.log"].map((name) => ({
    kind: "file" as const,
    path: join(dir, name),
  }));
  const log = openLog(
    { level: "info", format: "json", targets },
    { node: "a", position: () => ({ term: 3, index: 14 }), isColoured: () => false },
  );
  log.write("debug", "not this one");
  log.write("warn", "look", { peer: "b" });
  await log.drain();
  for (const { path } of targets) {
    const { ts, ...rest } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    assert.match(String(ts), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(rest, {
      level: "warn",
      service: "quorate",
      node: "a",
      term: 3,
      index: 14,
      peer: "b",
      msg: "look",
    });
  }
});

test("a file that cannot be opened is named", (context) => {
  const path = join(scratch(context), "file");
  const open = (at: string) =>
    openLog(
      { level: "info", format: "json", targets: [{ kind: "file", path: at }] },
      { node: "a", position: () => ({ term: 0, index: 0 }), isColoured: () => false },
    );
  open(path);
  assert.throws(
    () => open(join(path, "below")),
    /cannot write the log to .*\/below: .*; correct --log-outputs$/,
  );
});

test("a line for people has columns, and shows what a client sent as text", () => {
  const fields = {
    level: "warn",
    ts: "2026-11-21T08:03:07.202Z",
    service: "quorate",
    node: "a",
    term: 3,
    index: 14,
  };
  assert.equal(consoleLine({ ...fields, msg: "stopped" }, false), "08:03:07.202 WARN  a t3 i14   stopped");
  assert.equal(
    consoleLine(
      { ...fields, msg: "refused", peer: "b\u001b[31m", text: "two words", list: ["x"], empty: "" },
      false,
    ),
    `08:03:07.202 WARN  a t3 i14   ${"refused".padEnd(44)} peer=b\\u001b[31m text="two words" list=["x"] empty=""`,
  );
  assert.equal(
    stripVTControlCharacters(consoleLine({ ...fields, msg: "stopped" }, true)),
    "08:03:07.202 WARN  a t3 i14   stopped",
  );
});

test("lines are written in order, however many there are, and none is torn by a reopening", async (context) => {
  const path = join(scratch(context), "file");
  const sink = new LogSink(path);
  for (let number = 0; number < 1000; number++) {
    sink.write(`${number}\n`);
    if (number === 500) {
      renameSync(path, `${path}.1`);
      sink.reopen();
    }
  }
  await sink.drain();
  const text = readFileSync(`${path}.1`, "utf8") + readFileSync(path, "utf8");
  assert.equal(text, Array.from({ length: 1000 }, (_, number) => `${number}\n`).join(""));
  await sink.drain();
});

test("beyond its bound a sink drops lines and counts them", async (context) => {
  const sink = new LogSink(join(scratch(context), "file"));
  const megabyte = "x".repeat(1024 * 1024);
  for (let number = 0; number < 10; number++) sink.write(megabyte);
  assert.equal(sink.takeDropped(), 2);
  assert.equal(sink.takeDropped(), 0);
  await sink.drain();
  sink.write("there is room again\n");
  assert.equal(sink.takeDropped(), 0);
});

test("what cannot be written is counted, and nothing else happens", {
  skip: existsSync("/dev/full") ? false : "there is no /dev/full here",
}, async () => {
  const sink = new LogSink("/dev/full");
  sink.write("no room for this\n");
  await sink.drain();
  assert.equal(sink.takeDropped(), 1);
});
