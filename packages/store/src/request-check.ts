/**
 * Checks that need no state: a front makes them before it proposes, apply makes them again. The order of checks is
 * etcd's, since clients see which one fails first.
 */

import { type AuthCommand, PermissionType } from "./auth/auth-api.ts";
import { ByteTree } from "./byte-tree.ts";
import { IntervalSet } from "./interval-set.ts";
import { keyRange } from "./key-range.ts";
import type { RefusalCode } from "./outcome.ts";
import type { Command, Compare, Operation, PutRequest, RangeRequest, TxnRequest } from "./request.ts";

/** Operations in each list of a transaction (etcd's default of `--max-txn-ops`). */
export const txnOperationsMax = 128;

/** Longest TTL of a lease, in seconds (etcd's bound). */
export const leaseTtlSecondsMax = 9_000_000_000;

/** What is wrong with a command by itself, or null. */
export function checkCommand(command: Command): RefusalCode | null {
  switch (command.kind) {
    case "put":
      return checkPut(command);
    case "delete-range":
      return command.key.length === 0 ? "key-empty" : null;
    case "txn":
      return checkTxn(command);
    case "compaction":
      return Number.isSafeInteger(command.revision) ? null : "bad-command";
    case "lease-grant":
      return command.ttlSeconds > leaseTtlSecondsMax ? "lease-ttl-too-large" : null;
    case "lease-revoke":
    case "lease-checkpoint":
      return null;
    case "alarm":
      return command.action < 0 || command.action > 2 || command.alarm < 0 || command.alarm > 2
        ? "bad-command"
        : null;
    default:
      return checkAuthCommand(command);
  }
}

/** Only what no front can have meant: names and the rest are judged after the permission to change anything, as in etcd. */
function checkAuthCommand(command: AuthCommand): RefusalCode | null {
  switch (command.kind) {
    case "auth-user-add":
      return (command.passwordHash.length === 0) === command.noPassword ? null : "bad-command";
    case "auth-user-change-password":
      return command.passwordHash.length === 0 ? "bad-command" : null;
    case "auth-role-grant-permission": {
      const type = command.permission?.type ?? PermissionType.read;
      return Object.values<number>(PermissionType).includes(type) ? null : "bad-command";
    }
    default:
      return null;
  }
}

/** What is wrong with a range request by itself, or null. */
export function checkRange(request: RangeRequest): RefusalCode | null {
  if (request.key.length === 0) return "key-empty";
  const orderKnown = request.sortOrder >= 0 && request.sortOrder <= 2;
  const targetKnown = request.sortTarget >= 0 && request.sortTarget <= 4;
  return orderKnown && targetKnown ? null : "invalid-sort-option";
}

function checkPut(request: PutRequest): RefusalCode | null {
  if (request.key.length === 0) return "key-empty";
  if (request.ignoreValue && request.value.length !== 0) return "value-provided";
  if (request.ignoreLease && request.lease !== 0n) return "lease-provided";
  return null;
}

/** What is wrong with a transaction by itself, or null. */
export function checkTxn(request: TxnRequest): RefusalCode | null {
  const malformed = checkTxnLists(request, txnOperationsMax);
  if (malformed !== null) return malformed;
  return isConflictFree(request.success) && isConflictFree(request.failure) ? null : "duplicate-key";
}

/** A nested transaction gets what its parents' longest lists left over. */
function checkTxnLists(request: TxnRequest, operationsMax: number): RefusalCode | null {
  const longest = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (longest > operationsMax) return "too-many-ops";
  for (const condition of request.compare) {
    const code = checkCompare(condition);
    if (code !== null) return code;
  }
  const left = operationsMax - longest;
  return checkOperations(request.success, left) ?? checkOperations(request.failure, left);
}

function checkOperations(operations: readonly Operation[], operationsMax: number): RefusalCode | null {
  for (const operation of operations) {
    const code = checkOperation(operation, operationsMax);
    if (code !== null) return code;
  }
  return null;
}

function checkCompare(condition: Compare): RefusalCode | null {
  if (condition.key.length === 0) return "key-empty";
  const known =
    condition.result >= 0 && condition.result <= 3 && condition.target >= 0 && condition.target <= 4;
  return known ? null : "bad-command";
}

function checkOperation(operation: Operation, operationsMax: number): RefusalCode | null {
  switch (operation.kind) {
    case "range":
      return checkRange(operation);
    case "put":
      return checkPut(operation);
    case "delete-range":
      return operation.key.length === 0 ? "key-empty" : null;
    case "txn":
      return checkTxnLists(operation, operationsMax);
    case "empty":
      return "key-not-found";
  }
}

/** Keys that operations may put, and keys that they may delete. */
type Writes = { readonly puts: ByteTree<true>; readonly deletes: IntervalSet };

function noWrites(): Writes {
  return { puts: new ByteTree<true>(), deletes: new IntervalSet() };
}

/**
 * Whether no key can change twice when these operations run together. Deletes may overlap each other; the two branches
 * of a nested transaction never run together and may share keys.
 */
function isConflictFree(operations: readonly Operation[]): boolean {
  // One operation that nests no others cannot meet any.
  if (operations.length <= 1 && operations[0]?.kind !== "txn") return true;
  return collectWrites(operations) !== null;
}

function collectWrites(operations: readonly Operation[]): Writes | null {
  const writes = noWrites();
  for (const operation of operations) {
    const more = writesOf(operation);
    if (more === null || !addWrites(writes, more)) return null;
  }
  return writes;
}

function writesOf(operation: Operation): Writes | null {
  const writes = noWrites();
  if (operation.kind === "put") writes.puts.set(operation.key, true);
  if (operation.kind === "delete-range") writes.deletes.add(keyRange(operation.key, operation.rangeEnd));
  if (operation.kind !== "txn") return writes;
  for (const branch of [operation.success, operation.failure]) {
    const more = collectWrites(branch);
    if (more === null) return null;
    for (const key of keysOf(more.puts)) writes.puts.set(key, true);
    for (const range of more.deletes.ranges()) writes.deletes.add(range);
  }
  return writes;
}

/** Adds what runs together with `writes`; false when a key could change twice. */
function addWrites(writes: Writes, more: Writes): boolean {
  const deletes = more.deletes.ranges();
  for (const range of deletes) {
    const cursor = writes.puts.cursor(range.low, range.high);
    if (cursor.next()) return false;
  }
  const added = keysOf(more.puts);
  for (const key of added) {
    if (writes.puts.get(key) === true || writes.deletes.holds(key)) return false;
  }
  for (const key of added) writes.puts.set(key, true);
  for (const range of deletes) writes.deletes.add(range);
  return true;
}

function keysOf(tree: ByteTree<true>): Uint8Array[] {
  const keys: Uint8Array[] = [];
  const cursor = tree.cursor(new Uint8Array(0), null);
  while (cursor.next()) keys.push(cursor.key);
  return keys;
}

/** Whether a transaction only reads. One that nests another always goes through the log, as in etcd. */
export function isReadOnlyTxn(request: TxnRequest): boolean {
  const reads = (operation: Operation): boolean => operation.kind === "range";
  return request.success.every(reads) && request.failure.every(reads);
}
