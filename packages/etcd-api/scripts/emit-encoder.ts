/**
 * Emits the functions that measure and write a message.
 */

import { valueType } from "./emit-types.ts";
import { groupFields, isPacked, moduleOf, wireTypeOf } from "./field-groups.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";
import type { SourceWriter } from "./source-writer.ts";

const writer = "../wire-writer.ts";

/** Emits `size…`. */
export function emitSize(out: SourceWriter, message: MessageSchema): void {
  const { typeName } = message;
  const groups = groupFields(message);
  if (groups.length === 0) {
    out.add(`export function size${typeName}(_message: ${typeName}): number {`, "return 0;", "}", "");
    return;
  }
  out.add(`export function size${typeName}(message: ${typeName}): number {`, "let size = 0;");
  for (const group of groups) {
    if (group.oneof === null) {
      emitFieldSize(out, message, group.field);
      continue;
    }
    out.add(`switch (message.${group.oneof}?.case) {`);
    for (const field of group.fields) {
      const added = tagSize(field) + valueSize(out, message, field, `message.${group.oneof}.value`);
      out.add(`case "${field.property}":`, `  size += ${added};`, "  break;");
    }
    out.add("}");
  }
  out.add("return size;", "}", "");
}

/** Emits `write…`. */
export function emitWrite(out: SourceWriter, message: MessageSchema): void {
  const { typeName } = message;
  const groups = groupFields(message);
  if (groups.length === 0) {
    const parameters = `_message: ${typeName}, _target: Uint8Array, end: number`;
    out.add(`export function write${typeName}(${parameters}): number {`, "return end;", "}", "");
    return;
  }
  const parameters = `message: ${typeName}, target: Uint8Array, end: number`;
  out.add(`export function write${typeName}(${parameters}): number {`, "let at = end;");
  for (const group of groups.toReversed()) {
    if (group.oneof === null) {
      emitFieldWrite(out, message, group.field);
      continue;
    }
    out.add(`switch (message.${group.oneof}?.case) {`);
    for (const field of group.fields) {
      out.add(`case "${field.property}": {`);
      emitValueWrite(out, message, field, `message.${group.oneof}.value`);
      out.add("break;", "}");
    }
    out.add("}");
  }
  out.add("return at;", "}", "");
}

function emitFieldSize(out: SourceWriter, message: MessageSchema, field: FieldSchema): void {
  const property = `message.${field.property}`;
  if (isPacked(field)) {
    out.add(`if (${property}.length !== 0) {`, "let inner = 0;");
    out.add(`for (const item of ${property}) inner += ${valueSize(out, message, field, "item").slice(3)};`);
    out.add(`size += ${tagSize(field)} + ${out.use(writer, "delimitedSize")}(inner);`, "}");
  } else if (field.repeated) {
    out.add(
      `for (const item of ${property}) size += ${tagSize(field)}${valueSize(out, message, field, "item")};`,
    );
  } else {
    const added = `${tagSize(field)}${valueSize(out, message, field, property)}`;
    out.add(`if (${isPresent(field, property)}) size += ${added};`);
  }
}

function emitFieldWrite(out: SourceWriter, message: MessageSchema, field: FieldSchema): void {
  const property = `message.${field.property}`;
  if (isPacked(field)) {
    out.add(`if (${property}.length !== 0) {`, "const stop = at;");
    out.add(`for (let index = ${property}.length - 1; index >= 0; index--) {`);
    out.add(`at = ${valueWrite(out, message, field, itemOf(out, message, field))};`, "}");
    out.add(`at = ${out.use(writer, "writeVarint")}(target, at, stop - at);`);
    emitTag(out, field);
    out.add("}");
  } else if (field.repeated) {
    out.add(`for (let index = ${property}.length - 1; index >= 0; index--) {`);
    emitValueWrite(out, message, field, itemOf(out, message, field));
    out.add("}");
  } else {
    out.add(`if (${isPresent(field, property)}) {`);
    emitValueWrite(out, message, field, property);
    out.add("}");
  }
}

function emitValueWrite(out: SourceWriter, message: MessageSchema, field: FieldSchema, value: string): void {
  if (field.kind === "bool") {
    out.add(`target[--at] = ${field.oneof === null && !field.repeated ? "1" : `${value} ? 1 : 0`};`);
  } else if (field.kind === "message") {
    out.add("const stop = at;", `at = ${valueWrite(out, message, field, value)};`);
    out.add(`at = ${out.use(writer, "writeVarint")}(target, at, stop - at);`);
  } else {
    out.add(`at = ${valueWrite(out, message, field, value)};`);
  }
  emitTag(out, field);
}

function itemOf(out: SourceWriter, message: MessageSchema, field: FieldSchema): string {
  return `message.${field.property}[index] as ${valueType(out, message, field)}`;
}

function emitTag(out: SourceWriter, field: FieldSchema): void {
  const tag = tagOf(field);
  out.add(
    tag < 0x80 ? `target[--at] = ${tag};` : `at = ${out.use(writer, "writeVarint")}(target, at, ${tag});`,
  );
}

function isPresent(field: FieldSchema, property: string): string {
  if (field.kind === "bool") return property;
  if (field.kind === "message") return `${property} !== null`;
  if (field.kind === "bytes") return `${property}.length !== 0`;
  if (field.kind === "string") return `${property} !== ""`;
  return `${property} !== ${field.long === "id" ? "0n" : "0"}`;
}

/** Code for the size of one value, as something to add. */
function valueSize(out: SourceWriter, message: MessageSchema, field: FieldSchema, value: string): string {
  if (field.kind === "bool") return " + 1";
  if (field.kind === "bytes") return ` + ${out.use(writer, "delimitedSize")}(${value}.length)`;
  if (field.kind === "message") {
    return ` + ${out.use(writer, "delimitedSize")}(${codec(out, message, field, "size")}(${value}))`;
  }
  const kind = field.kind === "enum" ? "int32" : field.kind;
  const name = field.long === null || field.long === "id" ? `${kind}Size` : `${kind}NumberSize`;
  return ` + ${out.use(writer, name)}(${value})`;
}

/** Code that writes one value before `at`. */
function valueWrite(out: SourceWriter, message: MessageSchema, field: FieldSchema, value: string): string {
  if (field.kind === "message") return `${codec(out, message, field, "write")}(${value}, target, at)`;
  const name = writeFunctionOf(field);
  return `${out.use(writer, name)}(target, at, ${value})`;
}

function writeFunctionOf(field: FieldSchema): string {
  if (field.kind === "bytes") return "writeBytes";
  if (field.kind === "string") return "writeString";
  return field.long === "id" ? "writeLong" : "writeNumber";
}

function codec(out: SourceWriter, message: MessageSchema, field: FieldSchema, verb: string): string {
  const target = field.target as NonNullable<FieldSchema["target"]>;
  const name = verb + target.typeName;
  return target.file === message.file ? name : out.use(moduleOf(target.file), name);
}

function tagOf(field: FieldSchema): number {
  return field.number * 8 + (isPacked(field) ? 2 : wireTypeOf(field));
}

function tagSize(field: FieldSchema): string {
  return tagOf(field) < 0x80 ? "1" : "2";
}
