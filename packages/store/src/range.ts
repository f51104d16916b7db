/**
 * Executes range requests (reference: §2 "Range").
 */

import { compareBytes, noBytes } from "./bytes.ts";
import { keyRange } from "./key-range.ts";
import type { KeyValue } from "./key-value.ts";
import { type RangeRequest, SortOrder, SortTarget } from "./request.ts";
import type { KeyRange, VersionReader } from "./version-reader.ts";

/** Rows and count of a range; the caller knows the header's revision. */
export type RangeRows = { readonly kvs: readonly KeyValue[]; readonly more: boolean; readonly count: number };

/** How a range is executed, beyond what the request says. */
export type RangeOptions = {
  /**
   * False leaves `count` at the number of rows returned. Counting walks the whole range, so a reader in pages (RangeStream)
   * asks for it once.
   */
  readonly count?: boolean;
};

const noOptions: RangeOptions = {};

/** Executes a checked request at `revision` ({@link newest} or a kept one). */
export function executeRange(
  reader: VersionReader,
  request: RangeRequest,
  revision: number,
  options: RangeOptions = noOptions,
): RangeRows {
  const rows =
    request.rangeEnd.length === 0
      ? singleRow(reader, request, revision)
      : manyRows(reader, request, revision, options);
  return request.keysOnly ? { ...rows, kvs: rows.kvs.map(withoutValue) } : rows;
}

function singleRow(reader: VersionReader, request: RangeRequest, revision: number): RangeRows {
  const kv = reader.at(request.key, revision);
  if (kv === null) return { kvs: [], more: false, count: 0 };
  return { kvs: request.countOnly || !passes(request, kv) ? [] : [kv], more: false, count: 1 };
}

function manyRows(
  reader: VersionReader,
  request: RangeRequest,
  revision: number,
  options: RangeOptions,
): RangeRows {
  const range = keyRange(request.key, request.rangeEnd);
  if (request.countOnly) return { kvs: [], more: false, count: reader.count(range, revision) };
  const { limit, sortOrder, sortTarget } = request;
  const filtered = hasFilters(request);
  if (sortOrder !== SortOrder.none && sortTarget !== SortTarget.key) {
    return sortedRows(reader, request, range, revision, options);
  }
  if (filtered) {
    const rows = sortTarget === SortTarget.key ? filteredRows : sortedRows;
    return rows(reader, request, range, revision, options);
  }
  const reverse = sortOrder === SortOrder.descend;
  const found = firstRows(reader, range, revision, limit > 0 ? limit + 1 : 0, reverse);
  // etcd's quirk: a target without an order sorts after the limit was pushed down, one row beyond the limit included.
  if (sortTarget !== SortTarget.key) found.sort(comparator(sortTarget, false));
  return cut(found, limit, countOf(reader, range, revision, found, limit, options));
}

/** The first rows in key order, up to `rowsMax` (0: all). */
function firstRows(
  reader: VersionReader,
  range: KeyRange,
  revision: number,
  rowsMax: number,
  reverse: boolean,
): KeyValue[] {
  const found: KeyValue[] = [];
  const walk = reader.walk(range, revision, reverse);
  while (walk.next()) {
    found.push(walk.kv);
    if (found.length === rowsMax) break;
  }
  walk.close();
  return found;
}

/** Rows that pass the filters, in key order: nothing beyond the limit is kept. */
function filteredRows(
  reader: VersionReader,
  request: RangeRequest,
  range: KeyRange,
  revision: number,
  options: RangeOptions,
): RangeRows {
  const kept: KeyValue[] = [];
  const keptMax = request.limit > 0 ? request.limit + 1 : Number.POSITIVE_INFINITY;
  let count = 0;
  const walk = reader.walk(range, revision, request.sortOrder === SortOrder.descend);
  while (walk.next()) {
    count++;
    if (kept.length < keptMax && passes(request, walk.kv)) kept.push(walk.kv);
    if (options.count === false && kept.length === keptMax) break;
  }
  walk.close();
  return cut(kept, request.limit, count);
}

/** Rows sorted by something else than the key: the best so far are kept, never more than a few times the limit. */
function sortedRows(
  reader: VersionReader,
  request: RangeRequest,
  range: KeyRange,
  revision: number,
  _options: RangeOptions,
): RangeRows {
  const order = comparator(request.sortTarget, request.sortOrder === SortOrder.descend);
  const wanted = request.limit > 0 ? request.limit : Number.POSITIVE_INFINITY;
  const keptMax = Math.max(1024, wanted * 2);
  const kept: KeyValue[] = [];
  let passed = 0;
  let count = 0;
  const walk = reader.walk(range, revision);
  while (walk.next()) {
    count++;
    if (!passes(request, walk.kv)) continue;
    passed++;
    kept.push(walk.kv);
    if (kept.length > keptMax) {
      kept.sort(order);
      kept.length = wanted;
    }
  }
  kept.sort(order);
  const more = passed > wanted;
  if (more) kept.length = wanted;
  return { kvs: kept, more, count };
}

function countOf(
  reader: VersionReader,
  range: KeyRange,
  revision: number,
  found: readonly KeyValue[],
  limit: number,
  options: RangeOptions,
): number {
  const complete = limit <= 0 || found.length <= limit;
  if (complete || options.count === false) return complete ? found.length : limit;
  return reader.count(range, revision);
}

function cut(found: KeyValue[], limit: number, count: number): RangeRows {
  const more = limit > 0 && found.length > limit;
  if (more) found.length = limit;
  return { kvs: found, more, count };
}

function hasFilters(request: RangeRequest): boolean {
  return (
    request.minModRevision !== 0 ||
    request.maxModRevision !== 0 ||
    request.minCreateRevision !== 0 ||
    request.maxCreateRevision !== 0
  );
}

function passes(request: RangeRequest, kv: KeyValue): boolean {
  return (
    (request.minModRevision === 0 || kv.modRevision >= request.minModRevision) &&
    (request.maxModRevision === 0 || kv.modRevision <= request.maxModRevision) &&
    (request.minCreateRevision === 0 || kv.createRevision >= request.minCreateRevision) &&
    (request.maxCreateRevision === 0 || kv.createRevision <= request.maxCreateRevision)
  );
}

/** Orders rows by a sort target, and by key where that does not decide, so that every member answers the same. */
function comparator(target: number, descending: boolean): (left: KeyValue, right: KeyValue) => number {
  const sign = descending ? -1 : 1;
  return (left, right) => sign * compareBy(target, left, right) || compareBytes(left.key, right.key);
}

function compareBy(target: number, left: KeyValue, right: KeyValue): number {
  switch (target) {
    case SortTarget.version:
      return left.version - right.version;
    case SortTarget.create:
      return left.createRevision - right.createRevision;
    case SortTarget.mod:
      return left.modRevision - right.modRevision;
    case SortTarget.value:
      return compareBytes(left.value, right.value);
    default:
      return compareBytes(left.key, right.key);
  }
}

function withoutValue(kv: KeyValue): KeyValue {
  return { ...kv, value: noBytes };
}
