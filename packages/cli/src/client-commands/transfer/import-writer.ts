/**
 * Writing an import's keys so that it may be broken off and repeated: what is there already is left alone, and nothing that
 * somebody else writes meanwhile is lost.
 *
 * Keys go in batches. A batch is read first, in one transaction; what differs is written in a second one, under the condition
 * that nothing has changed in between.
 */

import {
  Compare,
  CompareResult,
  CompareTarget,
  type KeyValue,
  kvService,
  LeaseGrantRequest,
  leaseService,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from "@quorate/etcd-api";
import { CommandFailure, clientExitCode, messageOf } from "../command-failure.ts";
import type { Connection } from "../connection.ts";
import { quote } from "../output/go-text.ts";
import type { ExportRecord } from "./export-format.ts";
import type { ImportSource } from "./import-source.ts";

/** What becomes of keys with leases: the same lease here, no lease, or left out. */
export type LeaseMode = "keep" | "drop" | "skip";
/** What to do with a key that is there with another value. */
export type ConflictMode = "fail" | "overwrite" | "keep";

/** What has been done. */
export type ImportCounts = {
  read: number;
  written: number;
  unchanged: number;
  /** Left out, for they have a lease: by the mode, or because it had ended. */
  skipped: number;
  /** There with another value, and kept. */
  conflicts: number;
  leases: number;
};

/** etcd's limit of operations in a transaction. */
export const batchKeysMax = 128;
/** Below etcd's limit of 1.5 MiB for a request. */
const batchBytesMax = 1024 * 1024;
const attemptsMax = 5;
/** Batches under way at a time. */
const concurrency = 4;

/** See the module. */
export class ImportWriter {
  readonly counts: ImportCounts = { read: 0, written: 0, unchanged: 0, skipped: 0, conflicts: 0, leases: 0 };
  readonly #connection: Connection;
  readonly #source: ImportSource;
  readonly #leaseMode: LeaseMode;
  readonly #conflictMode: ConflictMode;
  readonly #granted = new Map<bigint, Promise<void>>();

  constructor(
    connection: Connection,
    source: ImportSource,
    leaseMode: LeaseMode,
    conflictMode: ConflictMode,
  ) {
    this.#connection = connection;
    this.#source = source;
    this.#leaseMode = leaseMode;
    this.#conflictMode = conflictMode;
  }

  /** Brings the records here. Throws a CommandFailure on a conflict, if that is the mode. */
  async write(records: readonly ExportRecord[]): Promise<void> {
    this.counts.read += records.length;
    const wanted = await keepWanted(this.#source, this.#leaseMode, records);
    this.counts.skipped += records.length - wanted.length;
    const batches = Array.from(splitBatches(wanted));
    for (let at = 0; at < batches.length; at += concurrency) {
      await Promise.all(batches.slice(at, at + concurrency).map((batch) => this.#writeBatch(batch)));
    }
  }

  async #writeBatch(batch: readonly ExportRecord[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const present = await readPresent(this.#connection, batch);
      const plan = batch.map((record, index) => this.#plan(record, present[index] ?? null));
      const writes = plan.filter((each) => each.action === "write");
      if (writes.length === 0 || (await this.#commit(writes))) {
        this.counts.written += writes.length;
        this.counts.unchanged += plan.filter((each) => each.action === "unchanged").length;
        this.counts.conflicts += plan.filter((each) => each.action === "keep").length;
        return;
      }
      if (attempt < attemptsMax) continue;
      const where = quote(batch[0]?.key ?? "");
      const text = `keys from ${where} on are being written by somebody else; stop that and import again`;
      throw new CommandFailure(clientExitCode.failure, text);
    }
  }

  #plan(record: ExportRecord, present: KeyValue | null): Planned {
    if (present === null) return { action: "write", record, modRevision: 0 };
    const isSame = sameBytes(record.value, present.value);
    const hasLease = this.#leaseMode !== "keep" || record.lease === present.lease;
    if (isSame && hasLease) return { action: "unchanged", record, modRevision: 0 };
    if (isSame || this.#conflictMode === "overwrite") {
      return { action: "write", record, modRevision: present.modRevision };
    }
    if (this.#conflictMode === "keep") return { action: "keep", record, modRevision: 0 };
    const text = `the key ${quote(record.key)} is there with another value`;
    const remedy = "say --on-conflict overwrite or --on-conflict keep";
    throw new CommandFailure(clientExitCode.failure, `${text}; ${remedy}`);
  }

  /** Whether nothing had changed, and so all was written. */
  async #commit(writes: readonly Planned[]): Promise<boolean> {
    const keepsLeases = this.#leaseMode === "keep";
    if (keepsLeases) await this.#grantAll(writes);
    const request = TxnRequest.create({
      compare: writes.map(({ record, modRevision }) => unchangedSince(record.key, modRevision)),
      success: writes.map(({ record: { key, value, lease } }) => {
        const put = PutRequest.create({ key, value, lease: keepsLeases ? lease : 0n });
        return RequestOp.create({ request: { case: "requestPut", value: put } });
      }),
    });
    try {
      return (await this.#connection.call(kvService.methods.txn, request)).succeeded;
    } catch (error) {
      if (!messageOf(error).includes("requested lease not found")) throw error;
      // A lease has ended since it was granted: again, with a new one.
      for (const { record } of writes) this.#granted.delete(record.lease);
      return false;
    }
  }

  async #grantAll(writes: readonly Planned[]): Promise<void> {
    for (const { record } of writes) {
      if (record.lease === 0n) continue;
      const granting = this.#granted.get(record.lease) ?? this.#grant(record.lease);
      this.#granted.set(record.lease, granting);
      await granting;
    }
  }

  /** The lease under the ID that it has there, so that who keeps it alive can go on here. */
  async #grant(id: bigint): Promise<void> {
    const request = LeaseGrantRequest.create({ id, ttl: await this.#source.leaseSeconds(id) });
    try {
      await this.#connection.call(leaseService.methods.leaseGrant, request);
      this.counts.leases += 1;
    } catch (error) {
      if (!messageOf(error).includes("lease already exists")) throw error;
    }
  }
}

type Planned = {
  readonly action: "write" | "unchanged" | "keep";
  readonly record: ExportRecord;
  /** Of what is there; 0 if nothing is. */
  readonly modRevision: number;
};

function unchangedSince(key: Uint8Array, modRevision: number): Compare {
  return Compare.create({
    key,
    result: CompareResult.EQUAL,
    target: CompareTarget.MOD,
    targetUnion: { case: "modRevision", value: modRevision },
  });
}

/** The records without those whose lease leaves them out. */
export async function keepWanted(
  source: ImportSource,
  mode: LeaseMode,
  records: readonly ExportRecord[],
): Promise<ExportRecord[]> {
  const wanted: ExportRecord[] = [];
  for (const record of records) {
    const isWanted =
      record.lease === 0n ||
      mode === "drop" ||
      (mode === "keep" && (await source.leaseSeconds(record.lease)) > 0);
    if (isWanted) wanted.push(record);
  }
  return wanted;
}

/** Batches that fit into a transaction. */
export function* splitBatches(
  records: readonly ExportRecord[],
): Generator<readonly ExportRecord[], void, undefined> {
  let batch: ExportRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = record.key.length + record.value.length;
    if (batch.length === batchKeysMax || (batch.length > 0 && bytes + size > batchBytesMax)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** What is there under the records' keys, in their order; null where nothing is. At most {@link batchKeysMax} of them. */
export async function readPresent(
  connection: Connection,
  records: readonly ExportRecord[],
): Promise<readonly (KeyValue | null)[]> {
  const success = records.map(({ key }) => {
    return RequestOp.create({ request: { case: "requestRange", value: RangeRequest.create({ key }) } });
  });
  const { responses } = await connection.call(kvService.methods.txn, TxnRequest.create({ success }));
  return responses.map(({ response }) =>
    response?.case === "responseRange" ? (response.value.kvs[0] ?? null) : null,
  );
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
