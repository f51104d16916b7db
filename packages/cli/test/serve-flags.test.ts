import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { findFlag, flagTable, suggestFlag } from "../src/serve/flag-table.ts";
import { readGiven } from "../src/serve/given.ts";
import { assignments, given, refusal } from "./serve-given.ts";

test("flags are written in every way that Go reads", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["--name a", ["name=a"]],
    ["--name=a", ["name=a"]],
    ["-name a", ["name=a"]],
    ["-name=a", ["name=a"]],
    ["--name=a=b", ["name=a=b"]],
    ["--name=", ["name="]],
    ["--pre-vote", ["pre-vote=true"]],
    ["--pre-vote=false", ["pre-vote=false"]],
    ["-pre-vote=0", ["pre-vote=0"]],
    ["--strict-reconfig-check --name b", ["strict-reconfig-check=true", "name=b"]],
    ["--name a --name b", ["name=b"]],
    ["--quota-backend-bytes -1", ["quota-backend-bytes=-1"]],
    ["--experimental-watch-progress-notify-interval=5s", ["watch-progress-notify-interval=5s"]],
    ["--watch-progress-notify-interval 5s", ["watch-progress-notify-interval=5s"]],
    ["--experimental-initial-corrupt-check=true", ["initial-corrupt-check=true"]],
  ];
  for (const [args, expected] of table) assert.deepEqual(assignments({ args }), expected, args);
});

test("what is no flag is refused by name, with what was probably meant", () => {
  const table: readonly (readonly [string, string])[] = [
    ["--nmae a", "there is no flag --nmae; did you mean --name? quorate serve --help lists all"],
    [
      "--listen-clients-urls x",
      "there is no flag --listen-clients-urls; did you mean --listen-client-urls? quorate serve --help lists all",
    ],
    ["--experimental-name a", "there is no flag --experimental-name; quorate serve --help lists all"],
    ["--xyzzy", "there is no flag --xyzzy; quorate serve --help lists all"],
    ["a", '"a" is no flag, and quorate serve takes nothing else'],
    ["--name", "--name has no value; write --name VALUE"],
    [
      "--pre-vote false",
      '"false" is no flag, and quorate serve takes nothing else; a switch takes its value by =, as in --pre-vote=false',
    ],
    ["---name a", '"---name" is no flag, and quorate serve takes nothing else'],
    ["--", '"--" is no flag, and quorate serve takes nothing else'],
  ];
  for (const [args, expected] of table) assert.equal(refusal({ args }), expected, args);
});

test("help and version end the reading", () => {
  for (const args of [["--help"], ["-h"], ["--name", "a", "-help"]])
    assert.equal(readGiven(args, {}, () => "").wants, "help");
  for (const args of [["--version"], ["-version"], ["--name", "a", "--version"]])
    assert.equal(readGiven(args, {}, () => "").wants, "version");
});

test("variables stand for flags, and flags go before them", () => {
  const env = {
    ETCD_NAME: "e",
    ETCD_DATA_DIR: "/d",
    ETCD_EXPERIMENTAL_MAX_LEARNERS: "2",
    HOME: "/",
    ETCD_WAL_DIR: "",
  };
  assert.deepEqual(assignments({ env }), ["data-dir=/d", "max-learners=2", "name=e"]);
  assert.deepEqual(assignments({ args: "--name f", env: { ETCD_NAME: "e" } }), ["name=f"]);
  assert.deepEqual(given({ args: "--name f", env: { ETCD_NAME: "e" } }).notices, [
    { level: "warn", text: "ETCD_NAME has no effect: --name was given and goes before it" },
  ]);
  const both = { ETCD_NAME: "e", QUORATE_NAME: "q" };
  assert.deepEqual(assignments({ env: both }), ["name=q"]);
  assert.deepEqual(given({ env: both }).notices, [
    { level: "warn", text: "ETCD_NAME has no effect: QUORATE_NAME was given and goes before it" },
  ]);
});

test("a variable that no flag belongs to is named, one of a platform is not", () => {
  const env = {
    ETCD_NMAE: "a",
    QUORATE_FROB: "1",
    ETCD_SERVICE_HOST: "10.0.0.1",
    ETCD_VER: "3.6",
    QUORATE_ENDPOINTS: "x",
  };
  assert.deepEqual(
    given({ env }).notices.map(({ text }) => text),
    [
      "QUORATE_FROB belongs to no flag and has no effect",
      "ETCD_NMAE belongs to no flag and has no effect; did you mean ETCD_NAME?",
    ],
  );
});

test("a file is used alone, and what it shadows is named in one line", () => {
  const sources = {
    args: "--config-file q.yaml --name a",
    env: { ETCD_WAL_DIR: "/w" },
    yaml: "name: f\ndata-dir: /d\n",
  };
  assert.deepEqual(assignments(sources), ["name=f", "data-dir=/d"]);
  assert.deepEqual(given(sources).notices, [
    { level: "warn", text: "q.yaml is used alone, as in etcd; without effect: --name, ETCD_WAL_DIR" },
  ]);
  assert.deepEqual(given({ env: { ETCD_CONFIG_FILE: "q.yaml" }, yaml: "name: f" }).notices, []);
});

test("a file has values as YAML writes them, and etcd's sections for TLS", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["", []],
    ["# nothing\n", []],
    ["name: 007", ["name=007"]],
    ["name: 'a'\nsnapshot-count: 5000", ["name=a", "snapshot-count=5000"]],
    ["strict-reconfig-check: false", ["strict-reconfig-check=false"]],
    ["wal-dir:\nname: a", ["name=a"]],
    ["log-outputs: [stderr, /tmp/log]", ["log-outputs=stderr,/tmp/log"]],
    ["grpc-keepalive-timeout: 20000000000", ["grpc-keepalive-timeout=20000000000ns"]],
    ["grpc-keepalive-timeout: 20s", ["grpc-keepalive-timeout=20s"]],
    ["experimental-max-learners: 2", ["max-learners=2"]],
    [
      "client-transport-security:\n  cert-file: c\n  client-cert-auth: true",
      ["cert-file=c", "client-cert-auth=true"],
    ],
    [
      "peer-transport-security:\n  trusted-ca-file: c\n  allowed-cn: x",
      ["peer-trusted-ca-file=c", "peer-cert-allowed-cn=x"],
    ],
    ["client-transport-security:\nname: a", ["name=a"]],
  ];
  for (const [yaml, expected] of table)
    assert.deepEqual(assignments({ args: "--config-file f", yaml }), expected, yaml);
});

test("a file with a mistake is refused with the file, the key and the remedy", () => {
  const table: readonly (readonly [string, string])[] = [
    ["nmae: a", "nmae in f is no known key; did you mean name?"],
    [
      "peer-transport-security:\n  frob: a",
      "frob in f is no known key; see quorate serve --help for all keys",
    ],
    ["- a", 'f must hold "flag: value" lines, and nothing else'],
    ["name: {a: b}", "name in f must be a value, not a section"],
    ["client-transport-security: a", "client-transport-security in f must be a section of its own"],
    ["config-file: g", "config-file in f is not possible: a file cannot name another"],
    [
      "max-learners: 1\nexperimental-max-learners: 2",
      "experimental-max-learners in f and max-learners in f mean the same; remove one",
    ],
    ["snapshot-count: many", "snapshot-count: many in f: it must be a whole number"],
  ];
  for (const [yaml, expected] of table)
    assert.equal(refusal({ args: "--config-file f", yaml }), expected, yaml);
  assert.match(
    refusal({ args: "--config-file f", yaml: "name: a\nname: b" }),
    /^f is not valid YAML: .*line 2/,
  );
});

test("every flag stands in the table once, and is found by both of its names", () => {
  assert.equal(new Set(flagTable.map(({ name }) => name)).size, flagTable.length);
  for (const flag of flagTable) {
    assert.equal(findFlag(flag.name), flag);
    assert.equal(findFlag(`experimental-${flag.name}`), flag.wasExperimental ? flag : undefined);
    if (flag.standing.is === "accepted" || flag.standing.is === "refused")
      assert.notEqual(flag.standing.why, "");
  }
});

const reference = resolve(import.meta.dirname, "../../../../shared/reference/etcd-flags.md");

test("every flag of etcd is there, with etcd's default", {
  skip: existsSync(reference) ? false : "the reference of etcd's flags is not here",
}, () => {
  const rows = [...readFileSync(reference, "utf8").matchAll(/^\| `--([\w-]+)` \| (.*?) *\|$/gm)];
  assert.ok(rows.length > 100);
  // Where etcd's text for the default is a rule, or says less than its code does.
  const otherwise: Readonly<Record<string, string>> = {
    "enable-grpc-gateway": "true",
    "initial-cluster": "${name}=${initial-advertise-peer-urls}",
    "snapshot-catchup-entries": "5000",
    "memory-mlock": "false",
    "log-rotation-config-json": "",
  };
  for (const [, name = "", text = ""] of rows) {
    const flag = findFlag(name);
    assert.ok(flag, name);
    assert.equal(flag.initial, otherwise[name] ?? (text === "–" ? "" : text), name);
  }
});

test("a name with one wrong letter is always understood", () => {
  const names = flagTable.map(({ name }) => name).filter((name) => name.length > 6);
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), (name, seed) => {
      const at = 1 + (seed % (name.length - 1));
      const wrong = `${name.slice(0, at)}#${name.slice(at + 1)}`;
      const suggestion = suggestFlag(wrong);
      assert.ok(suggestion !== null && suggestion.length === name.length, `${wrong}: ${suggestion}`);
    }),
    { numRuns: 200, seed: 7 },
  );
});
