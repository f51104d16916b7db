/**
 * Messages as JSON, the way etcd's gateway writes it: names as in the definitions, zeros left out, 64-bit integers as
 * strings, bytes in base64, enums by name.
 */

import type { Field, MessageType } from "./message-type.ts";

/** What a message becomes. */
export type JsonValue =
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A message as JSON data. */
export type JsonObject = { readonly [name: string]: JsonValue };

type Choice = { readonly case: string; readonly value: unknown };

/** A message as JSON data. A field of a oneof that is set appears even if it is zero. */
export function toJson<T extends object>(type: MessageType<T>, message: T): JsonObject {
  const properties = message as Readonly<Record<string, unknown>>;
  const json: Record<string, JsonValue> = {};
  for (const field of type.fields) {
    if (field.oneof !== null) {
      const choice = properties[field.oneof] as Choice | null;
      if (choice?.case === field.property) json[field.name] = valueToJson(field, choice.value);
      continue;
    }
    const value = properties[field.property];
    if (field.repeated) {
      const list = value as readonly unknown[];
      if (list.length > 0) json[field.name] = list.map((item) => valueToJson(field, item));
    } else if (!isZero(value)) {
      json[field.name] = valueToJson(field, value);
    }
  }
  return json;
}

/** A message as JSON text. */
export function toJsonText<T extends object>(type: MessageType<T>, message: T): string {
  return JSON.stringify(toJson(type, message));
}

/** Presence is told by `null`, zero by 0, 0n, "", false and the empty byte string. */
function isZero(value: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : !value;
}

function valueToJson(field: Field, value: unknown): JsonValue {
  switch (field.kind) {
    case "int64":
    case "uint64":
      return String(value);
    case "bytes": {
      const bytes = value as Uint8Array;
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
    }
    case "enum":
      return enumToJson(field, value as number);
    case "message": {
      const type = field.message?.();
      if (type === undefined) throw new Error(`${field.name} has no type`);
      return toJson(type, value as object);
    }
    case "bool":
    case "int32":
    case "uint32":
    case "string":
      return value as boolean | number | string;
  }
}

/** A number that has no name goes out as itself. */
function enumToJson(field: Field, value: number): JsonValue {
  for (const [name, number] of Object.entries(field.values ?? {})) {
    if (number === value) return name;
  }
  return value;
}
