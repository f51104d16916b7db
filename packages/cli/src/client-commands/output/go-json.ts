/**
 * JSON as Go's encoder makes it of etcd's messages, which is etcdctl's `-w json`: IDs and revisions as bare numbers with
 * all digits, bytes in base64, enums as numbers, zeros left out, and `<`, `>`, `&` escaped. It is not the gateway's JSON.
 */

import type { MessageType } from "@quorate/etcd-api";

/** What Go's encoder is given. */
export type GoJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly GoJson[]
  | { readonly [name: string]: GoJson };

/** A message as a value for {@link stringify}. */
export function toGoJson<T extends object>(
  type: MessageType<T>,
  message: T,
): { readonly [name: string]: GoJson } {
  const out: Record<string, GoJson> = {};
  const values = message as Readonly<Record<string, unknown>>;
  for (const field of type.fields) {
    if (field.oneof !== null) {
      addOneof(out, values[field.oneof], field);
      continue;
    }
    const value = values[field.property];
    const inner = field.message?.();
    if (Array.isArray(value)) {
      if (value.length > 0) out[field.name] = value.map((each: unknown) => single(inner, each));
    } else if (!isZero(value)) {
      out[field.name] = single(inner, value);
    }
  }
  return out;
}

/** Go has a oneof as an interface: an object with the member's Go name in one with the oneof's, null without a member. */
function addOneof(
  out: Record<string, GoJson>,
  value: unknown,
  field: MessageType<object>["fields"][number],
): void {
  const chosen = value as { readonly case: string; readonly value: unknown } | null;
  const name = goName(field.oneof ?? "");
  if (chosen === null) out[name] = null;
  else if (chosen.case === field.property) {
    out[name] = { [goName(field.name)]: single(field.message?.(), chosen.value) };
  }
}

function single(type: MessageType<object> | undefined, value: unknown): GoJson {
  return type === undefined ? (value as GoJson) : toGoJson(type, value as object);
}

function isZero(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return value === null || value === 0 || value === 0n || value === "" || value === false;
}

function goName(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The text. */
export function stringify(value: GoJson): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (typeof value === "string") return stringifyText(value);
  if (typeof value !== "object") return String(value);
  if (isList(value)) return `[${value.map(stringify).join(",")}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${stringifyText(name)}:${stringify(member)}`,
  );
  return `{${members.join(",")}}`;
}

function isList(value: object): value is readonly GoJson[] {
  return Array.isArray(value);
}

function stringifyText(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
