/**
 * `export`: keys and values of one revision in a file of lines, or on standard output.
 */

import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { LeaseTimeToLiveRequest, leaseService } from "@quorate/etcd-api";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { defineCommand } from "../command-definition.ts";
import { badArguments, CommandFailure, clientExitCode, messageOf } from "../command-failure.ts";
import { type CommandIo, interruptSignal } from "../command-io.ts";
import type { Connection } from "../connection.ts";
import { integer, text } from "../flags.ts";
import { bytesOf, prefixRange } from "../key-range.ts";
import { ProgressBar } from "../output/progress-bar.ts";
import { type ExportLine, formatLine } from "./export-format.ts";
import { readKeyPages } from "./key-pages.ts";

const details = `Writes lines of JSON: a header with revision and cluster, the keys with their values in base64, and a last line with a
checksum. All keys are as of one revision, however long it takes. A file is there only when it is whole. 'quorate import
--file' reads it.`;

/** Adds the command. */
export function addExportCommand(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "export",
    usage: "<filename or ->",
    summary: "write keys and values to a file, as lines of JSON",
    details,
    examples: ["quorate export backup.jsonl", "quorate export --prefix config/ - | gzip > config.jsonl.gz"],
    flags: {
      prefix: text("prefix", "only keys that begin with it"),
      rev: integer("revision", 0, "as of a revision; 0 for the newest"),
    },
    async run({ args, flags }, context) {
      const [path] = args;
      if (path === undefined || args.length > 1) {
        throw badArguments("export needs one argument: a file's name, or - for standard output");
      }
      const connection = await context.connect();
      if (path === "-") {
        const sink = { write: (line: string) => writeOut(context, line) };
        await exportTo(context, connection, flags, sink, neverAborted);
      } else {
        await exportToFile(context, connection, flags, path);
      }
    },
  });
}

type ExportFlags = { readonly prefix: string; readonly rev: number };
type LineSink = { write(text: string): Promise<void> };

const neverAborted = new AbortController().signal;

async function writeOut({ output }: CommandContext, lines: string): Promise<void> {
  output.raw(Buffer.from(lines));
  await output.drained();
}

async function exportToFile(
  context: CommandContext,
  connection: Connection,
  flags: ExportFlags,
  path: string,
): Promise<void> {
  const partPath = `${path}.part`;
  const interrupt = interruptSignal(context.io);
  let file: FileHandle | null = null;
  try {
    file = await open(partPath, "w", 0o600);
    const target = file;
    const sink = { write: (lines: string) => target.appendFile(lines) };
    const keys = await exportTo(context, connection, flags, sink, interrupt.signal);
    await file.sync();
    await file.close();
    file = null;
    await rename(partPath, path);
    context.io.stderr.write(`${keys} keys exported to ${path}\n`);
  } catch (cause) {
    await file?.close().catch(() => {});
    await rm(partPath, { force: true });
    if (interrupt.signal.aborted)
      throw new CommandFailure(clientExitCode.signalled, "interrupted; nothing was saved");
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new CommandFailure(clientExitCode.io, `the export could not be saved: ${messageOf(cause)}`, {
      cause,
    });
  } finally {
    interrupt.dispose();
  }
}

/** Writes everything and returns how many keys there were. */
async function exportTo(
  context: CommandContext,
  connection: Connection,
  flags: ExportFlags,
  sink: LineSink,
  signal: AbortSignal,
): Promise<number> {
  const prefix = bytesOf(flags.prefix);
  const hash = createHash("sha256");
  const bar = new ProgressBar(context.io, "export", 0);
  const seenLeases = new Set<bigint>();
  let keys = 0;
  let isFirst = true;
  try {
    for await (const page of readKeyPages(connection, prefixRange(prefix), flags.rev)) {
      signal.throwIfAborted();
      bar.total = page.count;
      const lines: ExportLine[] = [];
      if (isFirst) {
        const { revision, clusterId, count } = page;
        lines.push({ kind: "header", header: { revision, clusterId, prefix, keys: count } });
      }
      isFirst = false;
      for (const record of page.kvs) {
        if (record.lease !== 0n && !seenLeases.has(record.lease)) {
          seenLeases.add(record.lease);
          lines.push({
            kind: "lease",
            id: record.lease,
            ttlSeconds: await grantedSeconds(connection, record.lease),
          });
        }
        lines.push({ kind: "record", record });
      }
      keys += page.kvs.length;
      await sink.write(sum(hash, lines));
      bar.add(page.kvs.length);
    }
  } finally {
    bar.finish();
  }
  await sink.write(formatLine({ kind: "end", keys, sha256: hash.digest("hex") }));
  return keys;
}

function sum(hash: Hash, lines: readonly ExportLine[]): string {
  const joined = lines.map(formatLine).join("");
  hash.update(joined);
  return joined;
}

/** The seconds a lease was granted; 0 if it has ended. */
export async function grantedSeconds(connection: Connection, id: bigint): Promise<number> {
  const request = LeaseTimeToLiveRequest.create({ id });
  const { ttl, grantedTTL } = await connection.call(leaseService.methods.leaseTimeToLive, request);
  return ttl < 0 ? 0 : grantedTTL;
}
