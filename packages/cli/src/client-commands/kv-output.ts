/**
 * How answers about keys are shown.
 */

import {
  DeleteRangeResponse,
  type KeyValue,
  PutResponse,
  RangeResponse,
  TxnResponse,
} from "@quorate/etcd-api";
import { quote } from "./output/go-text.ts";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";

/** A key and its value, each on a line. */
export function printKeyValue(output: Output, kv: KeyValue, valueOnly = false): void {
  if (!valueOnly) output.bytesLine(kv.key);
  output.bytesLine(kv.value);
}

/** All of a key and value; `prefix` tells a version before by its names. */
export function printKeyValueFields(output: Output, kv: KeyValue, prefix = ""): void {
  output.field(`${prefix}Key`, quote(kv.key));
  output.field(`${prefix}CreateRevision`, kv.createRevision);
  output.field(`${prefix}ModRevision`, kv.modRevision);
  output.field(`${prefix}Version`, kv.version);
  output.field(`${prefix}Value`, quote(kv.value));
  output.field(`${prefix}Lease`, kv.lease);
}

/** How to show a range. */
export type RangeView = { readonly valueOnly: boolean; readonly countOnly: boolean };

const wholeRange: RangeView = { valueOnly: false, countOnly: false };

export function showRange(output: Output, response: RangeResponse, view: RangeView = wholeRange): void {
  output.showMessage(RangeResponse, response, {
    simple: () => printRange(output, response, view),
    fields: () => printRangeFields(output, response),
  });
}

function printRange(output: Output, response: RangeResponse, { valueOnly, countOnly }: RangeView): void {
  if (countOnly) output.line(String(response.count));
  for (const kv of response.kvs) printKeyValue(output, kv, valueOnly);
}

function printRangeFields(output: Output, response: RangeResponse): void {
  printHeaderFields(output, response.header);
  for (const kv of response.kvs) printKeyValueFields(output, kv);
  output.field("More", response.more);
  output.field("Count", response.count);
}

export function showPut(output: Output, response: PutResponse): void {
  output.showMessage(PutResponse, response, {
    simple: () => printPut(output, response),
    fields: () => printPutFields(output, response),
  });
}

function printPut(output: Output, response: PutResponse): void {
  output.line("OK");
  if (response.prevKv !== null) printKeyValue(output, response.prevKv);
}

function printPutFields(output: Output, response: PutResponse): void {
  printHeaderFields(output, response.header);
  if (response.prevKv !== null) printKeyValueFields(output, response.prevKv, "Prev");
}

export function showDelete(output: Output, response: DeleteRangeResponse): void {
  output.showMessage(DeleteRangeResponse, response, {
    simple: () => printDelete(output, response),
    fields: () => printDeleteFields(output, response),
  });
}

function printDelete(output: Output, response: DeleteRangeResponse): void {
  output.line(String(response.deleted));
  for (const kv of response.prevKvs) printKeyValue(output, kv);
}

function printDeleteFields(output: Output, response: DeleteRangeResponse): void {
  printHeaderFields(output, response.header);
  output.field("Deleted", response.deleted);
  for (const kv of response.prevKvs) printKeyValueFields(output, kv, "Prev");
}

export function showTxn(output: Output, response: TxnResponse): void {
  output.showMessage(TxnResponse, response, {
    simple: () => printTxn(output, response),
    fields: () => printTxnFields(output, response),
  });
}

function printTxn(output: Output, response: TxnResponse): void {
  output.line(response.succeeded ? "SUCCESS" : "FAILURE");
  for (const { response: each } of response.responses) {
    output.line("");
    if (each?.case === "responseRange") printRange(output, each.value, wholeRange);
    else if (each?.case === "responsePut") printPut(output, each.value);
    else if (each?.case === "responseDeleteRange") printDelete(output, each.value);
  }
}

function printTxnFields(output: Output, response: TxnResponse): void {
  printHeaderFields(output, response.header);
  output.field("Succeeded", response.succeeded);
  for (const { response: each } of response.responses) {
    if (each?.case === "responseRange") printRangeFields(output, each.value);
    else if (each?.case === "responsePut") printPutFields(output, each.value);
    else if (each?.case === "responseDeleteRange") printDeleteFields(output, each.value);
  }
}
