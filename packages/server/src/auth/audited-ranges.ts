/**
 * Ranges of requests as the audit log shows them.
 */

import type * as etcd from "@quorate/etcd-api";
import type { AuditedParts } from "./access-rule.ts";
import { shownKey } from "./audit.ts";

/** Operations of a transaction that are named; of more only the number is. */
const operationsMax = 8;

type KeyRange = { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };

/** One key, or where the range begins and ends. */
export function describeRange({ key, rangeEnd }: KeyRange): AuditedParts {
  return rangeEnd.length === 0
    ? { key: shownKey(key) }
    : {
        key: shownKey(key),
        rangeEnd: rangeEnd.length === 1 && rangeEnd[0] === 0 ? "\0" : shownKey(rangeEnd),
      };
}

/** What a transaction touches: `compare a; put a; range [b, c)`. */
export function describeTxn(txn: etcd.TxnRequest): AuditedParts {
  const all = [...txn.compare.map((each) => `compare ${rangeText(each)}`), ...operationsOf(txn)];
  const surplus = all.length - operationsMax;
  const operations = all.slice(0, operationsMax).join("; ");
  return { operations: surplus > 0 ? `${operations}; … (${surplus} more)` : operations };
}

function operationsOf({ success, failure }: etcd.TxnRequest): string[] {
  return [...success, ...failure].map(({ request }) => {
    switch (request?.case) {
      case "requestRange":
        return `range ${rangeText(request.value)}`;
      case "requestPut":
        return `put ${shownKey(request.value.key)}`;
      case "requestDeleteRange":
        return `delete ${rangeText(request.value)}`;
      case "requestTxn":
        return "txn";
      default:
        return "nothing";
    }
  });
}

function rangeText({ key, rangeEnd }: KeyRange): string {
  return rangeEnd.length === 0 ? shownKey(key) : `[${shownKey(key)}, ${shownKey(rangeEnd)})`;
}
