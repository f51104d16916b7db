/**
 * A message's fields as its properties: one by one, or together where they are a oneof.
 */

import type { FieldSchema, MessageSchema } from "./schema.ts";

/** A property of a message. */
export type FieldGroup =
  | { readonly oneof: null; readonly field: FieldSchema }
  | { readonly oneof: string; readonly fields: readonly FieldSchema[] };

/** The properties of a message, in the order of their numbers. */
export function groupFields(message: MessageSchema): FieldGroup[] {
  const groups: FieldGroup[] = [];
  const begun = new Set<string>();
  for (const field of message.fields) {
    const { oneof } = field;
    if (oneof === null) {
      groups.push({ oneof, field });
    } else if (!begun.has(oneof)) {
      begun.add(oneof);
      groups.push({ oneof, fields: message.fields.filter((one) => one.oneof === oneof) });
    }
  }
  return groups;
}

/** Property of the message that a group is. */
export function groupProperty(group: FieldGroup): string {
  return group.oneof ?? group.field.property;
}

/** Whether a field is a number that may be packed with its like into one value. */
export function isPacked(field: FieldSchema): boolean {
  return field.repeated && ["bool", "int32", "uint32", "enum"].includes(field.kind);
}

/** Wire type of one value: 2 with a length before it, 0 a varint. */
export function wireTypeOf(field: FieldSchema): 0 | 2 {
  return ["string", "bytes", "message"].includes(field.kind) ? 2 : 0;
}

/** Name of the generated module of a definition, as its neighbours import it. */
export function moduleOf(file: string): string {
  return `./${file.replace(/\.proto$/, ".ts")}`;
}
