/**
 * Outcomes as bytes: what a member keeps of the last result of each session, to give a repeated command the same answer.
 *
 * JSON, with the two things that JSON lacks marked by a property that no outcome has. It is written once for each command
 * of a session, never on the way of a plain command, and read only when a command is repeated.
 */

import type { Outcome } from "./outcome.ts";
import { StoreError } from "./store-error.ts";

const bytesMark = "$bytes";
const integerMark = "$integer";

/** Two digits for each byte. */
export const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

const encoder = new TextEncoder();

/** Encodes an outcome. */
export function encodeOutcome(outcome: Outcome): Uint8Array {
  return encoder.encode(textOf(outcome));
}

/** Decodes an outcome. Throws `corrupt`. */
export function decodeOutcome(bytes: Uint8Array): Outcome {
  try {
    return JSON.parse(new TextDecoder().decode(bytes), (_name, value: unknown) => unmark(value)) as Outcome;
  } catch (error) {
    throw new StoreError("corrupt", `this is no outcome: ${String(error)}`, error);
  }
}

/** As `JSON.stringify` writes it, which is several times slower when it has to ask what becomes of each value. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? String(value) : "null";
    case "boolean":
      return value ? "true" : "false";
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `{"${integerMark}":"${value}"}`;
    case "object":
      if (value === null) return "null";
      if (value instanceof Uint8Array) return `{"${bytesMark}":"${toHex(value)}"}`;
      return Array.isArray(value) ? textOfList(value) : textOfFields(value);
    default:
      return "null";
  }
}

function textOfList(list: readonly unknown[]): string {
  let text = "[";
  for (const value of list) text += text.length === 1 ? textOf(value) : `,${textOf(value)}`;
  return `${text}]`;
}

function textOfFields(fields: object): string {
  let text = "{";
  for (const name in fields) {
    const value = (fields as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    if (text.length > 1) text += ",";
    text += `"${name}":${textOf(value)}`;
  }
  return `${text}}`;
}

function unmark(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (bytesMark in value && typeof value[bytesMark] === "string") return fromHex(value[bytesMark]);
  if (integerMark in value && typeof value[integerMark] === "string") return BigInt(value[integerMark]);
  return value;
}

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexOfByte[byte] as string;
  return text;
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}
