/**
 * `txn`: its script's grammar, and its results beside etcdctl's.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { quote } from "../src/client-commands/output/go-text.ts";
import { readQuoted, splitWords } from "../src/client-commands/script-words.ts";
import { parseCompare, parseRequest } from "../src/client-commands/txn-script.ts";
import { startTwins, type Twins } from "./command-comparison.ts";
import { etcdIsAbsent } from "./debian-etcd.ts";
import { runCommand } from "./run-client-command.ts";

const txn = (stdin: string, ...args: string[]) => ({ args: ["txn", ...args], stdin });

describe("txn does what etcdctl does", { skip: etcdIsAbsent }, () => {
  let twins: Twins;
  before(async () => {
    twins = await startTwins();
  });
  after(() => twins.stop());

  test("results in all formats", async () => {
    await twins.compare([
      ["put", "foo", "bar"],
      ["put", "k1", "v1"],
    ]);
    for (const format of ["simple", "json", "fields", "protobuf", "table"]) {
      await twins.compare([
        txn('value("foo") = "bar"\n\nput foo "bar baz"\nget foo\n\nput foo bar\n\n', "-w", format),
        txn(
          'value("foo") = "bar"\n\nget foo\n\nput foo bar\nget k --prefix\ndel k9 --prev-kv\n\n',
          "-w",
          format,
        ),
      ]);
    }
  });

  test("comparisons and quoting", () =>
    twins.compare([
      txn(
        'value("foo") != "none"\nmod("foo") > "0"\nver("foo") > "0"\ncreate("foo") < "100000"\n\nget foo\n\n\n',
      ),
      txn(
        'm("foo") > "0"\nversion("foo") != "0"\nc("foo") > "1"\nval("f oo") != "x"\n\nget foo\n\nget k1\n\n',
        "-i",
      ),
      txn('\nput a "several words"\nput b "esc\\n\\x41\\xff\\u00e4\\101"\n\n\n'),
      txn('\nget "" --prefix\n\n\n'),
      txn("\nput -- minus --x\n\n\n"),
      txn("\nget foo --print-value-only\n\n\n"),
      txn("\n\n\n"),
      txn("\n\n\n", "-w", "json"),
    ]));

  test("what is refused", () =>
    twins.compare([
      txn('value("foo" = "x"\n\n\n\n'),
      txn('colour("foo") = "x"\n\n\n\n'),
      txn('mod("foo") = "x"\n\n\n\n'),
      txn('mod("foo") = 1\n\n\n\n'),
      txn('mod(foo) = "1"\n\n\n\n'),
      txn("\nfetch foo\n\n\n"),
      txn("\nget --bogus foo\n\n\n"),
      txn("\nget foo\n"),
      txn("\nget foo\n\n"),
      txn(""),
      txn("\nput a 1\nput a 2\n\n\n"),
      txn("\nput foo x --lease=12\n\n\n"),
      txn("", "surplus"),
    ]));
});

test("an error in a script names its line and text", async () => {
  const { stderr, code } = await runCommand(["txn"], { stdin: 'mod("a") = "1"\nmod("b") ~ "1"\n\n\n\n' });
  assert.equal(code, 3);
  assert.equal(stderr, 'Error: line 2: mod("b") ~ "1": unknown operator ~; use =, !=, < or >\n');
  const cut = await runCommand(["txn"], { stdin: "\nput a 1\n" });
  assert.match(cut.stderr, /^Error: line 3: the input ended in the success requests/);
});

test("nothing is sent when a later line is wrong", async () => {
  // There is no server at that port: an attempt to send would fail in another way.
  const script = "\nput a 1\n\nput b\n\n";
  const { stderr, code } = await runCommand(["txn", "--endpoints", "127.0.0.1:1"], { stdin: script });
  assert.equal(code, 3);
  assert.match(stderr, /^Error: line 4: put b: put needs a value/);
});

test("comparisons of leases take hexadecimal IDs", () => {
  const { targetUnion } = parseCompare('lease("k") = "2040a1fd1ecb4043"');
  assert.deepEqual(targetUnion, { case: "lease", value: 0x2040a1fd1ecb4043n });
});

test("requests take the flags of their commands", () => {
  const { request } = parseRequest("get k --prefix --limit=3 --order DESCEND --consistency s");
  assert.equal(request?.case, "requestRange");
  if (request?.case !== "requestRange") return;
  assert.equal(request.value.limit, 3);
  assert.equal(request.value.serializable, true);
  assert.equal(Buffer.from(request.value.rangeEnd).toString(), "l");
});

test("every byte string survives quoting and reading", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const quoted = Buffer.from(quote(bytes)).toString("latin1");
      const { text, end } = readQuoted(quoted, 0);
      assert.equal(end, quoted.length);
      assert.deepEqual(Uint8Array.from(Buffer.from(text, "latin1")), Uint8Array.from(bytes));
    }),
    { numRuns: 300 },
  );
});

test("words", () => {
  assert.deepEqual(splitWords(`put  "a b"\t'c "d' e=f`), ["put", "a b", 'c "d', "e=f"]);
  assert.throws(() => splitWords('put "a'), /is not closed/);
  assert.throws(() => splitWords('put "a"b'), /space is missing behind "a"/);
  assert.throws(() => splitWords('put "\\q"'), /no escape begins with \\q/);
});
