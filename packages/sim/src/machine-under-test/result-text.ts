/**
 * States and results as short texts: equal where they are equal, and readable where that is possible.
 */

import type { StateMachine } from "@quorate/member";
import { RunningHash } from "../observe/running-hash.ts";

/** A digest of any text or bytes, in hexadecimal. 53 bits. */
export function fingerprint(content: string | Uint8Array): string {
  const hash = new RunningHash();
  if (typeof content === "string") hash.text(content);
  else hash.bytes(content);
  return hash.value.toString(16).padStart(14, "0");
}

/** A result as the text that observations carry: as a session keeps it. */
export function resultText({ results }: StateMachine, result: unknown): string {
  if (results !== undefined) return hexOf(results.encode(result));
  if (result instanceof Uint8Array) return hexOf(result);
  return JSON.stringify(result) ?? "null";
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const shownMax = 120;

/** A value for people. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? value : textOf(value);
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return hexOf(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // A bigint, or something that contains itself.
    return String(value);
  }
}

/** Bytes as a key: one character each. */
export function keyOf(data: Uint8Array): string {
  let key = "";
  for (const byte of data) key += String.fromCharCode(byte);
  return key;
}
