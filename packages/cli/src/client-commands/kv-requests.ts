/**
 * The flags of `get`, `put` and `del`, and the requests that they say. Transactions say the same on lines of a script.
 */

import { DeleteRangeRequest, PutRequest, RangeRequest, SortOrder, SortTarget } from "@quorate/etcd-api";
import { badArguments, badFeature } from "./command-failure.ts";
import { type FlagValues, integer, text, toggle } from "./flags.ts";
import { parseLeaseId } from "./identifiers.ts";
import { readKeyRange, textOf } from "./key-range.ts";

export const getFlags = {
  prefix: toggle("all keys that begin with the key"),
  "from-key": toggle("all keys from the key on, in the order of bytes"),
  limit: integer("n", 0, "at most so many results; 0 for all"),
  order: text("order", "order of results: ASCEND (default) or DESCEND"),
  "sort-by": text("target", "what to sort by: CREATE, KEY, MODIFY, VALUE or VERSION"),
  rev: integer("revision", 0, "as of a revision; 0 for the newest"),
  "keys-only": toggle("keys without their values"),
  "count-only": toggle("only how many keys there are"),
  "print-value-only": toggle('print values without their keys; only for the output "simple"'),
  consistency: text("mode", "linearizable (l), or serializable (s): whatever the member has", {
    initial: "l",
  }),
  "min-mod-rev": integer("revision", 0, "only keys last written at or after it"),
  "max-mod-rev": integer("revision", 0, "only keys last written at or before it"),
  "min-create-rev": integer("revision", 0, "only keys created at or after it"),
  "max-create-rev": integer("revision", 0, "only keys created at or before it"),
} as const;

export const putFlags = {
  lease: text("id", "lease to attach to the key, in hexadecimal", { initial: "0" }),
  "prev-kv": toggle("print what was there before"),
  "ignore-value": toggle("keep the present value"),
  "ignore-lease": toggle("keep the present lease"),
} as const;

export const delFlags = {
  prefix: toggle("all keys that begin with the key"),
  "from-key": toggle("all keys from the key on, in the order of bytes"),
  "prev-kv": toggle("print what was deleted"),
} as const;

/** What `get` asks for. Throws a CommandFailure. */
export function buildRangeRequest(
  args: readonly Uint8Array[],
  flags: FlagValues<typeof getFlags>,
): RangeRequest {
  const range = readKeyRange("get", args, { prefix: flags.prefix, fromKey: flags["from-key"] });
  if (flags["keys-only"] && flags["count-only"]) {
    throw badArguments("`--keys-only` and `--count-only` cannot be set at the same time, choose one");
  }
  const consistency = flags.consistency;
  if (consistency !== "l" && consistency !== "s") {
    throw badFeature(`unknown consistency flag "${consistency}"; use l or s`);
  }
  return RangeRequest.create({
    ...range,
    limit: flags.limit,
    revision: flags.rev,
    ...readSort(flags.order, flags["sort-by"]),
    serializable: consistency === "s",
    keysOnly: flags["keys-only"],
    countOnly: flags["count-only"],
    minModRevision: flags["min-mod-rev"],
    maxModRevision: flags["max-mod-rev"],
    minCreateRevision: flags["min-create-rev"],
    maxCreateRevision: flags["max-create-rev"],
  });
}

const orders: Readonly<Record<string, SortOrder>> = { ASCEND: SortOrder.ASCEND, DESCEND: SortOrder.DESCEND };

const targets: Readonly<Record<string, SortTarget>> = {
  KEY: SortTarget.KEY,
  VERSION: SortTarget.VERSION,
  CREATE: SortTarget.CREATE,
  MODIFY: SortTarget.MOD,
  VALUE: SortTarget.VALUE,
};

/**
 * A target without an order is sorted ascending. The keys' own ascending order is how results come anyway, so nothing is
 * asked for then: a sort would keep the server from stopping at the limit.
 */
function readSort(
  order: string,
  target: string,
): { readonly sortOrder: SortOrder; readonly sortTarget: SortTarget } {
  const sortOrder = order === "" ? SortOrder.NONE : orders[order.toUpperCase()];
  if (sortOrder === undefined) throw badFeature(`bad sort order ${order}; use ASCEND or DESCEND`);
  const sortTarget = target === "" ? SortTarget.KEY : targets[target.toUpperCase()];
  if (sortTarget === undefined) {
    throw badFeature(`bad sort target ${target}; use CREATE, KEY, MODIFY, VALUE or VERSION`);
  }
  const isByKey = sortTarget === SortTarget.KEY;
  if (isByKey && sortOrder !== SortOrder.DESCEND) return { sortOrder: SortOrder.NONE, sortTarget };
  return { sortOrder: sortOrder === SortOrder.NONE ? SortOrder.ASCEND : sortOrder, sortTarget };
}

/** What `put` asks for; a null value has yet to be read from standard input. Throws a CommandFailure. */
export function buildPutRequest(
  args: readonly Uint8Array[],
  flags: FlagValues<typeof putFlags>,
): { readonly request: PutRequest; readonly needsValue: boolean } {
  const [key, value, surplus] = args;
  const ignoreValue = flags["ignore-value"];
  if (key === undefined)
    throw badArguments("put command needs 1 argument and input from stdin or 2 arguments");
  if (ignoreValue && value !== undefined) {
    throw badArguments("put command needs only 1 argument when 'ignore-value' is set");
  }
  if (surplus !== undefined) {
    throw badArguments(
      `put command needs a key and a value; "${textOf(surplus)}" is too much: quote a value with spaces`,
    );
  }
  const request = PutRequest.create({
    key,
    ...(value === undefined ? {} : { value }),
    lease: parseLeaseId(flags.lease, "lease ID"),
    prevKv: flags["prev-kv"],
    ignoreValue,
    ignoreLease: flags["ignore-lease"],
  });
  return { request, needsValue: value === undefined && !ignoreValue };
}

/** What `del` asks for. Throws a CommandFailure. */
export function buildDeleteRequest(
  args: readonly Uint8Array[],
  flags: FlagValues<typeof delFlags>,
): DeleteRangeRequest {
  const range = readKeyRange("del", args, { prefix: flags.prefix, fromKey: flags["from-key"] });
  return DeleteRangeRequest.create({ ...range, prevKv: flags["prev-kv"] });
}
