/**
 * Flags from a YAML file: `--config-file`. Keys are the flags' names; the two sections that etcd's file has for TLS work
 * as well.
 */

import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import { usageError } from "../command-error.ts";
import type { Assignment } from "./assignment.ts";
import { type FlagName, findFlag, type KnownFlag, suggestFlag } from "./flag-table.ts";

/** etcd's sections: which flag a key in them stands for. */
const sections: Readonly<Record<string, (key: string) => string>> = {
  "client-transport-security": (key) =>
    ({
      "client-cert-file": "client-cert-file",
      "client-key-file": "client-key-file",
      "crl-file": "client-crl-file",
      "allowed-hostname": "client-cert-allowed-hostname",
      "allowed-hostnames": "client-cert-allowed-hostname",
    })[key] ?? key,
  "peer-transport-security": (key) =>
    ({
      "allowed-cn": "peer-cert-allowed-cn",
      "allowed-cns": "peer-cert-allowed-cn",
      "allowed-hostname": "peer-cert-allowed-hostname",
      "allowed-hostnames": "peer-cert-allowed-hostname",
      "client-cert-allowed-hostname": "peer-cert-allowed-hostname",
      "skip-client-san-verification": "peer-skip-client-san-verification",
    })[key] ?? `peer-${key}`,
};

/**
 * Reads the text of a file. A list is the same as its items with commas between; a bare number for a duration counts
 * nanoseconds, as in etcd; an empty value is the same as none.
 * @throws CommandError that names the file, the line and the key
 */
export function readConfigFile(text: string, file: string): ReadonlyMap<FlagName, Assignment> {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw usageError(`${file} is not valid YAML: ${problem.message.split("\n")[0]}`);
  const assignments = new Map<FlagName, Assignment>();
  if (document.contents === null) return assignments;
  if (!isMap(document.contents)) throw usageError(`${file} must hold "flag: value" lines, and nothing else`);
  readMap(document.contents, file, (key) => key, assignments, true);
  return assignments;
}

function readMap(
  map: YAMLMap,
  file: string,
  nameOf: (key: string) => string,
  assignments: Map<FlagName, Assignment>,
  isTop: boolean,
): void {
  for (const { key: keyNode, value } of map.items) {
    const key = String(isScalar(keyNode) ? keyNode.value : keyNode);
    const section = sections[key];
    if (isTop && section !== undefined) {
      if (isMap(value)) readMap(value, file, section, assignments, false);
      else if (!isScalar(value) || value.value !== null)
        throw usageError(`${key} in ${file} must be a section of its own`);
      continue;
    }
    const flag = findFlag(nameOf(key));
    if (flag === undefined) throw unknownKey(key, file, isTop);
    const spelling = `${key} in ${file}`;
    if (flag.name === "config-file")
      throw usageError(`${spelling} is not possible: a file cannot name another`);
    const text = textOf(flag, value, spelling);
    if (text === null) continue;
    const earlier = assignments.get(flag.name);
    if (earlier !== undefined)
      throw usageError(`${spelling} and ${earlier.spelling} mean the same; remove one`);
    assignments.set(flag.name, { flag, text, spelling });
  }
}

/** The value as it would be written on the command line; null for none. */
function textOf(flag: KnownFlag, node: unknown, spelling: string): string | null {
  if (node === null || node === undefined) return null;
  if (isSeq(node)) return node.items.map((item) => textOf(flag, item, spelling) ?? "").join(",");
  if (!isScalar(node)) throw usageError(`${spelling} must be a value, not a section`);
  const { value, source } = node;
  if (value === null) return null;
  if (typeof value === "string") return value === "" ? null : value;
  if (typeof value === "number" && flag.kind === "duration") return `${value}ns`;
  // As it was written: a name such as 007 must not become a 7.
  return source ?? JSON.stringify(value);
}

function unknownKey(key: string, file: string, isTop: boolean): Error {
  const suggestion = isTop ? suggestFlag(key) : null;
  const hint = suggestion === null ? "see quorate serve --help for all keys" : `did you mean ${suggestion}?`;
  return usageError(`${key} in ${file} is no known key; ${hint}`);
}
