/**
 * v3lockpb.Lock (reference §5). A lock is only as good as its lease: guard what it protects with a transaction that
 * compares the create revision of the key.
 */

import type * as etcd from "@quorate/etcd-api";
import { lockService } from "@quorate/etcd-api";
import { deleteRangeRequest } from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import type { Router } from "../rpc/router.ts";
import { awaitTurn, contestError, contestPrefix, enterContest, leaveContest } from "./contest.ts";
import type { ServerCore } from "./core.ts";
import { accepted } from "./outcome.ts";

/** Registers the service. */
export function registerLock(router: Router, core: ServerCore): void {
  const { methods } = lockService;
  router.unary(methods.lock, (request, context) => lock(core, request, context));
  router.unary(methods.unlock, (request, context) => unlock(core, request, context));
}

async function lock(
  core: ServerCore,
  request: etcd.LockRequest,
  context: CallContext,
): Promise<etcd.LockResponse> {
  const prefix = contestPrefix(request.name);
  const contender = await enterContest(core, prefix, request.lease, new Uint8Array(0), context);
  const { key, isFirst, enteredRevision } = contender;
  if (isFirst) return { header: core.header(enteredRevision), key };
  try {
    const expired = contestError("mutex: session is expired");
    const revision = await awaitTurn(core, prefix, contender, expired, context);
    return { header: core.header(revision), key };
  } catch (error) {
    await leaveContest(core, contender);
    throw error;
  }
}

async function unlock(
  core: ServerCore,
  request: etcd.UnlockRequest,
  context: CallContext,
): Promise<etcd.UnlockResponse> {
  const command = deleteRangeRequest({ key: request.key });
  const outcome = await core.execute(command, context);
  return { header: core.header(accepted(outcome, "delete-range").revision) };
}
