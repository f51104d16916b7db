/**
 * The store's KV responses as those of the wire. Keys and values are passed on, not copied: the front encodes them in the
 * same turn, before the store can change anything.
 */

import type * as etcd from "@quorate/etcd-api";
import type {
  DeleteRangeResponse,
  OperationResponse,
  PutResponse,
  RangeResponse,
  TxnResponse,
} from "@quorate/store";

type Header = etcd.ResponseHeader;

/** See the module. */
export function rangeResponse(header: Header, response: RangeResponse): etcd.RangeResponse {
  return { header, kvs: response.kvs, more: response.more, count: response.count };
}

/** See the module. */
export function putResponse(header: Header, response: PutResponse): etcd.PutResponse {
  return { header, prevKv: response.prevKv };
}

/** See the module. */
export function deleteResponse(header: Header, response: DeleteRangeResponse): etcd.DeleteRangeResponse {
  return { header, deleted: response.deleted, prevKvs: response.prevKvs };
}

/** See the module. */
export function txnResponse(header: Header, response: TxnResponse): etcd.TxnResponse {
  return { header, succeeded: response.succeeded, responses: response.responses.map(operationResponse) };
}

function operationResponse(response: OperationResponse): etcd.ResponseOp {
  const header = innerHeader(response.revision);
  switch (response.kind) {
    case "range":
      return { response: { case: "responseRange", value: rangeResponse(header, response) } };
    case "put":
      return { response: { case: "responsePut", value: putResponse(header, response) } };
    case "delete-range":
      return { response: { case: "responseDeleteRange", value: deleteResponse(header, response) } };
    case "txn":
      return { response: { case: "responseTxn", value: txnResponse(header, response) } };
  }
}

/** Inside of a transaction a header says the revision and nothing else. */
function innerHeader(revision: number): Header {
  return { clusterId: 0n, memberId: 0n, revision, raftTerm: 0 };
}
