/**
 * Emits what TypeScript sees of a message or an enum: its type, and a function that makes one.
 */

import { type FieldGroup, groupFields, groupProperty, moduleOf } from "./field-groups.ts";
import type { EnumSchema, FieldSchema, MessageSchema } from "./schema.ts";
import type { SourceWriter } from "./source-writer.ts";

/** Emits an enum: a constant and a type of the same name. */
export function emitEnum(out: SourceWriter, schema: EnumSchema): void {
  out.doc(schema.comment.length === 0 ? [`Numbers of \`${schema.fullName}\`.`] : schema.comment);
  out.add(`export const ${schema.typeName} = {`);
  for (const [name, number] of Object.entries(schema.values)) out.add(`${name}: ${number},`);
  out.add("} as const;", "");
  out.doc([
    `A number of {@link ${schema.typeName}}, or one that a newer peer knows: proto3's enums are open.`,
  ]);
  out.add(`export type ${schema.typeName} = number;`, "");
}

/** Emits the type of a message. */
export function emitMessageType(out: SourceWriter, message: MessageSchema): void {
  const groups = groupFields(message);
  out.doc(message.comment);
  if (groups.length === 0) {
    out.add(`export type ${message.typeName} = Record<string, never>;`, "");
    return;
  }
  out.add(`export type ${message.typeName} = {`);
  for (const group of groups) {
    if (group.oneof === null) {
      out.doc(group.field.comment);
      out.add(`readonly ${group.field.property}: ${propertyType(out, message, group.field)};`);
    } else {
      out.add(`readonly ${group.oneof}:`);
      for (const field of group.fields) {
        out.add(
          `  | { readonly case: "${field.property}"; readonly value: ${valueType(out, message, field)} }`,
        );
      }
      out.add("  | null;");
    }
  }
  out.add("};", "");
}

/** Emits the function that makes a message of one shape, with or without something to begin with. */
export function emitCreate(out: SourceWriter, message: MessageSchema): void {
  const { typeName } = message;
  const groups = groupFields(message);
  out.doc([`A {@link ${typeName}} of nothing but zeros, except what is given.`]);
  if (groups.length === 0) {
    out.add(
      `export function create${typeName}(_init?: Partial<${typeName}>): ${typeName} {`,
      "return {};",
      "}",
      "",
    );
    return;
  }
  out.add(`export function create${typeName}(init?: Partial<${typeName}>): ${typeName} {`);
  out.add("if (init === undefined) {", "return {");
  for (const group of groups) out.add(`${groupProperty(group)}: ${zero(out, group)},`);
  out.add("};", "}", "return {");
  for (const group of groups) {
    const property = groupProperty(group);
    out.add(`${property}: init.${property} ?? ${zero(out, group)},`);
  }
  out.add("};", "}", "");
}

/** Name of the type of one value. */
export function valueType(out: SourceWriter, message: MessageSchema, field: FieldSchema): string {
  if (field.target !== null) {
    const { typeName, file } = field.target;
    return file === message.file ? typeName : out.useType(moduleOf(file), typeName);
  }
  if (field.kind === "bool") return "boolean";
  if (field.kind === "string") return "string";
  if (field.kind === "bytes") return "Uint8Array";
  return field.long === "id" ? "bigint" : "number";
}

function propertyType(out: SourceWriter, message: MessageSchema, field: FieldSchema): string {
  const type = valueType(out, message, field);
  if (field.repeated) return `readonly ${type}[]`;
  return field.kind === "message" ? `${type} | null` : type;
}

function zero(out: SourceWriter, group: FieldGroup): string {
  if (group.oneof !== null) return "null";
  const { repeated, kind, long } = group.field;
  if (repeated) return "[]";
  if (kind === "message") return "null";
  if (kind === "bytes") return out.use("../wire-reader.ts", "noBytes");
  if (kind === "string") return '""';
  if (kind === "bool") return "false";
  return long === "id" ? "0n" : "0";
}
