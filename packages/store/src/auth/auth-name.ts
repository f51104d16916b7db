/**
 * Names of users and roles: text for callers, UTF-8 in records and commands, ordered as etcd orders them: byte by byte.
 */

import type { ByteReader } from "../byte-reader.ts";
import type { ByteWriter } from "../byte-writer.ts";
import { compareBytes } from "../bytes.ts";
import { StoreError } from "../store-error.ts";

const encoder = new TextEncoder();
/** A mark at the beginning belongs to the name: nothing may be lost on the way. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a name. */
export function nameBytes(name: string): Uint8Array {
  return encoder.encode(name);
}

/** The name of bytes. Throws `corrupt`. */
export function nameOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new StoreError("corrupt", "a name is no UTF-8", cause);
  }
}

export function writeName(writer: ByteWriter, name: string): void {
  writer.sized(nameBytes(name));
}

export function readName(reader: ByteReader): string {
  return nameOf(reader.sized());
}

/** Orders names by their bytes, which for some characters is not the order of JavaScript's strings. */
export function compareNames(left: string, right: string): number {
  return compareBytes(nameBytes(left), nameBytes(right));
}
