/**
 * Go's way to quote bytes as a string literal (the `%q` verb), in which scripts show what entries carry.
 */

const shortEscapes = new Map([
  [0x07, "\\a"],
  [0x08, "\\b"],
  [0x09, "\\t"],
  [0x0a, "\\n"],
  [0x0b, "\\v"],
  [0x0c, "\\f"],
  [0x0d, "\\r"],
  [0x22, '\\"'],
  [0x5c, "\\\\"],
]);

/** Letters, marks, numbers, punctuation, symbols and the plain space: what Go counts as printable. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Quotes bytes. What is no valid UTF-8 is shown byte by byte as `\xNN`. */
export function goQuote(bytes: Uint8Array): string {
  let quoted = '"';
  for (let position = 0; position < bytes.length; ) {
    const length = characterLength(bytes, position);
    if (length === 0) {
      quoted += `\\x${hex(bytes[position] as number, 2)}`;
      position++;
    } else {
      quoted += quoteCharacter(strict.decode(bytes.subarray(position, position + length)));
      position += length;
    }
  }
  return `${quoted}"`;
}

/** Bytes of the UTF-8 character at `position`; 0 if there is no valid one. */
function characterLength(bytes: Uint8Array, position: number): number {
  const first = bytes[position] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || position + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(position, position + length));
    return length;
  } catch {
    return 0; // a fatal decoder has no other way to say "invalid"
  }
}

function quoteCharacter(character: string): string {
  const code = character.codePointAt(0) as number;
  const short = shortEscapes.get(code);
  if (short !== undefined) return short;
  if (printable.test(character)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
