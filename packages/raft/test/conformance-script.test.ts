import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parseCommandLine, parseScript, rewriteScript } from "../conformance/script.ts";

function lines(...parts: string[]): string {
  return `${parts.join("\n")}\n`;
}

describe("command lines", () => {
  test("have keys, values and lists", () => {
    assert.deepEqual(parseCommandLine("  add 3  voters=(1, 2,3) index=2 empty= word "), {
      command: "add",
      args: [
        { key: "3", values: [] },
        { key: "voters", values: ["1", "2", "3"] },
        { key: "index", values: ["2"] },
        { key: "empty", values: [""] },
        { key: "word", values: [] },
      ],
      problem: null,
    });
  });

  test("keep quotes, and nest parentheses", () => {
    assert.deepEqual(parseCommandLine('propose 1 "foo"').args[1], { key: '"foo"', values: [] });
    assert.deepEqual(parseCommandLine("x a=(f(1, 2), g) b=()").args, [
      { key: "a", values: ["f(1, 2)", "g"] },
      { key: "b", values: [""] },
    ]);
    assert.deepEqual(parseCommandLine("x a==b").args, [{ key: "a", values: ["=b"] }]);
  });

  test("tell the column where they cannot be read", () => {
    assert.match(parseCommandLine("x a=(1,2").problem ?? "", /column 5.*closing parenthesis.*x a=\(1,2/);
    assert.match(parseCommandLine("x =1").problem ?? "", /column 3.*name/);
  });
});

describe("scripts", () => {
  test("consist of directives with input and expectation", () => {
    const { directives } = parseScript(
      lines(
        "# about",
        "",
        "one 1",
        "",
        "  in put  ",
        "more",
        "",
        "----",
        "out",
        " # out",
        "",
        "# last",
        "two",
        "----",
      ),
    );
    assert.deepEqual(
      directives.map(({ line, command, input, expected }) => ({ line, command, input, expected })),
      [
        { line: 3, command: "one", input: "in put  \nmore", expected: "out\n # out\n" },
        { line: 13, command: "two", input: "", expected: "" },
      ],
    );
  });

  test("continue lines after a backslash", () => {
    const [directive] = parseScript(lines("one \\", "  a=1 \\", "  b", "----", "ok")).directives;
    assert.deepEqual(directive?.args, [
      { key: "a", values: ["1"] },
      { key: "b", values: [] },
    ]);
    assert.equal(directive?.expected, "ok\n");
  });

  test("hold blank lines between doubled separators", () => {
    const text = lines("one", "----", "----", "a", "", "----", "b", "----", "----", "", "two", "----", "ok");
    const { directives } = parseScript(text);
    assert.deepEqual(
      directives.map(({ command, expected }) => [command, expected]),
      [
        ["one", "a\n\n----\nb\n"],
        ["two", "ok\n"],
      ],
    );
  });

  test("may have carriage returns, groups, and no last newline", () => {
    const { directives } = parseScript(
      "subtest a\r\none\r\n----\r\nok\r\n\r\nsubtest end\r\n\r\ntwo\n----\nok",
    );
    assert.deepEqual(
      directives.map(({ command, expected }) => [command, expected]),
      [
        ["one", "ok\n"],
        ["two", "ok\n"],
      ],
    );
  });

  test("keep a command that cannot be read as a problem", () => {
    const { directives } = parseScript(lines("one a=(", "----", "x", "", "two", "----", "ok"));
    assert.deepEqual(
      directives.map(({ problem }) => problem === null),
      [false, true],
    );
  });
});

describe("rewriting", () => {
  test("changes expectations and nothing else", () => {
    const script = parseScript(
      lines("# about", "one", "in", "----", "old", "old", "", "", "# more", "two", "----", "keep"),
    );
    assert.equal(
      rewriteScript(script, ["new\n", null]),
      lines("# about", "one", "in", "----", "new", "", "", "# more", "two", "----", "keep"),
    );
  });

  test("of what was expected gives the same script", () => {
    const text = lines(
      "one",
      "----",
      "----",
      "a",
      "",
      "b",
      "----",
      "----",
      "",
      "two",
      "----",
      "ok",
      "",
      "# end",
    );
    const script = parseScript(text);
    assert.equal(
      rewriteScript(
        script,
        script.directives.map(({ expected }) => expected),
      ),
      text,
    );
  });

  test("stores any output so that it is read back", () => {
    const line = fc.constantFrom("", "  ", "a", "# b", "x y=1", "ok");
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), (outputs) => {
        const texts = outputs.map((output) => (output.length === 0 ? "" : `${output.join("\n")}\n`));
        const empty = parseScript(texts.map((_, number) => lines(`command ${number}`, "----", "")).join(""));
        const renewed = parseScript(rewriteScript(empty, texts));
        assert.deepEqual(
          renewed.directives.map(({ expected }) => expected),
          texts,
        );
      }),
    );
  });
});
