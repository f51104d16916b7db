/**
 * What writes cost against the quota (reference §10): etcd's charges.
 */

import type { Command, Operation, TxnRequest } from "./request.ts";

/** etcd's default quota. */
export const defaultQuotaBytes: number = 2 * 1024 * 1024 * 1024;

const putOverheadBytes = 256;
const leaseBytes = 64;

/** Bytes that a command is charged; 0 for what makes no data. */
export function commandCostBytes(command: Command): number {
  switch (command.kind) {
    case "put":
    case "txn":
      return operationCost(command);
    case "lease-grant":
      return leaseBytes;
    default:
      return 0;
  }
}

/** A transaction costs the dearer of its branches. */
function txnCost(request: TxnRequest): number {
  return Math.max(sum(request.success), sum(request.failure));
}

function operationCost(operation: Operation): number {
  if (operation.kind === "put") return putOverheadBytes + operation.key.length + operation.value.length;
  return operation.kind === "txn" ? txnCost(operation) : 0;
}

function sum(operations: readonly Operation[]): number {
  let total = 0;
  for (const operation of operations) total += operationCost(operation);
  return total;
}
