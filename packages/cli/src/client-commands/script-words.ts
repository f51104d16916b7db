/**
 * Words of a line, and quoted texts with escapes, as the scripts of `txn` and `watch -i` have them.
 *
 * Lines, words and texts are byte strings: one character per byte. So a script may name any key.
 */

import { badInput } from "./command-failure.ts";

/** A byte string's bytes. */
export function bytesOfByteString(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** A byte string as people read it. */
export function showByteString(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
};

const escape = /^\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-3][0-7]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/;

/** A quoted text, and where what follows it begins. */
export type QuotedText = { readonly text: string; readonly end: number };

/**
 * The text in double quotes (with Go's escapes), single quotes or back quotes (as it is) that begins at `start`. Throws a
 * CommandFailure if it does not end, or has an escape that there is not.
 */
export function readQuoted(line: string, start: number): QuotedText {
  const mark = line[start] ?? "";
  let text = "";
  for (let at = start + 1; at < line.length; ) {
    const character = line[at] ?? "";
    if (character === mark) return { text, end: at + 1 };
    if (character !== "\\" || mark !== '"') {
      text += character;
      at += 1;
      continue;
    }
    const found = escape.exec(line.slice(at, at + 10));
    if (found === null) throw badInput(`no escape begins with ${showByteString(line.slice(at, at + 2))}`);
    text += unescape(found);
    at += found[0].length;
  }
  throw badInput(`the quote ${showByteString(line.slice(start, start + 12))} is not closed`);
}

function unescape([, simple, hex, octal, short, long]: RegExpExecArray): string {
  if (simple !== undefined) return simpleEscapes[simple] ?? "";
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
  const code = Number.parseInt(short ?? long ?? "", 16);
  if (code > 0x10ffff) throw badInput(`there is no character \\U${long}`);
  return Buffer.from(String.fromCodePoint(code)).toString("latin1");
}

/**
 * The words of a line: separated by spaces; a word that begins with a quote ends with it. Throws a CommandFailure if a
 * quote does not end or something sticks to its end.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  for (let at = 0; at < line.length; ) {
    const character = line[at] ?? "";
    if (/\s/.test(character)) {
      at += 1;
    } else if (character === '"' || character === "'") {
      const { text, end } = readQuoted(line, at);
      const next = line[end];
      if (next !== undefined && !/\s/.test(next)) {
        throw badInput(`a space is missing behind ${showByteString(line.slice(at, end))}`);
      }
      words.push(text);
      at = end;
    } else {
      const length = line.slice(at).search(/\s/);
      const end = length < 0 ? line.length : at + length;
      words.push(line.slice(at, end));
      at = end;
    }
  }
  return words;
}
