/**
 * etcdserverpb.KV (reference §2). RangeStream is not served yet; a front answers UNIMPLEMENTED for what is not in the
 * router.
 */

import type * as etcd from "@quorate/etcd-api";
import { kvService } from "@quorate/etcd-api";
import { isReadOnlyTxn, txnOperationsMax } from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import { etcdError, refusalError } from "../rpc/error-table.ts";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";
import { isSerializableTxn, toStoreDelete, toStorePut, toStoreRange, toStoreTxn } from "./kv-requests.ts";
import { deleteResponse, putResponse, rangeResponse, txnResponse } from "./kv-responses.ts";
import { accepted } from "./outcome.ts";

/** Registers the service. */
export function registerKv(router: Router, core: ServerCore): void {
  const { methods } = kvService;
  router.unary(methods.range, (request, context) => range(core, request, context));
  router.unary(methods.put, (request, context) => put(core, request, context));
  router.unary(methods.deleteRange, (request, context) => deleteRange(core, request, context));
  router.unary(methods.txn, (request, context) => txn(core, request, context));
  router.unary(methods.compact, (request, context) => compact(core, request, context));
}

async function range(
  core: ServerCore,
  request: etcd.RangeRequest,
  context: CallContext,
): Promise<etcd.RangeResponse> {
  const consistency = request.serializable ? "serializable" : "linearizable";
  const storeRequest = toStoreRange(request);
  const result = await core.asCaller(context, (options) =>
    core.storeMember.range(storeRequest, consistency, options),
  );
  if (!result.ok) throw refusalError(result.code);
  return rangeResponse(core.header(result.response.revision), result.response);
}

async function put(
  core: ServerCore,
  request: etcd.PutRequest,
  context: CallContext,
): Promise<etcd.PutResponse> {
  const outcome = await core.execute(toStorePut(request), context);
  const response = accepted(outcome, "put");
  return putResponse(core.header(response.revision), response);
}

async function deleteRange(
  core: ServerCore,
  request: etcd.DeleteRangeRequest,
  context: CallContext,
): Promise<etcd.DeleteRangeResponse> {
  const outcome = await core.execute(toStoreDelete(request), context);
  const response = accepted(outcome, "delete-range");
  return deleteResponse(core.header(response.revision), response);
}

async function txn(
  core: ServerCore,
  request: etcd.TxnRequest,
  context: CallContext,
): Promise<etcd.TxnResponse> {
  const operationsMax = core.settings.txnOpsMax;
  if (operationsMax < txnOperationsMax && !fits(request, operationsMax)) throw etcdError("tooManyOperations");
  const storeRequest = toStoreTxn(request);
  if (!isReadOnlyTxn(storeRequest)) {
    const response = accepted(await core.execute(storeRequest, context), "txn");
    return txnResponse(core.header(response.revision), response);
  }
  const consistency = isSerializableTxn(request) ? "serializable" : "linearizable";
  const result = await core.asCaller(context, (options) =>
    core.storeMember.readTxn(storeRequest, consistency, options),
  );
  if (!result.ok) throw refusalError(result.code);
  return txnResponse(core.header(result.response.revision), result.response);
}

/** Whether no list is longer than allowed; a nested transaction gets what its parents' longest left over. */
function fits(request: etcd.TxnRequest, operationsMax: number): boolean {
  const longest = Math.max(request.compare.length, request.success.length, request.failure.length);
  if (longest > operationsMax) return false;
  const isFitting = ({ request: operation }: etcd.RequestOp): boolean =>
    operation?.case !== "requestTxn" || fits(operation.value, operationsMax - longest);
  return request.success.every(isFitting) && request.failure.every(isFitting);
}

async function compact(
  core: ServerCore,
  request: etcd.CompactionRequest,
  context: CallContext,
): Promise<etcd.CompactionResponse> {
  const { revision, physical } = request;
  const outcome = await core.asCaller(context, (options) =>
    core.storeMember.compact(revision, physical, options),
  );
  return { header: core.header(accepted(outcome, "compaction").revision) };
}
