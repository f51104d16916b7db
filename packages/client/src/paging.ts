/**
 * Big ranges in pages, all as of one revision.
 */

import type { Caller, CallOptions } from "./caller.ts";
import type { KeyValue } from "./key-value.ts";
import { range } from "./kv.ts";
import type { RangeOptions } from "./operation.ts";
import { type Bytes, keyAfter, type Selection, toWireRange } from "./selection.ts";

/** Options of `iterate`. Order and filters are what pages cannot have. */
export type IterateOptions = CallOptions &
  Pick<RangeOptions, "revision" | "serializable" | "keysOnly"> & {
    /** Keys per request; default 1,000. */
    readonly pageSize?: number;
  };

const defaultPageSize = 1_000;

/**
 * All keys in their order, a page at a time, as of the first page's revision whatever is written meanwhile. A revision that
 * is compacted under way ends it with ClientError `compacted`.
 */
export async function* iterate(
  caller: Caller,
  selection: Selection,
  options: IterateOptions,
): AsyncGenerator<KeyValue, void, undefined> {
  const { pageSize = defaultPageSize, ...readOptions } = options;
  // Zero asks for the newest, like none.
  let revision = options.revision === 0 ? undefined : options.revision;
  let rest: Selection = selection;
  const end = endOf(selection);
  for (;;) {
    const pinned = revision === undefined ? {} : { revision };
    const page = await range(caller, rest, { ...readOptions, ...pinned, limit: pageSize });
    revision ??= page.revision;
    yield* page.keyValues;
    const last = page.keyValues.at(-1);
    if (!page.more || last === undefined) return;
    rest = { from: keyAfter(last.key), ...(end === null ? {} : { to: end }) };
  }
}

/** Where a selection ends; null: nowhere. */
function endOf(selection: Selection): Bytes | null {
  const { key, rangeEnd } = toWireRange(selection);
  if (rangeEnd.length === 0) return keyAfter(key);
  return rangeEnd.length === 1 && rangeEnd[0] === 0 ? null : rangeEnd;
}
