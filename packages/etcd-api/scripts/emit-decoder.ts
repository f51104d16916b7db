/**
 * Emits the function that reads a message.
 */

import { isPacked, moduleOf, wireTypeOf } from "./field-groups.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";
import type { SourceWriter } from "./source-writer.ts";

/** Emits `read…`. */
export function emitRead(out: SourceWriter, message: MessageSchema): void {
  const { typeName } = message;
  const reader = `reader: ${out.useType("../wire-reader.ts", "WireReader")}`;
  if (message.fields.length === 0) {
    out.add(`export function read${typeName}(${reader}, _message: ${typeName}): void {`);
    out.add("while (reader.position < reader.end) reader.skip(reader.tag());", "}", "");
    return;
  }
  const mutable = out.useType("../message-type.ts", "Mutable");
  out.add(`export function read${typeName}(${reader}, message: ${typeName}): void {`);
  out.add(`const target = message as ${mutable}<${typeName}>;`);
  out.add("while (reader.position < reader.end) {", "const tag = reader.tag();", "switch (tag) {");
  for (const field of message.fields) emitCase(out, message, field);
  out.add("default:", "  reader.skip(tag);", "}", "}", "}", "");
}

function emitCase(out: SourceWriter, message: MessageSchema, field: FieldSchema): void {
  const property = `target.${field.property}`;
  out.add(`case ${field.number * 8 + wireTypeOf(field)}: {`);
  if (field.kind === "message") {
    emitMessageRead(out, message, field);
  } else if (field.oneof !== null) {
    out.add(`target.${field.oneof} = { case: "${field.property}", value: reader.${readOf(field)}() };`);
  } else if (field.repeated) {
    out.add("reader.element();", `${property}.push(reader.${readOf(field)}());`);
  } else {
    out.add(`${property} = reader.${readOf(field)}();`);
  }
  out.add("break;", "}");
  if (!isPacked(field)) return;
  out.add(`case ${field.number * 8 + 2}: {`, "const outer = reader.enter();");
  out.add("while (reader.position < reader.end) {");
  out.add("reader.element();", `${property}.push(reader.${readOf(field)}());`, "}");
  out.add("reader.leave(outer);", "break;", "}");
}

/** An inner message that comes again is merged with what came before, as the specification wants. */
function emitMessageRead(out: SourceWriter, message: MessageSchema, field: FieldSchema): void {
  const create = `${codec(out, message, field, "create")}()`;
  const read = codec(out, message, field, "read");
  const property = `target.${field.property}`;
  if (field.repeated) {
    out.add("reader.element();", "const outer = reader.enter();", `const item = ${create};`);
    out.add(`${read}(reader, item);`, `${property}.push(item);`);
  } else if (field.oneof === null) {
    out.add("const outer = reader.enter();", `${read}(reader, (${property} ??= ${create}));`);
  } else {
    const present = `target.${field.oneof}`;
    out.add("const outer = reader.enter();");
    out.add(`const value = ${present}?.case === "${field.property}" ? ${present}.value : ${create};`);
    out.add(`${read}(reader, value);`, `${present} = { case: "${field.property}", value };`);
  }
  out.add("reader.leave(outer);");
}

function readOf(field: FieldSchema): string {
  if (field.long === "exact") return `${field.kind}Exact`;
  if (field.long === "clamped") return `${field.kind}Clamped`;
  return field.kind === "enum" ? "int32" : field.kind;
}

function codec(out: SourceWriter, message: MessageSchema, field: FieldSchema, verb: string): string {
  const target = field.target as NonNullable<FieldSchema["target"]>;
  const name = verb + target.typeName;
  return target.file === message.file ? name : out.use(moduleOf(target.file), name);
}
