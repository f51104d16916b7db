/**
 * KV requests of the wire as the store's. Byte strings stay views of what was received: the encoding of a command copies
 * them, and a read is over when its call is.
 */

import type * as etcd from "@quorate/etcd-api";
import {
  type Compare,
  CompareTarget,
  type DeleteRangeRequest,
  type Operation,
  type PutRequest,
  type RangeRequest,
  type TxnRequest,
} from "@quorate/store";

const noBytes = new Uint8Array(0);

/** See the module. */
export function toStoreRange(request: etcd.RangeRequest): RangeRequest {
  return {
    kind: "range",
    key: request.key,
    rangeEnd: request.rangeEnd,
    limit: request.limit,
    revision: request.revision,
    sortOrder: request.sortOrder,
    sortTarget: request.sortTarget,
    keysOnly: request.keysOnly,
    countOnly: request.countOnly,
    minModRevision: request.minModRevision,
    maxModRevision: request.maxModRevision,
    minCreateRevision: request.minCreateRevision,
    maxCreateRevision: request.maxCreateRevision,
  };
}

/** See the module. */
export function toStorePut(request: etcd.PutRequest): PutRequest {
  return {
    kind: "put",
    key: request.key,
    value: request.value,
    lease: request.lease,
    prevKv: request.prevKv,
    ignoreValue: request.ignoreValue,
    ignoreLease: request.ignoreLease,
  };
}

/** See the module. */
export function toStoreDelete(request: etcd.DeleteRangeRequest): DeleteRangeRequest {
  return { kind: "delete-range", key: request.key, rangeEnd: request.rangeEnd, prevKv: request.prevKv };
}

/** See the module. */
export function toStoreTxn(request: etcd.TxnRequest): TxnRequest {
  return {
    kind: "txn",
    compare: request.compare.map(toStoreCompare),
    success: request.success.map(toStoreOperation),
    failure: request.failure.map(toStoreOperation),
  };
}

/** Whether nobody asks for the newest state: every operation is a serializable range. Like etcd, true for none. */
export function isSerializableTxn(request: etcd.TxnRequest): boolean {
  return request.success.every(isSerializable) && request.failure.every(isSerializable);
}

function isSerializable({ request }: etcd.RequestOp): boolean {
  return request !== null && request.case === "requestRange" && request.value.serializable;
}

function toStoreOperation({ request }: etcd.RequestOp): Operation {
  switch (request?.case) {
    case "requestRange":
      return toStoreRange(request.value);
    case "requestPut":
      return toStorePut(request.value);
    case "requestDeleteRange":
      return toStoreDelete(request.value);
    case "requestTxn":
      return toStoreTxn(request.value);
    default:
      return { kind: "empty" };
  }
}

/** An operand that is not of the target's kind counts as zero, as in etcd. */
function toStoreCompare({ result, target, key, rangeEnd, targetUnion }: etcd.Compare): Compare {
  let number = 0;
  let value: Uint8Array = noBytes;
  let lease = 0n;
  switch (targetUnion?.case) {
    case "version":
      if (target === CompareTarget.version) number = targetUnion.value;
      break;
    case "createRevision":
      if (target === CompareTarget.create) number = targetUnion.value;
      break;
    case "modRevision":
      if (target === CompareTarget.mod) number = targetUnion.value;
      break;
    case "value":
      value = targetUnion.value;
      break;
    case "lease":
      lease = targetUnion.value;
      break;
    default:
  }
  return { result, target, key, rangeEnd, number, value, lease };
}
