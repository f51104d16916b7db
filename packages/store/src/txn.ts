/**
 * Transactions (reference: §2 "Txn"): conditions first, then everything that could fail, then the writes.
 */

import { compareBytes } from "./bytes.ts";
import { isEmptyRange, keyRange } from "./key-range.ts";
import type { KeySpace } from "./key-space.ts";
import type { KeyValue } from "./key-value.ts";
import type { Lessor } from "./lessor.ts";
import {
  type DeleteRangeResponse,
  done,
  type OperationResponse,
  type PutResponse,
  type RangeResponse,
  type RefusalCode,
  type Result,
  refused,
  type TxnResponse,
} from "./outcome.ts";
import { executeRange, type RangeOptions } from "./range.ts";
import {
  type Compare,
  CompareResult,
  CompareTarget,
  type DeleteRangeRequest,
  type Operation,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from "./request.ts";
import { newest } from "./version-reader.ts";

/** Which branch is taken by a transaction and those nested in it, in the order in which they are met; `at` is the next. */
type Path = { readonly turns: boolean[]; at: number };

/** Executes operations on a key space. Requests were checked by themselves before (request-check.ts). */
export class Executor {
  readonly #keys: KeySpace;
  readonly #lessor: Lessor;

  constructor(keys: KeySpace, lessor: Lessor) {
    this.#keys = keys;
    this.#lessor = lessor;
  }

  /** Reads. Outside of a transaction the revision is checked here. */
  range(request: RangeRequest, options?: RangeOptions): Result<RangeResponse> {
    const code = this.revisionRefusal(request.revision);
    return code === null ? done(this.#range(request, options)) : refused(code);
  }

  put(request: PutRequest): Result<PutResponse> {
    const code = this.#putRefusal(request);
    return code === null ? done(this.#put(request)) : refused(code);
  }

  deleteRange(request: DeleteRangeRequest): DeleteRangeResponse {
    const prevKvs = this.#keys.deleteRange(keyRange(request.key, request.rangeEnd));
    return {
      kind: "delete-range",
      revision: this.#keys.visibleRevision,
      deleted: prevKvs.length,
      prevKvs: request.prevKv ? prevKvs : [],
    };
  }

  txn(request: TxnRequest): Result<TxnResponse> {
    const path: Path = { turns: [], at: 0 };
    this.#choose(request, path.turns);
    const code = this.#branchRefusal(request, path);
    if (code !== null) return refused(code);
    path.at = 0;
    return done(this.#run(request, path));
  }

  /** Whether a revision cannot be read: compacted, or not there yet. */
  revisionRefusal(revision: number): RefusalCode | null {
    if (revision > this.#keys.revision) return "future-revision";
    return revision > 0 && revision < this.#keys.compactRevision ? "compacted" : null;
  }

  #range(request: RangeRequest, options?: RangeOptions): RangeResponse {
    const at = this.#keys.readRevision(request.revision);
    const rows = executeRange(this.#keys.reader, request, at, options);
    return {
      kind: "range",
      revision: this.#keys.visibleRevision,
      kvs: rows.kvs,
      more: rows.more,
      count: rows.count,
    };
  }

  #put(request: PutRequest): PutResponse {
    const slot = this.#keys.reader.slot(request.key);
    const before = slot.current;
    const value = request.ignoreValue && before !== null ? before.value : request.value;
    const lease = request.ignoreLease && before !== null ? before.lease : request.lease;
    this.#keys.put(slot, value, lease);
    return { kind: "put", revision: this.#keys.visibleRevision, prevKv: request.prevKv ? before : null };
  }

  #putRefusal(request: PutRequest): RefusalCode | null {
    if (request.lease !== 0n && !this.#lessor.has(request.lease)) return "lease-not-found";
    if (!request.ignoreValue && !request.ignoreLease) return null;
    return this.#keys.reader.current(request.key) === null ? "key-not-found" : null;
  }

  /** Evaluates the conditions of a transaction and of those nested in the chosen branch, before anything is written. */
  #choose(request: TxnRequest, path: boolean[]): void {
    let succeeded = true;
    for (const condition of request.compare) succeeded &&= this.#holds(condition);
    path.push(succeeded);
    for (const operation of succeeded ? request.success : request.failure) {
      if (operation.kind === "txn") this.#choose(operation, path);
    }
  }

  /** What would fail in the chosen branches. */
  #branchRefusal(request: TxnRequest, path: Path): RefusalCode | null {
    for (const operation of path.turns[path.at++] === true ? request.success : request.failure) {
      const code = this.#operationRefusal(operation, path);
      if (code !== null) return code;
    }
    return null;
  }

  #operationRefusal(operation: Operation, path: Path): RefusalCode | null {
    switch (operation.kind) {
      case "range":
        return this.revisionRefusal(operation.revision);
      case "put":
        return this.#putRefusal(operation);
      case "txn":
        return this.#branchRefusal(operation, path);
      case "delete-range":
        return null;
      case "empty":
        return "key-not-found";
    }
  }

  #run(request: TxnRequest, path: Path): TxnResponse {
    const succeeded = path.turns[path.at++] === true;
    const operations = succeeded ? request.success : request.failure;
    const responses: OperationResponse[] = [];
    for (const operation of operations) {
      if (operation.kind === "range") responses.push(this.#range(operation));
      else if (operation.kind === "put") responses.push(this.#put(operation));
      else if (operation.kind === "delete-range") responses.push(this.deleteRange(operation));
      else if (operation.kind === "txn") responses.push(this.#run(operation, path));
    }
    return { kind: "txn", revision: this.#keys.visibleRevision, succeeded, responses };
  }

  #holds(condition: Compare): boolean {
    const reader = this.#keys.reader;
    if (condition.rangeEnd.length === 0) {
      const kv = reader.current(condition.key);
      return kv === null ? holdsForAbsent(condition) : holdsFor(condition, kv);
    }
    const range = keyRange(condition.key, condition.rangeEnd);
    if (isEmptyRange(range)) return holdsForAbsent(condition);
    const walk = reader.walk(range, newest);
    let any = false;
    let all = true;
    while (all && walk.next()) {
      any = true;
      all = holdsFor(condition, walk.kv);
    }
    walk.close();
    return any ? all : holdsForAbsent(condition);
  }
}

/** A key that is not there compares as zeros, except that nothing can be said about its value. */
function holdsForAbsent(condition: Compare): boolean {
  if (condition.target === CompareTarget.value) return false;
  return verdict(
    condition.result,
    condition.target === CompareTarget.lease ? order(0n, condition.lease) : 0 - condition.number,
  );
}

function holdsFor(condition: Compare, kv: KeyValue): boolean {
  switch (condition.target) {
    case CompareTarget.version:
      return verdict(condition.result, kv.version - condition.number);
    case CompareTarget.create:
      return verdict(condition.result, kv.createRevision - condition.number);
    case CompareTarget.mod:
      return verdict(condition.result, kv.modRevision - condition.number);
    case CompareTarget.value:
      return verdict(condition.result, compareBytes(kv.value, condition.value));
    default:
      return verdict(condition.result, order(kv.lease, condition.lease));
  }
}

function order(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function verdict(result: number, difference: number): boolean {
  switch (result) {
    case CompareResult.equal:
      return difference === 0;
    case CompareResult.greater:
      return difference > 0;
    case CompareResult.less:
      return difference < 0;
    default:
      return difference !== 0;
  }
}
