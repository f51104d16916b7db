/**
 * The table of simple tokens.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  digestOf,
  newLetters,
  type ReadToken,
  readSimpleToken,
  SimpleTokens,
  tokenText,
} from "../src/auth/simple-tokens.ts";

const ttlMs = 1000;

/** Letters that differ from number to number. */
function lettersOf(number: number): string {
  let rest = number;
  return newLetters((bound) => {
    const digit = rest % bound;
    rest = Math.floor(rest / bound);
    return digit;
  });
}

describe("simple tokens", () => {
  it("are read as they were written, and nothing else is", () => {
    const token = { letters: lettersOf(12_345), index: 678 };
    assert.deepEqual(readSimpleToken(tokenText(token)), token);
    const long = `${"a".repeat(16)}.${"1".repeat(16)}`;
    for (const wrong of [
      "",
      ".",
      "abc.1",
      `${token.letters}.`,
      `${token.letters}.-1`,
      `${token.letters}.1 `,
      long,
    ])
      assert.equal(readSimpleToken(wrong), null, wrong);
  });

  it("beyond the bound push out the one that was used the longest time ago", () => {
    const tokens = new SimpleTokens({ now: () => 0 }, ttlMs);
    const count = 100_000;
    for (let index = 0; index < count; index++) tokens.add(digestOf(lettersOf(index)), index, "u");
    assert.equal(tokens.find({ letters: lettersOf(0), index: 0 }), "u");
    tokens.add(digestOf(lettersOf(count)), count, "u");
    assert.equal(tokens.size, count);
    assert.equal(tokens.find({ letters: lettersOf(0), index: 0 }), "u");
    assert.equal(tokens.find({ letters: lettersOf(1), index: 1 }), null);
  });

  it("are found for as long as a plain list finds them", () => {
    type Listed = { readonly token: ReadToken; readonly user: string; endMs: number };
    const step = fc.oneof(
      fc.record({ kind: fc.constant("add" as const), token: fc.nat(9), user: fc.constantFrom("u", "v") }),
      fc.record({ kind: fc.constant("find" as const), token: fc.nat(9), shift: fc.constantFrom(0, 0, 0, 1) }),
      fc.record({ kind: fc.constant("wait" as const), byMs: fc.constantFrom(1, 400, 999, 1000) }),
      fc.record({ kind: fc.constant("end" as const), user: fc.constantFrom("u", "v") }),
      fc.record({ kind: fc.constant("clear" as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let nowMs = 0;
        let listed: Listed[] = [];
        const tokens = new SimpleTokens({ now: () => nowMs }, ttlMs);
        for (const each of steps) {
          if (each.kind === "add") {
            const token = { letters: lettersOf(each.token), index: each.token };
            tokens.add(digestOf(token.letters), token.index, each.user);
            listed = listed.filter((other) => other.token.index !== token.index);
            listed.push({ token, user: each.user, endMs: nowMs + ttlMs });
          } else if (each.kind === "find") {
            const letters = lettersOf(each.token);
            const found = listed.find(({ token, endMs }) => token.letters === letters && endMs > nowMs);
            const isRight = found !== undefined && each.shift === 0;
            assert.equal(
              tokens.find({ letters, index: each.token + each.shift }),
              isRight ? found.user : null,
            );
            if (isRight) found.endMs = nowMs + ttlMs;
          } else if (each.kind === "wait") nowMs += each.byMs;
          else if (each.kind === "end") {
            tokens.endUsers(new Set([each.user]));
            listed = listed.filter(({ user }) => user !== each.user);
          } else {
            tokens.clear();
            listed = [];
          }
        }
      }),
    );
  });
});
