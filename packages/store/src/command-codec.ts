/**
 * Commands as bytes: what the log carries and members send each other. Versioned; the decoder believes no length and
 * gives back exactly what was encoded, or throws `corrupt` (damaged) or `format` (written by a newer version).
 */

import type { AuthCommand, Principal } from "./auth/auth-api.ts";
import {
  isAuthCommand,
  isAuthKind,
  readAuthCommand,
  readPrincipal,
  writeAuthCommand,
  writePrincipal,
} from "./auth/auth-command-codec.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type {
  Command,
  Compare,
  DeleteRangeRequest,
  Operation,
  PutRequest,
  RangeRequest,
  TxnRequest,
} from "./request.ts";
import { txnOperationsMax } from "./request-check.ts";
import { Slab } from "./slab.ts";
import { StoreError } from "./store-error.ts";

/**
 * First byte of every command. Raised when older members could not read what follows: since 2 it says who asked, and who
 * does not know of users must not execute it. A command of an anonymous client is written as of 1.
 */
export const commandFormat = 2;
const formatWithoutPrincipal = 1;

/** A command, and who asked for it; null: an anonymous client. */
export type AttributedCommand = { readonly command: Command; readonly principal: Principal | null };

/** Kinds on the wire. The numbers are stable; 32 and above are those of auth-command-codec.ts. */
const Kind = {
  put: 1,
  deleteRange: 2,
  txn: 3,
  compaction: 4,
  leaseGrant: 5,
  leaseRevoke: 6,
  leaseCheckpoint: 7,
  alarm: 8,
  range: 9,
  empty: 10,
} as const;

const scratchBytes = 4 * 1024;
/** For one command after the other: a buffer for each would cost more than all the rest. */
let scratch = new ByteWriter(scratchBytes);
const slab = new Slab();

/** Encodes a command, and who asked for it. The result is a copy. */
export function encodeCommand(command: Command, principal: Principal | null = null): Uint8Array {
  const bytesMin = command.kind === "put" ? 64 + command.key.length + command.value.length : 0;
  if (bytesMin > scratchBytes) return encodeWith(new ByteWriter(bytesMin), command, principal);
  scratch.reset();
  const bytes = encodeWith(scratch, command, principal);
  // It has grown, and would stay so.
  if (bytes.length > scratchBytes) scratch = new ByteWriter(scratchBytes);
  return bytes;
}

function encodeWith(writer: ByteWriter, command: Command, principal: Principal | null): Uint8Array {
  if (principal === null) {
    writer.byte(formatWithoutPrincipal);
  } else {
    writer.byte(commandFormat);
    writePrincipal(writer, principal);
  }
  if (isAuthCommand(command)) writeAuthCommand(writer, command);
  else writeCommand(writer, command);
  return writer.finish(slab);
}

function writeCommand(writer: ByteWriter, command: Exclude<Command, AuthCommand>): void {
  switch (command.kind) {
    case "compaction":
      writer.byte(Kind.compaction);
      writer.signed(command.revision);
      break;
    case "lease-grant":
      writer.byte(Kind.leaseGrant);
      writer.int64(command.id);
      writer.signed(command.ttlSeconds);
      break;
    case "lease-revoke":
      writer.byte(Kind.leaseRevoke);
      writer.int64(command.id);
      break;
    case "lease-checkpoint":
      writer.byte(Kind.leaseCheckpoint);
      writer.varint(command.checkpoints.length);
      for (const { id, remainingTtlSeconds } of command.checkpoints) {
        writer.int64(id);
        writer.signed(remainingTtlSeconds);
      }
      break;
    case "alarm":
      writer.byte(Kind.alarm);
      writer.signed(command.action);
      writer.int64(command.memberId);
      writer.signed(command.alarm);
      break;
    default:
      writeOperation(writer, command, 0);
  }
}

function writeOperation(writer: ByteWriter, operation: Operation, depth: number): void {
  switch (operation.kind) {
    case "put":
      return writePut(writer, operation);
    case "delete-range":
      writer.byte(Kind.deleteRange);
      writer.sized(operation.key);
      writer.sized(operation.rangeEnd);
      return writer.flag(operation.prevKv);
    case "range":
      return writeRange(writer, operation);
    case "txn":
      return writeTxn(writer, operation, depth);
    case "empty":
      return writer.byte(Kind.empty);
  }
}

function writePut(writer: ByteWriter, request: PutRequest): void {
  writer.byte(Kind.put);
  const leased = request.lease !== 0n;
  writer.byte(
    (request.prevKv ? 1 : 0) |
      (request.ignoreValue ? 2 : 0) |
      (request.ignoreLease ? 4 : 0) |
      (leased ? 8 : 0),
  );
  if (leased) writer.int64(request.lease);
  writer.sized(request.key);
  writer.sized(request.value);
}

function writeRange(writer: ByteWriter, request: RangeRequest): void {
  writer.byte(Kind.range);
  writer.sized(request.key);
  writer.sized(request.rangeEnd);
  writer.signed(request.limit);
  writer.signed(request.revision);
  writer.signed(request.sortOrder);
  writer.signed(request.sortTarget);
  writer.flag(request.keysOnly);
  writer.flag(request.countOnly);
  writer.signed(request.minModRevision);
  writer.signed(request.maxModRevision);
  writer.signed(request.minCreateRevision);
  writer.signed(request.maxCreateRevision);
}

function writeTxn(writer: ByteWriter, request: TxnRequest, depth: number): void {
  if (depth > txnOperationsMax)
    throw new StoreError("invariant", "a transaction is nested too deeply to be encoded");
  writer.byte(Kind.txn);
  writer.varint(request.compare.length);
  for (const condition of request.compare) {
    writer.signed(condition.result);
    writer.signed(condition.target);
    writer.sized(condition.key);
    writer.sized(condition.rangeEnd);
    writer.signed(condition.number);
    writer.sized(condition.value);
    writer.int64(condition.lease);
  }
  for (const operations of [request.success, request.failure]) {
    writer.varint(operations.length);
    for (const operation of operations) writeOperation(writer, operation, depth + 1);
  }
}

/** Decodes a command. Its byte strings may be views of the input. */
export function decodeCommand(bytes: Uint8Array): Command {
  return decodeAttributed(bytes).command;
}

/** Decodes a command, and who asked for it. The byte strings may be views of the input. */
export function decodeAttributed(bytes: Uint8Array): AttributedCommand {
  const reader = new ByteReader(bytes);
  const format = reader.byte();
  if (format !== commandFormat && format !== formatWithoutPrincipal)
    throw new StoreError("format", `a command has format ${format}, known is ${commandFormat}`);
  const principal = format === formatWithoutPrincipal ? null : readPrincipal(reader);
  const command = readCommand(reader);
  reader.end();
  return { command, principal };
}

function readCommand(reader: ByteReader): Command {
  const kind = reader.byte();
  switch (kind) {
    case Kind.compaction:
      return { kind: "compaction", revision: reader.signed() };
    case Kind.leaseGrant:
      return { kind: "lease-grant", id: reader.int64(), ttlSeconds: reader.signed() };
    case Kind.leaseRevoke:
      return { kind: "lease-revoke", id: reader.int64() };
    case Kind.leaseCheckpoint:
      return {
        kind: "lease-checkpoint",
        checkpoints: readList(reader, readCheckpoint),
      };
    case Kind.alarm:
      return { kind: "alarm", action: reader.signed(), memberId: reader.uint64(), alarm: reader.signed() };
    default: {
      if (isAuthKind(kind)) return readAuthCommand(reader, kind);
      const operation = readOperation(reader, kind, 0);
      if (operation.kind === "range" || operation.kind === "empty") {
        throw new StoreError("corrupt", `a command of kind ${operation.kind}`);
      }
      return operation;
    }
  }
}

function readCheckpoint(reader: ByteReader): { readonly id: bigint; readonly remainingTtlSeconds: number } {
  return { id: reader.int64(), remainingTtlSeconds: reader.signed() };
}

function readOperation(reader: ByteReader, kind: number, depth: number): Operation {
  switch (kind) {
    case Kind.put:
      return readPut(reader);
    case Kind.deleteRange:
      return readDeleteRange(reader);
    case Kind.range:
      return readRange(reader);
    case Kind.txn:
      return readTxn(reader, depth);
    case Kind.empty:
      return { kind: "empty" };
    default:
      throw new StoreError(kind >= 32 ? "format" : "corrupt", `a command has kind ${kind}, which is unknown`);
  }
}

function readPut(reader: ByteReader): PutRequest {
  const flags = reader.byte();
  if (flags > 15) throw new StoreError("corrupt", `a put has flags ${flags}`);
  const lease = (flags & 8) === 0 ? 0n : reader.int64();
  return {
    kind: "put",
    key: reader.sized(),
    value: reader.sized(),
    lease,
    prevKv: (flags & 1) !== 0,
    ignoreValue: (flags & 2) !== 0,
    ignoreLease: (flags & 4) !== 0,
  };
}

function readDeleteRange(reader: ByteReader): DeleteRangeRequest {
  return { kind: "delete-range", key: reader.sized(), rangeEnd: reader.sized(), prevKv: reader.flag() };
}

function readRange(reader: ByteReader): RangeRequest {
  return {
    kind: "range",
    key: reader.sized(),
    rangeEnd: reader.sized(),
    limit: reader.signed(),
    revision: reader.signed(),
    sortOrder: reader.signed(),
    sortTarget: reader.signed(),
    keysOnly: reader.flag(),
    countOnly: reader.flag(),
    minModRevision: reader.signed(),
    maxModRevision: reader.signed(),
    minCreateRevision: reader.signed(),
    maxCreateRevision: reader.signed(),
  };
}

function readTxn(reader: ByteReader, depth: number): TxnRequest {
  if (depth > txnOperationsMax) throw new StoreError("corrupt", "a transaction is nested too deeply");
  return {
    kind: "txn",
    compare: readList(reader, readCompare),
    success: readOperations(reader, depth + 1),
    failure: readOperations(reader, depth + 1),
  };
}

function readCompare(reader: ByteReader): Compare {
  return {
    result: reader.signed(),
    target: reader.signed(),
    key: reader.sized(),
    rangeEnd: reader.sized(),
    number: reader.signed(),
    value: reader.sized(),
    lease: reader.int64(),
  };
}

function readOperations(reader: ByteReader, depth: number): Operation[] {
  const count = readCount(reader);
  const operations: Operation[] = [];
  for (let at = 0; at < count; at++) operations.push(readOperation(reader, reader.byte(), depth));
  return operations;
}

function readList<T>(reader: ByteReader, readElement: (reader: ByteReader) => T): T[] {
  const count = readCount(reader);
  const list: T[] = [];
  for (let at = 0; at < count; at++) list.push(readElement(reader));
  return list;
}

/** Reads the length of a list. Every element takes a byte at least, so a count beyond what is left is a lie. */
function readCount(reader: ByteReader): number {
  const count = reader.varint();
  if (count > reader.remaining)
    throw new StoreError("corrupt", `a list of ${count} in ${reader.remaining} bytes`);
  return count;
}
