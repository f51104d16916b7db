/**
 * Random messages of any type, driven by its fields.
 */

import fc from "fast-check";
import type { Field, MessageType } from "../src/index.ts";

/** Messages inside each other in what is made. */
const depthMax = 3;

const safeInteger = fc.oneof(
  fc.integer({ min: -3, max: 300 }),
  fc.maxSafeInteger(),
  fc.constantFrom(
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2 ** 31,
    2 ** 32,
    2 ** 32 - 1,
    -(2 ** 31),
  ),
);
const unsignedSafeInteger = safeInteger.map(Math.abs);
const text = fc.string({ unit: "binary", maxLength: 12 });
const byteString = fc.uint8Array({ maxLength: 20 });

/** Random messages of a type. */
export function arbitraryMessage<T extends object>(type: MessageType<T>, depth = 0): fc.Arbitrary<T> {
  const properties: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fields) {
    if (field.oneof === null) properties[field.property] = arbitraryProperty(field, depth);
    else properties[field.oneof] ??= arbitraryChoice(type, field.oneof, depth);
  }
  return fc.record(properties).map((init) => type.create(init as Partial<T>));
}

function arbitraryChoice(type: MessageType<object>, oneof: string, depth: number): fc.Arbitrary<unknown> {
  const choices = type.fields
    .filter((field) => field.oneof === oneof && (field.kind !== "message" || depth < depthMax))
    .map((field) =>
      fc.record(
        { case: fc.constant(field.property), value: arbitraryValue(field, depth) },
        { noNullPrototype: true },
      ),
    );
  return fc.oneof(fc.constant(null), ...choices);
}

function arbitraryProperty(field: Field, depth: number): fc.Arbitrary<unknown> {
  const isTooDeep = field.kind === "message" && depth >= depthMax;
  if (field.repeated) {
    return isTooDeep ? fc.constant([]) : fc.array(arbitraryValue(field, depth), { maxLength: 3 });
  }
  if (field.kind !== "message") return arbitraryValue(field, depth);
  return isTooDeep ? fc.constant(null) : fc.option(arbitraryValue(field, depth));
}

function arbitraryValue(field: Field, depth: number): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer();
    case "uint32":
      return fc.nat({ max: 2 ** 32 - 1 });
    case "int64":
      return field.long === "id" ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) : safeInteger;
    case "uint64":
      return field.long === "id" ? fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) : unsignedSafeInteger;
    case "string":
      return text;
    case "bytes":
      return byteString;
    case "enum":
      return fc.oneof(fc.constantFrom(...Object.values(field.values ?? {})), fc.integer());
    case "message": {
      const type = field.message?.();
      if (type === undefined) throw new Error(`${field.name} has no type`);
      return arbitraryMessage(type, depth + 1);
    }
  }
}
