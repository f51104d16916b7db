/**
 * The format of exports: lines of JSON.
 *
 * ```
 * {"format":"quorate-export","version":1,"revision":42,"clusterId":"48276a8f75b6a87","prefix":"","keys":2}
 * {"lease":"2040a1fd3900b843","ttl":600}
 * {"key":"Zm9v","value":"YmFy","createRevision":2,"modRevision":7,"version":3,"lease":"2040a1fd3900b843"}
 * {"key":"Zm9w","value":"","createRevision":9,"modRevision":9,"version":1}
 * {"end":true,"keys":2,"sha256":"…"}
 * ```
 *
 * Keys and values are in base64, IDs in hex. A lease stands before its first key, with the seconds it was granted; 0 if it
 * had ended when it was looked at. The last line has the SHA-256 of all bytes before it: a file that was cut short, or
 * changed, is known.
 */

import { badInput } from "../command-failure.ts";

const formatName = "quorate-export";
const formatVersion = 1;

/** The first line. */
export type ExportHeader = {
  readonly revision: number;
  readonly clusterId: bigint;
  readonly prefix: Uint8Array;
  readonly keys: number;
};

/** A key with its value. */
export type ExportRecord = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
  /** 0 for none. */
  readonly lease: bigint;
};

/** A line. */
export type ExportLine =
  | { readonly kind: "header"; readonly header: ExportHeader }
  | { readonly kind: "lease"; readonly id: bigint; readonly ttlSeconds: number }
  | { readonly kind: "record"; readonly record: ExportRecord }
  | { readonly kind: "end"; readonly keys: number; readonly sha256: string };

/** A line as text, with its end. */
export function formatLine(line: ExportLine): string {
  return `${JSON.stringify(toPlain(line))}\n`;
}

function toPlain(line: ExportLine): object {
  switch (line.kind) {
    case "header": {
      const { revision, clusterId, prefix, keys } = line.header;
      const identity = { format: formatName, version: formatVersion };
      return { ...identity, revision, clusterId: clusterId.toString(16), prefix: toBase64(prefix), keys };
    }
    case "lease":
      return { lease: line.id.toString(16), ttl: line.ttlSeconds };
    case "record": {
      const { key, value, createRevision, modRevision, version, lease } = line.record;
      const plain = { key: toBase64(key), value: toBase64(value), createRevision, modRevision, version };
      return lease === 0n ? plain : { ...plain, lease: lease.toString(16) };
    }
    case "end":
      return { end: true, keys: line.keys, sha256: line.sha256 };
  }
}

/** What a line says. Throws a CommandFailure that says what is wrong with it, without its number. */
export function parseLine(text: string): ExportLine {
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch {
    throw badInput("this is no JSON");
  }
  if (typeof plain !== "object" || plain === null) throw badInput("this is no object");
  const fields = new Fields(plain as Readonly<Record<string, unknown>>);
  if (fields.has("format")) return { kind: "header", header: readHeader(fields) };
  if (fields.has("end")) return { kind: "end", keys: fields.count("keys"), sha256: fields.text("sha256") };
  if (fields.has("key")) return { kind: "record", record: readRecord(fields) };
  return { kind: "lease", id: fields.id("lease"), ttlSeconds: fields.count("ttl") };
}

function readHeader(fields: Fields): ExportHeader {
  if (fields.text("format") !== formatName) throw badInput(`"format" is not "${formatName}"`);
  const version = fields.count("version");
  if (version !== formatVersion)
    throw badInput(`the format has version ${version}, known is ${formatVersion}`);
  return {
    revision: fields.count("revision"),
    clusterId: fields.id("clusterId"),
    prefix: fields.bytes("prefix"),
    keys: fields.count("keys"),
  };
}

function readRecord(fields: Fields): ExportRecord {
  return {
    key: fields.bytes("key"),
    value: fields.bytes("value"),
    createRevision: fields.count("createRevision"),
    modRevision: fields.count("modRevision"),
    version: fields.count("version"),
    lease: fields.has("lease") ? fields.id("lease") : 0n,
  };
}

/** The members of an object, with their types. */
class Fields {
  readonly #plain: Readonly<Record<string, unknown>>;

  constructor(plain: Readonly<Record<string, unknown>>) {
    this.#plain = plain;
  }

  has(name: string): boolean {
    return this.#plain[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#plain[name];
    if (typeof value !== "string") throw badInput(`"${name}" is no text`);
    return value;
  }

  count(name: string): number {
    const value = this.#plain[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw badInput(`"${name}" is no whole number of zero or more`);
    }
    return value;
  }

  id(name: string): bigint {
    const text = this.text(name);
    if (!/^[0-9a-f]{1,16}$/i.test(text)) throw badInput(`"${name}" is no ID in hex`);
    return BigInt(`0x${text}`);
  }

  bytes(name: string): Uint8Array {
    const text = this.text(name);
    const bytes = Buffer.from(text, "base64");
    if (bytes.toString("base64") !== text) throw badInput(`"${name}" is no base64`);
    return Uint8Array.from(bytes);
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
