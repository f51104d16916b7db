/** Bytes from hexadecimal digits; spaces, line breaks and what follows a `#` on a line do not count. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replaceAll(/#[^\n]*/g, "").replaceAll(/\s/g, "");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Bytes of a text in ASCII. */
export function fromText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
