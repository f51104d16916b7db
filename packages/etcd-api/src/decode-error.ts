/**
 * What a codec says of bytes that are no message.
 */

/**
 * Why bytes are no message.
 *
 * - `truncated`: a value goes beyond the end of its message.
 * - `varint`: a varint of more than 64 bits.
 * - `tag`: a field number that cannot be, or a group that does not end as it began.
 * - `utf8`: a string that is not UTF-8.
 * - `unsafe-integer`: an integer beyond ±(2^53 − 1) in a field whose form is `exact`.
 * - `depth`, `elements`: a limit of the caller is passed.
 */
export type DecodeErrorCode =
  | "truncated"
  | "varint"
  | "tag"
  | "utf8"
  | "unsafe-integer"
  | "depth"
  | "elements";

/** The only error that decoding throws, whatever the bytes. */
export class DecodeError extends Error {
  readonly code: DecodeErrorCode;
  /** Where in the input, in bytes from its beginning. */
  readonly offset: number;

  constructor(code: DecodeErrorCode, offset: number, what: string) {
    super(`not a valid message at byte ${offset}: ${what}`);
    this.name = "DecodeError";
    this.code = code;
    this.offset = offset;
  }
}
