/**
 * Permissions as arguments of `role` say them, and as etcdctl shows them.
 */

import { type Permission, PermissionType } from "@quorate/etcd-api";
import { badArguments } from "./command-failure.ts";
import { bytesOf, type KeyRange, prefixEnd } from "./key-range.ts";

const zero = Uint8Array.of(0);
const none = new Uint8Array(0);

/** What `--prefix` and `--from-key` were given as. */
export type RangeSwitches = { readonly prefix: boolean; readonly "from-key": boolean };

/** The range of `KEY [ENDKEY]`; an empty key stands for the least one. Throws a CommandFailure. */
export function permissionRange(args: readonly string[], switches: RangeSwitches): KeyRange {
  const { prefix, "from-key": fromKey } = switches;
  const [key = "", end] = args;
  if (prefix && fromKey) throw badArguments("--from-key and --prefix flags are mutually exclusive");
  if (end !== undefined && (prefix || fromKey)) {
    const flag = prefix ? "--prefix" : "--from-key";
    throw badArguments(`unexpected endkey argument with ${flag} flag; leave out "${end}"`);
  }
  if (key === "" && end === undefined) return { key: zero, rangeEnd: prefix || fromKey ? zero : none };
  const first = key === "" ? zero : bytesOf(key);
  if (prefix) return { key: first, rangeEnd: prefixEnd(first) };
  if (fromKey) return { key: first, rangeEnd: zero };
  return { key: first, rangeEnd: end === undefined ? none : bytesOf(end) };
}

/** `read`, `write` or `readwrite`, in any case. Throws a CommandFailure. */
export function permissionType(text: string): number {
  const found = Object.entries(PermissionType).find(([name]) => name === text.toUpperCase());
  if (found === undefined)
    throw badArguments(`invalid permission type: ${text}; give read, write or readwrite`);
  return found[1];
}

/** `READ`, `WRITE`, `READWRITE`. */
export function permissionTypeName(type: number): string {
  return Object.entries(PermissionType).find(([, number]) => number === type)?.[0] ?? String(type);
}

/** Whether a permission lets its holder read; the other way round, write. */
export function permits({ permType }: Permission, access: "read" | "write"): boolean {
  const only = access === "read" ? PermissionType.READ : PermissionType.WRITE;
  return permType === only || permType === PermissionType.READWRITE;
}

/** How a range ends. */
export function rangeKind({ rangeEnd }: Pick<Permission, "rangeEnd">): "key" | "open" | "range" {
  if (rangeEnd.length === 0) return "key";
  return rangeEnd.length === 1 && rangeEnd[0] === 0 ? "open" : "range";
}

/** Whether the range is that of a prefix. */
export function isPrefix({ key, rangeEnd }: Pick<Permission, "key" | "rangeEnd">): boolean {
  return key.length > 0 && Buffer.compare(prefixEnd(key), rangeEnd) === 0;
}
