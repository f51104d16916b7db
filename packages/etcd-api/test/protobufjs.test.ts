/**
 * Another implementation reads what we write and writes what we read: protobufjs, from the same definitions.
 */

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import protobuf from "protobufjs";
import { decode, encode, type Field, type MessageType, messageTypes } from "../src/index.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";

const protoFolder = resolve(import.meta.dirname, "../proto");
const runs = 60;

const files = [
  "auth",
  "cluster",
  "election",
  "health",
  "kv",
  "lease",
  "lock",
  "maintenance",
  "status",
  "watch",
];
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => resolve(protoFolder, target);
root.loadSync(
  files.map((name) => `${name}.proto`),
  { keepCase: true },
);

/** The message as protobufjs wants it: by the definitions' names, zeros left out, long integers as its own objects. */
function toForeign(type: MessageType<object>, message: object): Record<string, unknown> {
  const foreign: Record<string, unknown> = {};
  const properties = message as Record<string, unknown>;
  for (const field of type.fields) {
    if (field.oneof === null) {
      const value = properties[field.property];
      if (Array.isArray(value)) {
        if (value.length > 0) foreign[field.name] = value.map((item) => foreignValue(field, item));
      } else if (value instanceof Uint8Array ? value.length > 0 : value) {
        foreign[field.name] = foreignValue(field, value);
      }
      continue;
    }
    const choice = properties[field.oneof] as { case: string; value: unknown } | null;
    if (choice?.case === field.property) foreign[field.name] = foreignValue(field, choice.value);
  }
  return foreign;
}

function foreignValue(field: Field, value: unknown): unknown {
  if (field.kind === "message") return toForeign(field.message?.() as MessageType<object>, value as object);
  if (field.kind === "bytes") return Array.from(value as Uint8Array);
  return field.long === null ? value : String(value);
}

/** What protobufjs read, in the same form. */
function plain(type: protobuf.Type, message: protobuf.Message): Record<string, unknown> {
  return type.toObject(message, { longs: String, bytes: Array, defaults: false });
}

describe("against protobufjs", () => {
  for (const type of messageTypes) {
    const foreignType = root.lookupType(type.name);
    test(type.name, () => {
      fc.assert(
        fc.property(arbitraryMessage(type), (message) => {
          const bytes = encode(type, message);
          const foreign = toForeign(type, message);
          assert.deepEqual(plain(foreignType, foreignType.decode(bytes)), foreign);
          const theirs = foreignType.encode(foreignType.fromObject(foreign)).finish();
          assert.deepEqual(Uint8Array.from(theirs), bytes);
          assert.deepEqual(decode(type, theirs), message);
        }),
        { numRuns: runs, seed: 20_260_801 },
      );
    });
  }
});
