/**
 * Texts as Go's formatting verbs make them, which is what etcdctl prints.
 */

import { isUtf8 } from "node:buffer";

const named: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u;

/** In double quotes with escapes, as `%q`: bytes that are no UTF-8 become `\x..`, what cannot be seen `\u....`. */
export function quote(text: string | Uint8Array): string {
  const bytes =
    typeof text === "string" ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.length);
  const quoted = isUtf8(bytes) ? quoteCharacters(bytes.toString("utf8")) : quoteBroken(bytes);
  return `"${quoted}"`;
}

function quoteCharacters(text: string): string {
  let out = "";
  for (const character of text) out += quoteCharacter(character);
  return out;
}

function quoteCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const known = named[code];
  if (known !== undefined) return known;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code === 0x20 || printable.test(character)) return character;
  const digits = code.toString(16);
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

/** Character by character, for a byte that begins none is shown by itself. */
function quoteBroken(bytes: Buffer): string {
  let out = "";
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(
      (size) => at + size <= bytes.length && isUtf8(bytes.subarray(at, at + size)),
    );
    if (length === undefined) out += `\\x${bytes.toString("hex", at, at + 1)}`;
    else out += quoteCharacter(bytes.toString("utf8", at, at + length));
    at += length ?? 1;
  }
  return out;
}

/** Every byte as `\x..`: etcdctl's `--hex`. */
export function hexEscape(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

/** An ID of 64 bits in hex without zeros in front, as `%x`. A negative one has its sign in front. */
export function hex(id: bigint): string {
  return id.toString(16);
}

/** The same with 16 digits, as `%016x`. */
export function hexId(id: bigint): string {
  return id < 0n ? `-${(-id).toString(16).padStart(15, "0")}` : id.toString(16).padStart(16, "0");
}

/** The same, filled with spaces to 16 places, as `%16x`. */
export function hexColumn(id: bigint): string {
  return hex(id).padStart(16, " ");
}

const sizeUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** Bytes for people, in powers of 1000: `25 kB`, `1.3 MB`. */
export function byteSize(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const exponent = Math.floor(Math.log(bytes) / Math.log(1000));
  const value = Math.floor((bytes / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${sizeUnits[exponent] ?? "EB"}`;
}
