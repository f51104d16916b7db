/**
 * Where an import reads from: a running cluster at one revision, or a file of `export`. Both can be read twice, the second
 * time for the verification.
 */

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { badInput, CommandFailure, clientExitCode, messageOf } from "../command-failure.ts";
import type { Connection } from "../connection.ts";
import { prefixRange } from "../key-range.ts";
import { grantedSeconds } from "./export-command.ts";
import { type ExportHeader, type ExportLine, type ExportRecord, parseLine } from "./export-format.ts";
import { readKeyPages } from "./key-pages.ts";

/** See the module. */
export type ImportSource = {
  readonly revision: number;
  readonly clusterId: bigint;
  /** How many keys {@link pages} gives, as far as is known: for progress. */
  readonly keys: number;
  /** Seconds that a lease of a record was granted; 0 if it has ended. */
  leaseSeconds(id: bigint): Promise<number>;
  /** The keys in ascending order. */
  pages(): AsyncIterable<readonly ExportRecord[]>;
  close(): Promise<void>;
};

const pageRecords = 1000;
const pageBytes = 4 * 1024 * 1024;

/** A cluster, as of now. */
export async function openClusterSource(connection: Connection, prefix: Uint8Array): Promise<ImportSource> {
  const range = prefixRange(prefix);
  const first = await readKeyPages(connection, range, 0).next();
  if (first.done === true) throw new Error("there is always a page");
  const { revision, clusterId, count } = first.value;
  const seconds = new Map<bigint, Promise<number>>();
  return {
    revision,
    clusterId,
    keys: count,
    leaseSeconds(id) {
      const known = seconds.get(id) ?? grantedSeconds(connection, id);
      seconds.set(id, known);
      return known;
    },
    async *pages() {
      for await (const page of readKeyPages(connection, range, revision)) yield page.kvs;
    },
    async close() {},
  };
}

/** A file, checked from its first to its last line before it is given out. Throws a CommandFailure that names the line. */
export async function openFileSource(path: string, prefix: Uint8Array): Promise<ImportSource> {
  const { header, leases, keys } = await checkFile(path, prefix);
  return {
    revision: header.revision,
    clusterId: header.clusterId,
    keys,
    leaseSeconds: async (id) => leases.get(id) ?? 0,
    pages: () => filePages(path, prefix),
    async close() {},
  };
}

/** Standard input, by way of a file: it can be read once only, and must be whole before anything is written. */
export async function openStreamSource(stream: Readable, prefix: Uint8Array): Promise<ImportSource> {
  const folder = await mkdtemp(join(tmpdir(), "quorate-import-"));
  const path = join(folder, "input.jsonl");
  try {
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }));
    const source = await openFileSource(path, prefix);
    return { ...source, close: () => rm(folder, { recursive: true, force: true }) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function* filePages(
  path: string,
  prefix: Uint8Array,
): AsyncGenerator<readonly ExportRecord[], void, undefined> {
  let page: ExportRecord[] = [];
  let bytes = 0;
  for await (const { line } of readLines(path)) {
    if (line.kind !== "record" || !beginsWith(line.record.key, prefix)) continue;
    page.push(line.record);
    bytes += line.record.key.length + line.record.value.length;
    if (page.length < pageRecords && bytes < pageBytes) continue;
    yield page;
    page = [];
    bytes = 0;
  }
  yield page;
}

type CheckedFile = {
  readonly header: ExportHeader;
  readonly leases: ReadonlyMap<bigint, number>;
  readonly keys: number;
};

async function checkFile(path: string, prefix: Uint8Array): Promise<CheckedFile> {
  const hash = createHash("sha256");
  const leases = new Map<bigint, number>();
  let header: ExportHeader | null = null;
  let all = 0;
  let wanted = 0;
  let end: Extract<ExportLine, { kind: "end" }> | null = null;
  for await (const { line, text, number } of readLines(path)) {
    if (end !== null) throw badInput(`${path}: line ${number}: there is something behind the last line`);
    if ((header === null) !== (line.kind === "header")) {
      throw badInput(
        `${path}: line ${number}: ${header === null ? "the header is missing" : "a second header"}`,
      );
    }
    if (line.kind === "end") {
      end = line;
      continue;
    }
    hash.update(`${text}\n`);
    if (line.kind === "header") header = line.header;
    else if (line.kind === "lease") leases.set(line.id, line.ttlSeconds);
    else {
      all += 1;
      if (beginsWith(line.record.key, prefix)) wanted += 1;
    }
  }
  if (header === null || end === null || end.keys !== all) {
    throw badInput(
      `${path}: the export is not whole: its last line is missing or counts other keys; export again`,
    );
  }
  if (end.sha256 !== hash.digest("hex"))
    throw badInput(`${path}: the bytes do not fit the SHA-256 in the last line`);
  return { header, leases, keys: wanted };
}

type NumberedLine = { readonly line: ExportLine; readonly text: string; readonly number: number };

async function* readLines(path: string): AsyncGenerator<NumberedLine, void, undefined> {
  const input = createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const text of lines) {
      number += 1;
      yield { line: parseNumbered(path, text, number), text, number };
    }
  } catch (cause) {
    if (cause instanceof CommandFailure) throw cause;
    throw new CommandFailure(clientExitCode.io, `${path}: ${messageOf(cause)}`, { cause });
  } finally {
    lines.close();
    input.destroy();
  }
}

function parseNumbered(path: string, text: string, number: number): ExportLine {
  try {
    return parseLine(text);
  } catch (cause) {
    throw badInput(`${path}: line ${number}: ${messageOf(cause)}`);
  }
}

function beginsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => key[index] === byte);
}
