/**
 * What needs no server: flags, help, texts, tables, the progress bar, snapshots of Quorate.
 */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { test } from "node:test";
import { MemoryBackend, putRequest, Store } from "@quorate/store";
import { flagFromEnvironment, parseEndpoints } from "../src/client-commands/connection-flags.ts";
import { formatDuration, parseDurationMs } from "../src/client-commands/duration.ts";
import { prefixEnd } from "../src/client-commands/key-range.ts";
import { byteSize, quote } from "../src/client-commands/output/go-text.ts";
import { ProgressBar } from "../src/client-commands/output/progress-bar.ts";
import { drawTable } from "../src/client-commands/output/text-table.ts";
import { runCommand } from "./run-client-command.ts";

test("durations are read and written as Go does", () => {
  const read: readonly (readonly [string, number | null])[] = [
    ["5s", 5000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["0", 0],
    ["10us", 0.01],
    ["5", null],
    ["", null],
    ["s", null],
    ["5s ", null],
    ["-5s", null],
  ];
  for (const [text, expected] of read) assert.equal(parseDurationMs(text), expected, text);
  const written: readonly (readonly [number, string])[] = [
    [0, "0s"],
    [999, "999ns"],
    [1500, "1.5µs"],
    [1_598_724, "1.598724ms"],
    [83_125_801, "83.125801ms"],
    [5_000_580_508, "5.000580508s"],
    [60e9, "1m0s"],
    [3_661e9, "1h1m1s"],
  ];
  for (const [ns, expected] of written) assert.equal(formatDuration(ns), expected);
});

test("sizes and quotes are Go's", () => {
  const sizes = [0, 9, 10, 999, 1000, 24_576, 29_100, 999_999, 1_340_000, 2_000_000_000].map(byteSize);
  assert.deepEqual(sizes, [
    "0 B",
    "9 B",
    "10 B",
    "999 B",
    "1.0 kB",
    "25 kB",
    "29 kB",
    "1000 kB",
    "1.3 MB",
    "2.0 GB",
  ]);
  assert.equal(quote('a"\\\n\u0001ä€\u200b😀'), '"a\\"\\\\\\n\\x01ä€\\u200b😀"');
  assert.equal(quote(Uint8Array.of(0x61, 0xff, 0xc3, 0x28)), '"a\\xff\\xc3("');
});

test("the end of a prefix", () => {
  assert.deepEqual(prefixEnd(Uint8Array.of(0x61, 0x62)), Uint8Array.of(0x61, 0x63));
  assert.deepEqual(prefixEnd(Uint8Array.of(0x61, 0xff)), Uint8Array.of(0x62));
  assert.deepEqual(prefixEnd(Uint8Array.of(0xff, 0xff)), Uint8Array.of(0));
});

test("tables break long cells at spaces", () => {
  const table = drawTable(["a", "errors"], [["1", "memberID:9009370488483034218 alarm:NOSPACE "]]);
  assert.deepEqual(table.split("\n"), [
    "+---+--------------------------------+",
    "| A |             ERRORS             |",
    "+---+--------------------------------+",
    "| 1 |   memberID:9009370488483034218 |",
    "|   |                 alarm:NOSPACE  |",
    "+---+--------------------------------+",
  ]);
});

test("endpoints are checked before anything is dialled", () => {
  assert.deepEqual(parseEndpoints("a:1, http://b:2,https://[::1]:3/", "--endpoints"), [
    "a:1",
    "http://b:2",
    "https://[::1]:3/",
  ]);
  for (const bad of ["a", "a:b", "http://a", "bogus:9:9", "unix:///x"]) {
    assert.throws(() => parseEndpoints(bad, "--endpoints"), { exitCode: 128 }, bad);
  }
  assert.throws(() => parseEndpoints(" ,", "--endpoints"), { exitCode: 2 });
});

test("flags come from the environment under both names", () => {
  const env = {
    ETCDCTL_DIAL_TIMEOUT: "3s",
    QUORATE_HEX: "true",
    ETCDCTL_HEX: "false",
    ETCDCTL_DEBUG: "perhaps",
  };
  assert.equal(flagFromEnvironment("dial-timeout", env), 3000);
  assert.equal(flagFromEnvironment("hex", env), true);
  assert.equal(flagFromEnvironment("user", env), undefined);
  assert.throws(() => flagFromEnvironment("debug", env), /ETCDCTL_DEBUG=perhaps: it wants true or false/);
});

test("the command line wins over the environment, behind the command and in front of it", async () => {
  const env = { ETCDCTL_WRITE_OUT: "bogus-env" };
  const cases: readonly (readonly [string[], string])[] = [
    [["get", "k"], "bogus-env"],
    [["get", "k", "-w", "bogus-behind"], "bogus-behind"],
    [["-w", "bogus-before", "get", "k"], "bogus-before"],
    [["--write-out=bogus-before", "get", "k", "-w=bogus-behind"], "bogus-behind"],
    [["lease", "-w", "bogus-group", "list"], "bogus-group"],
  ];
  for (const [args, format] of cases) {
    const { stderr, code } = await runCommand(args, { env });
    assert.equal(code, 4);
    assert.match(stderr, new RegExp(`^Error: unsupported output format "${format}"; use simple, `));
  }
});

test("mistakes are told on one line, with the remedy", async () => {
  const cases: readonly (readonly [string[], string, number])[] = [
    [["get", "--bogus"], "unknown flag: --bogus; see 'quorate get --help'", 1],
    [
      ["get", "k", "--limit", "abc"],
      "bad --limit \"abc\": it wants a whole number; see 'quorate get --help'",
      1,
    ],
    [["get", "k", "--limit"], "--limit has no value; see 'quorate get --help'", 1],
    [["get", "k", "--prefix=maybe"], "--prefix=maybe: it wants true or false; see 'quorate get --help'", 1],
    [
      ["put", "a", "b", "c"],
      'put command needs a key and a value; "c" is too much: quote a value with spaces',
      128,
    ],
    [["get", "k", "--cert", "x"], "--cert needs --key too: a certificate and its key belong together", 128],
    [["get", "k", "--cacert", "/nonexistent"], "--cacert /nonexistent: no such file", 128],
    [["get", "k", "--password", "x"], "--password without --user; name the user", 128],
    [
      ["get", "k", "--discovery-srv", "x"],
      "--discovery-srv is not built; name the members with --endpoints host:2379,host:2379",
      128,
    ],
    [
      ["get", "k", "--keys-only", "--count-only"],
      "`--keys-only` and `--count-only` cannot be set at the same time, choose one",
      128,
    ],
    [
      ["snapshot", "save", "x", "--endpoints", "a:1,b:2"],
      "snapshot save asks one member; name it alone: --endpoints a:1,b:2 are several",
      128,
    ],
  ];
  for (const [args, message, expected] of cases) {
    const { stderr, stdout, code } = await runCommand(args);
    assert.deepEqual({ stderr, stdout, code }, { stderr: `Error: ${message}\n`, stdout: "", code: expected });
  }
});

test("nobody at the endpoint is told with the address and the remedy", async () => {
  const { stderr, code } = await runCommand([
    "get",
    "k",
    "--endpoints",
    "127.0.0.1:1",
    "--command-timeout",
    "300ms",
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /^Error: .*127\.0\.0\.1:1.*ECONNREFUSED.*; check the address.*\n$/);
});

test("every command's help has an example and the flags of the connection", async () => {
  const groups: Readonly<Record<string, readonly string[]>> = {
    lease: ["grant", "revoke", "timetolive", "list", "keep-alive"],
    member: ["add", "remove", "update", "list", "promote"],
    endpoint: ["status", "health", "hashkv"],
    snapshot: ["save", "status"],
    alarm: ["list", "disarm"],
    check: ["perf", "datascale"],
  };
  const single = "put get del txn watch lock elect compaction defrag move-leader export import".split(" ");
  const commands = [
    ...single.map((name) => [name]),
    ...Object.entries(groups).flatMap(([group, names]) => names.map((name) => [group, name])),
  ];
  for (const path of commands) {
    const { stdout } = await runCommand([...path, "--help"]);
    assert.match(stdout, /\nExamples?:\n {2}\$ /, path.join(" "));
    assert.match(stdout, /--endpoints <list>/);
  }
});

test("a password is asked for without an echo, and its absence is told", async () => {
  const { stderr, code } = await runCommand(["get", "k", "--user", "root"], { stdin: "" });
  assert.equal(code, 128);
  assert.equal(stderr, "Error: --user has no password; give --user name:password or --password\n");
});

test("a progress bar is drawn on a terminal only, and in colour only if that is wanted", () => {
  const draw = (isTTY: boolean, env: Readonly<Record<string, string>>): string => {
    let drawn = "";
    const stderr = new Writable({
      write(chunk: Buffer, _encoding, done) {
        drawn += chunk.toString();
        done();
      },
    });
    const io = {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: Object.assign(stderr, { isTTY, columns: 80 }),
      env,
      onInterrupt: () => () => {},
      setExitCode: () => {},
      prepare: () => {},
    };
    const bar = new ProgressBar(io, "work", 200);
    bar.add(100);
    bar.finish();
    return drawn;
  };
  assert.equal(draw(false, {}), "");
  assert.equal(draw(true, { TERM: "dumb" }), "");
  const plain = "\rwork [============            ] 50% 100 / 200\u001b[K\r\u001b[K";
  assert.equal(draw(true, { NO_COLOR: "1" }), plain);
  assert.equal(
    draw(true, { NO_COLOR: "" }),
    plain.replace(/=+/, (filled) => `\u001b[32m${filled}\u001b[0m`),
  );
});

test("a snapshot of Quorate is checked and counted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "quorate-snapshot-"));
  try {
    const store = new Store({ backend: new MemoryBackend() });
    const keys = ["a", "b", "c"].map((key, index) => ({
      index: index + 1,
      term: 1,
      command: putRequest({ key: Buffer.from(key), value: Buffer.from("v") }),
    }));
    store.apply(keys);
    const path = join(folder, "quorate.db");
    const file = snapshotFile(store);
    await writeFile(path, file);
    const { stdout } = await runCommand(["snapshot", "status", path, "-w", "json"]);
    assert.match(
      stdout,
      new RegExp(`^\\{"hash":\\d+,"revision":4,"totalKey":3,"totalSize":${file.length - 32}\\}\\n$`),
    );
    for (const [position, expected] of [
      [100, /do not fit the SHA-256/],
      [file.length - 1, /do not fit the SHA-256/],
    ] as const) {
      const damaged = Buffer.from(file);
      damaged[position] = (damaged[position] ?? 0) ^ 1;
      await writeFile(path, damaged);
      assert.match((await runCommand(["snapshot", "status", path])).stderr, expected);
    }
    await writeFile(path, file.subarray(0, file.length - 100));
    assert.equal((await runCommand(["snapshot", "status", path])).code, 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** As a member sends it: the state, zeros, its length, and the SHA-256 of all that. */
function snapshotFile(store: Store): Buffer {
  const chunks: Uint8Array[] = [];
  const reader = store.snapshot();
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) chunks.push(chunk);
  const state = Buffer.concat(chunks);
  const body = Buffer.alloc(Math.ceil((state.length + 8) / 512) * 512);
  state.copy(body);
  body.writeBigUInt64BE(BigInt(state.length), body.length - 8);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}
