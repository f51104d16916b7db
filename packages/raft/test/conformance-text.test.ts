import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseChanges, renderChanges, renderProtoText } from "../conformance/conf-change-text.ts";
import { diffLines, renderDiff } from "../conformance/diff.ts";
import { goQuote } from "../conformance/go-quote.ts";
import { ConfChangeTransition, ConfChangeType, noData } from "../src/index.ts";

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("Go's quoting", () => {
  const cases: readonly (readonly [name: string, bytes: Uint8Array, quoted: string])[] = [
    ["nothing", utf8(""), '""'],
    ["plain text", utf8("prop_1 é 日本 😀"), '"prop_1 é 日本 😀"'],
    ["quotes and backslashes", utf8('"foo"\\'), '"\\"foo\\"\\\\"'],
    ["short escapes", utf8("\u0007\b\t\n\v\f\r"), '"\\a\\b\\t\\n\\v\\f\\r"'],
    ["control bytes", utf8("\0\u001b\u007f"), '"\\x00\\x1b\\x7f"'],
    ["unprintable characters", utf8("\u00a0\u200b\u{e0001}"), '"\\u00a0\\u200b\\U000e0001"'],
    ["the replacement character itself", utf8("\ufffd"), '"\ufffd"'],
    ["broken UTF-8", Uint8Array.of(0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82), '"a\\xff\\xc3(\\xe2\\x82"'],
    [
      "surrogates and overlong forms",
      Uint8Array.of(0xed, 0xa0, 0x80, 0xc0, 0x80),
      '"\\xed\\xa0\\x80\\xc0\\x80"',
    ],
    ["a byte order mark", utf8("\ufeff"), '"\\ufeff"'],
  ];
  for (const [name, bytes, quoted] of cases) test(name, () => assert.equal(goQuote(bytes), quoted));
});

describe("membership changes as text", () => {
  test("read and written", () => {
    const changes = parseChanges(" v1 l2 r3 u4 ");
    assert.deepEqual(
      changes.map(({ type, nodeId }) => [type, nodeId]),
      [
        [ConfChangeType.addNode, 1],
        [ConfChangeType.addLearnerNode, 2],
        [ConfChangeType.removeNode, 3],
        [ConfChangeType.updateNode, 4],
      ],
    );
    assert.equal(renderChanges(changes), "v1 l2 r3 u4");
    assert.deepEqual(parseChanges(""), []);
  });

  test("in protobuf's text form", () => {
    const changes = parseChanges("r1 l12");
    assert.equal(
      renderProtoText({ transition: ConfChangeTransition.jointExplicit, changes, context: utf8("x") }),
      'transition:ConfChangeTransitionJointExplicit changes:{type:ConfChangeRemoveNode node_id:1} changes:{type:ConfChangeAddLearnerNode node_id:12} context:"x"',
    );
    assert.equal(
      renderProtoText({ type: ConfChangeType.updateNode, nodeId: 2, context: noData }),
      "type:ConfChangeUpdateNode node_id:2",
    );
  });

  test("refused in the scripts' words", () => {
    assert.throws(() => parseChanges("v"), { name: "CommandError", message: "unknown token v" });
    assert.throws(() => parseChanges("x1"), { name: "CommandError", message: "unknown input: x1" });
    assert.throws(() => parseChanges("v1  v2"), { name: "CommandError", message: "unknown token " });
    assert.throws(() => parseChanges("vx"), {
      name: "CommandError",
      message: 'strconv.ParseUint: parsing "x": invalid syntax',
    });
  });
});

describe("diffs", () => {
  test("show changes with their surroundings", () => {
    const expected = ["1", "2", "3", "4", "5", "6", "old", "8"];
    const actual = ["1", "2", "3", "4", "5", "6", "new ", "8", "9"];
    assert.equal(
      renderDiff(diffLines(expected, actual), false, 1),
      ["  …", "  6", "- old", "+ new·", "  8", "+ 9", ""].join("\n"),
    );
  });

  test("are coloured on demand only", () => {
    assert.equal(
      renderDiff(diffLines(["a"], ["b"]), true),
      "\u001b[31m- a\u001b[0m\n\u001b[32m+ b\u001b[0m\n",
    );
  });

  test("hold both texts, and leave equal ones alone", () => {
    const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (expected, actual) => {
        const diff = diffLines(expected, actual);
        const side = (sign: "-" | "+"): string[] =>
          diff.filter((line) => line.mark !== (sign === "-" ? "+" : "-")).map((line) => line.text);
        assert.deepEqual(side("-"), expected);
        assert.deepEqual(side("+"), actual);
        assert.ok(diffLines(expected, expected).every((line) => line.mark === " "));
      }),
    );
  });
});
