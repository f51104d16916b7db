/**
 * What locks and elections have in common (reference §5): contenders put keys `<name>/<lease>` under a name, and who came
 * first has it. Each of the others waits for the deletion of the key just before its own, so that one deletion wakes one.
 *
 * The keys are etcd's, so contenders that use a client's own recipe and those that use this service exclude each other.
 */

import {
  CompareTarget,
  compare,
  deleteRangeRequest,
  type KeyValue,
  type OperationResponse,
  putRequest,
  type RangeRequest,
  rangeRequest,
  SortOrder,
  SortTarget,
  systemPrincipal,
  type TxnRequest,
  type TxnResponse,
  txnRequest,
} from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import { refusalError } from "../rpc/error-table.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { ServerCore } from "./core.ts";
import { KeyWatch, throwIfAborted } from "./key-watch.ts";
import { accepted } from "./outcome.ts";

/** Life of a lease that is made for a contender that brings none; nobody renews it. */
const ownLeaseSeconds = 60;

/** A contender. */
export type Contender = {
  readonly key: Uint8Array;
  readonly lease: bigint;
  /** Revision at which the key was made: its place in the queue, and a fencing token. */
  readonly createRevision: number;
  /** Value that the key had when it was there already; null if this call made it. */
  readonly formerValue: Uint8Array | null;
  /** Whether the lease was made by this call. */
  readonly hasOwnLease: boolean;
  /** Revision of the store when it came. */
  readonly enteredRevision: number;
  /** Whether nobody was before it then. */
  readonly isFirst: boolean;
};

/** Where the contenders of a name have their keys. */
export function contestPrefix(name: Uint8Array): Uint8Array {
  // A copy: a waiting call outlives the message that it came with.
  const prefix = new Uint8Array(name.length + 1);
  prefix.set(name);
  prefix[name.length] = 0x2f;
  return prefix;
}

/** The first key behind those of the contenders: the byte after the slash. */
export function contestEnd(prefix: Uint8Array): Uint8Array {
  const end = prefix.slice();
  end[end.length - 1] = 0x30;
  return end;
}

/** The contender that came first, as a read. */
export function firstContender(prefix: Uint8Array): RangeRequest {
  return rangeRequest({
    key: prefix,
    rangeEnd: contestEnd(prefix),
    limit: 1,
    sortOrder: SortOrder.ascend,
    sortTarget: SortTarget.create,
  });
}

/** Puts a contender's key, unless it is there already. A lease of 0 is replaced by one that lives 60 s. */
export async function enterContest(
  core: ServerCore,
  prefix: Uint8Array,
  givenLease: bigint,
  value: Uint8Array,
  context: CallContext,
): Promise<Contender> {
  const hasOwnLease = givenLease === 0n;
  const lease = hasOwnLease ? await grantOwnLease(core, context) : givenLease;
  const key = Buffer.concat([prefix, Buffer.from(lease.toString(16))]);
  const first = firstContender(prefix);
  const entered = await execute(core, context, {
    compare: [compare({ key, target: CompareTarget.create })],
    success: [putRequest({ key, value, lease }), first],
    failure: [rangeRequest({ key }), first],
  });
  const [mine, owner] = entered.responses;
  const former = entered.succeeded ? null : (rowsOf(mine)[0] as KeyValue);
  const createRevision = former?.createRevision ?? entered.revision;
  const isFirst = rowsOf(owner)[0]?.createRevision === createRevision;
  return {
    key,
    lease,
    createRevision,
    formerValue: former?.value ?? null,
    hasOwnLease,
    enteredRevision: entered.revision,
    isFirst,
  };
}

async function grantOwnLease(core: ServerCore, context: CallContext): Promise<bigint> {
  const outcome = await core.asCaller(context, (options) =>
    core.storeMember.grantLease(0n, ownLeaseSeconds, options),
  );
  return accepted(outcome, "lease-grant").id;
}

/**
 * Waits until nobody is before a contender; returns the revision at which that was seen.
 * @throws {RpcError} `lost` when the contender's key is gone: its lease has expired, or somebody took it away. What the call
 *   was given up with.
 */
export async function awaitTurn(
  core: ServerCore,
  prefix: Uint8Array,
  contender: Contender,
  lost: RpcError,
  context: CallContext,
): Promise<number> {
  const { key, createRevision } = contender;
  const { signal } = context;
  const last = rangeRequest({
    key: prefix,
    rangeEnd: contestEnd(prefix),
    limit: 1,
    sortOrder: SortOrder.descend,
    sortTarget: SortTarget.create,
    maxCreateRevision: createRevision - 1,
  });
  const look = txnRequest({ success: [last, rangeRequest({ key })] });
  for (;;) {
    throwIfAborted(signal);
    // Not bounded by the client's patience, which the signal stands for: a look is a matter of milliseconds.
    const result = await core.asCaller(context, (options) =>
      core.storeMember.readTxn(look, "linearizable", { ...options, timeoutMs: core.requestTimeoutMs }),
    );
    if (!result.ok) throw refusalError(result.code);
    const { revision, responses } = result.response;
    const [before, mine] = responses;
    if (rowsOf(mine)[0]?.createRevision !== createRevision) throw lost;
    const predecessor = rowsOf(before)[0];
    if (predecessor === undefined) return revision;
    // One's own key too: who lost it need not wait for another's end to hear of it.
    await deletionOf(core, [predecessor.key.slice(), key], revision + 1, context);
  }
}

async function deletionOf(
  core: ServerCore,
  keys: readonly Uint8Array[],
  startRevision: number,
  context: CallContext,
): Promise<void> {
  const noBytes = new Uint8Array(0);
  const requests = keys.map((key) => ({ key, rangeEnd: noBytes, startRevision, noPut: true }));
  const watch = new KeyWatch(core, requests, context);
  try {
    await watch.next();
  } finally {
    watch.close();
  }
}

/**
 * Takes back what {@link enterContest} put there in this call; what cannot be taken back ends with its lease. In the name of
 * the cluster: a client that lost its permission while it waited must not hold up those behind it.
 */
export async function leaveContest(core: ServerCore, contender: Contender): Promise<void> {
  const { key, lease, createRevision, formerValue, hasOwnLease } = contender;
  if (formerValue !== null) return;
  const options = { timeoutMs: core.requestTimeoutMs, principal: systemPrincipal };
  const command = hasOwnLease
    ? ({ kind: "lease-revoke", id: lease } as const)
    : ifStill(key, createRevision, { success: [deleteRangeRequest({ key })] });
  await core.storeMember.execute(command, options).catch(() => undefined);
}

/** A transaction that runs its `success` only if a key is still the one that was made at a revision. */
export function ifStill(
  key: Uint8Array,
  createRevision: number,
  operations: Pick<TxnRequest, "success">,
): TxnRequest {
  const isSame = compare({ key, target: CompareTarget.create, number: createRevision });
  return txnRequest({ ...operations, compare: [isSame] });
}

/** Executes a transaction. */
export async function execute(
  core: ServerCore,
  context: CallContext,
  request: Partial<TxnRequest>,
): Promise<TxnResponse> {
  return accepted(await core.execute(txnRequest(request), context), "txn");
}

/** Rows of a range inside of a transaction. */
export function rowsOf(response: OperationResponse | undefined): readonly KeyValue[] {
  return response?.kind === "range" ? response.kvs : [];
}

/** An error of the recipes, which etcd's service passes on without a code. */
export function contestError(text: string): RpcError {
  return new RpcError(RpcCode.unknown, text);
}
