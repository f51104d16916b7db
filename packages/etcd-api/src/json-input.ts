/**
 * Messages from JSON, as etcd's gateway takes it: names as in the definitions or in lower camel case, integers as
 * numbers or strings, bytes in either base64, enums by name or number, null for zero. Names that the message does not
 * have are passed over; what does not fit its field is an error.
 */

import { JsonError } from "./json-error.ts";
import type { Field, MessageType } from "./message-type.ts";
import { defaultDecodeLimits } from "./wire-reader.ts";

type Parse = (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

/** Fields by both their names, made when a type is first seen. */
const fieldsByName = new WeakMap<MessageType<object>, ReadonlyMap<string, Field>>();

const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  enum: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * JSON text as data, in which an integer that a number cannot hold is a bigint: clients send lease IDs of 63 bits as
 * bare numbers. Empty text is an empty object, for the gateway takes a request without a body.
 *
 * @throws {JsonError}
 */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return (JSON.parse as Parse)(text, (_key, value, context) => {
      if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
      return /^-?\d+$/.test(context.source ?? "") ? BigInt(context.source ?? "") : value;
    });
  } catch (error) {
    throw new JsonError("", error instanceof Error ? error.message : String(error));
  }
}

/**
 * The message that JSON text says.
 *
 * @throws {JsonError}
 */
export function fromJsonText<T extends object>(type: MessageType<T>, text: string): T {
  return fromJson(type, parseJson(text));
}

/**
 * The message that JSON data says; the data may have bigints, as from {@link parseJson}.
 *
 * @throws {JsonError}
 */
export function fromJson<T extends object>(type: MessageType<T>, json: unknown): T {
  return messageFromJson(type, json, "", 0);
}

function messageFromJson<T extends object>(
  type: MessageType<T>,
  json: unknown,
  path: string,
  depth: number,
): T {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new JsonError(path, `${describe(json)} where an object should be`);
  }
  if (depth > defaultDecodeLimits.depthMax) throw new JsonError(path, "messages are nested too deep");
  const init: Record<string, unknown> = {};
  const fields = namesOf(type);
  for (const [name, value] of Object.entries(json)) {
    const field = fields.get(name);
    if (field === undefined || value === null) continue;
    const inner = path === "" ? name : `${path}.${name}`;
    const property = field.oneof ?? field.property;
    if (Object.hasOwn(init, property)) throw new JsonError(inner, `${property} is given twice`);
    init[property] = propertyFromJson(field, value, inner, depth);
  }
  return type.create(init as Partial<T>);
}

function namesOf(type: MessageType<object>): ReadonlyMap<string, Field> {
  const known = fieldsByName.get(type);
  if (known !== undefined) return known;
  const fields = new Map<string, Field>();
  for (const field of type.fields) fields.set(field.name, field).set(field.jsonName, field);
  fieldsByName.set(type, fields);
  return fields;
}

function propertyFromJson(field: Field, json: unknown, path: string, depth: number): unknown {
  if (field.repeated) {
    if (!Array.isArray(json)) throw new JsonError(path, `${describe(json)} where a list should be`);
    return json.map((item, index) => valueFromJson(field, item, `${path}[${index}]`, depth));
  }
  const value = valueFromJson(field, json, path, depth);
  return field.oneof === null ? value : { case: field.property, value };
}

function valueFromJson(field: Field, json: unknown, path: string, depth: number): unknown {
  switch (field.kind) {
    case "bool":
      if (typeof json === "boolean") return json;
      throw new JsonError(path, `${describe(json)} where true or false should be`);
    case "string":
      if (typeof json === "string") return json;
      throw new JsonError(path, `${describe(json)} where a string should be`);
    case "bytes":
      return bytesFromJson(json, path);
    case "enum": {
      const named = typeof json === "string" ? namedValue(field, json) : undefined;
      if (named !== undefined) return named;
      if (typeof json === "string") throw new JsonError(path, `"${json}" is no value of ${field.name}`);
      return Number(integerFromJson(field, json, path));
    }
    case "int32":
    case "uint32":
      return Number(integerFromJson(field, json, path));
    case "int64":
    case "uint64":
      return longFromJson(field, json, path);
    case "message": {
      const type = field.message?.();
      if (type === undefined) throw new Error(`${field.name} has no type`);
      return messageFromJson(type, json, path, depth + 1);
    }
  }
}

function namedValue(field: Field, name: string): number | undefined {
  return field.values !== null && Object.hasOwn(field.values, name) ? field.values[name] : undefined;
}

function longFromJson(field: Field, json: unknown, path: string): bigint | number {
  const value = integerFromJson(field, json, path);
  if (field.long === "id") return value;
  if (value >= -safeMax && value <= safeMax) return Number(value);
  if (field.long === "exact") throw new JsonError(path, "an integer is beyond ±(2^53 − 1)");
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

function integerFromJson(field: Field, json: unknown, path: string): bigint {
  const value = wholeNumber(json);
  if (value === null) throw new JsonError(path, `${describe(json)} where an integer should be`);
  const [min, max] = integerRanges[field.kind] as readonly [bigint, bigint];
  if (value < min || value > max) throw new JsonError(path, `${value} is out of range`);
  return value;
}

function wholeNumber(json: unknown): bigint | null {
  if (typeof json === "bigint") return json;
  // Above 2^53 a number without its source is no longer what was written.
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : null;
  return typeof json === "string" && /^-?\d{1,20}$/.test(json) ? BigInt(json) : null;
}

function bytesFromJson(json: unknown, path: string): Uint8Array {
  if (typeof json !== "string") throw new JsonError(path, `${describe(json)} where base64 should be`);
  const [, digits, padding] = /^([A-Za-z0-9+/_-]*)(={0,2})$/.exec(json) ?? [];
  const isWhole = digits !== undefined && digits.length % 4 !== 1;
  if (!isWhole || (padding !== "" && json.length % 4 !== 0)) throw new JsonError(path, "not base64");
  return new Uint8Array(Buffer.from(digits, "base64"));
}

function describe(json: unknown): string {
  if (json === null) return "null";
  if (Array.isArray(json)) return "a list";
  if (typeof json === "string") return `the string ${JSON.stringify(json.slice(0, 40))}`;
  if (typeof json === "number" || typeof json === "bigint") return `the number ${json}`;
  return typeof json === "boolean" ? String(json) : "an object";
}
