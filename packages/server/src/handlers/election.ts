/**
 * v3electionpb.Election (reference §5).
 */

import type * as etcd from "@quorate/etcd-api";
import { electionService } from "@quorate/etcd-api";
import { deleteRangeRequest, EventType, type KeyValue, putRequest } from "@quorate/store";
import type { CallContext, ResponseSink } from "../rpc/call.ts";
import { refusalError } from "../rpc/error-table.ts";
import type { Router } from "../rpc/router.ts";
import {
  awaitTurn,
  contestEnd,
  contestError,
  contestPrefix,
  enterContest,
  execute,
  firstContender,
  ifStill,
  leaveContest,
} from "./contest.ts";
import type { ServerCore } from "./core.ts";
import { KeyWatch, throwIfAborted } from "./key-watch.ts";
import type { LeaderGuard } from "./leader-guard.ts";

const notLeader = contestError("election: not leader");
const noLeader = contestError("election: no leader");
const missingLeaderKey = contestError('"leader" field must be provided');

/** Registers the service. */
export function registerElection(router: Router, core: ServerCore, guard: LeaderGuard): void {
  const { methods } = electionService;
  router.unary(methods.campaign, (request, context) => campaign(core, request, context));
  router.unary(methods.proclaim, (request, context) => proclaim(core, request, context));
  router.unary(methods.leader, (request, context) => leader(core, request, context));
  router.unary(methods.resign, (request, context) => resign(core, request, context));
  router.serverStream(methods.observe, (request, context, sink) =>
    guard.run(context, (guarded) => observe(core, contestPrefix(request.name), guarded, sink)),
  );
}

async function campaign(
  core: ServerCore,
  request: etcd.CampaignRequest,
  context: CallContext,
): Promise<etcd.CampaignResponse> {
  const name = request.name.slice();
  const prefix = contestPrefix(name);
  const contender = await enterContest(core, prefix, request.lease, request.value, context);
  const { key, lease, createRevision, formerValue } = contender;
  try {
    if (formerValue !== null && Buffer.compare(formerValue, request.value) !== 0) {
      await replaceValue(core, context, { name, key, rev: createRevision, lease }, request.value);
    }
    if (!contender.isFirst) await awaitTurn(core, prefix, contender, notLeader, context);
    return {
      header: core.header(contender.enteredRevision),
      leader: { name, key, rev: createRevision, lease },
    };
  } catch (error) {
    await leaveContest(core, contender);
    throw error;
  }
}

async function proclaim(
  core: ServerCore,
  request: etcd.ProclaimRequest,
  context: CallContext,
): Promise<etcd.ProclaimResponse> {
  if (request.leader === null) throw missingLeaderKey;
  return { header: core.header(await replaceValue(core, context, request.leader, request.value)) };
}

/** Puts a new value, if the key is still the one that was made by the campaign. */
async function replaceValue(
  core: ServerCore,
  context: CallContext,
  { key, rev, lease }: etcd.LeaderKey,
  value: Uint8Array,
): Promise<number> {
  const put = putRequest({ key, value, lease, ignoreLease: lease === 0n });
  const { succeeded, revision } = await execute(core, context, ifStill(key, rev, { success: [put] }));
  if (!succeeded) throw notLeader;
  return revision;
}

async function resign(
  core: ServerCore,
  request: etcd.ResignRequest,
  context: CallContext,
): Promise<etcd.ResignResponse> {
  if (request.leader === null) throw missingLeaderKey;
  const { key, rev } = request.leader;
  // Who does not lead any more has nothing to resign from: no error, as in etcd.
  const { revision } = await execute(
    core,
    context,
    ifStill(key, rev, { success: [deleteRangeRequest({ key })] }),
  );
  return { header: core.header(revision) };
}

async function leader(
  core: ServerCore,
  request: etcd.LeaderRequest,
  context: CallContext,
): Promise<etcd.LeaderResponse> {
  const { kv, revision } = await currentLeader(core, contestPrefix(request.name), context);
  if (kv === null) throw noLeader;
  return { header: core.header(revision), kv };
}

async function currentLeader(
  core: ServerCore,
  prefix: Uint8Array,
  context: CallContext,
): Promise<{ readonly kv: KeyValue | null; readonly revision: number }> {
  const request = firstContender(prefix);
  const result = await core.asCaller(context, (options) =>
    core.storeMember.range(request, "linearizable", options),
  );
  if (!result.ok) throw refusalError(result.code);
  const { kvs, revision } = result.response;
  return { kv: kvs[0] ?? null, revision };
}

/** Tells the leader, what it proclaims, and whoever follows it. */
async function observe(
  core: ServerCore,
  prefix: Uint8Array,
  context: CallContext,
  sink: ResponseSink<etcd.LeaderResponse>,
): Promise<void> {
  const { signal } = context;
  const tell = async (kv: KeyValue, revision: number): Promise<void> => {
    if (!sink.write({ header: core.header(revision), kv })) await sink.drained();
  };
  for (;;) {
    throwIfAborted(signal);
    const { kv, revision } = await currentLeader(core, prefix, context);
    if (kv === null) {
      const candidate = await firstPut(core, prefix, revision + 1, context);
      if (candidate === null) continue;
      await tell(candidate, candidate.modRevision);
      await follow(core, candidate.key, candidate.modRevision + 1, context, tell);
    } else {
      await tell(kv, revision);
      await follow(core, kv.key, revision + 1, context, tell);
    }
  }
}

const noBytes = new Uint8Array(0);

/** The first key that is put under a prefix; null when the history was compacted meanwhile. */
async function firstPut(
  core: ServerCore,
  prefix: Uint8Array,
  startRevision: number,
  context: CallContext,
): Promise<KeyValue | null> {
  const requests = [{ key: prefix, rangeEnd: contestEnd(prefix), startRevision, noPut: false }];
  const watch = new KeyWatch(core, requests, context);
  try {
    for (;;) {
      const batch = await watch.next();
      if (batch.kind === "canceled") return null;
      for (const { events } of batch.groups) {
        const put = events.find(({ type }) => type === EventType.put);
        if (put !== undefined) return put.kv;
      }
    }
  } finally {
    watch.close();
  }
}

/** Tells every value of a key until it is deleted, or its history was compacted meanwhile. */
async function follow(
  core: ServerCore,
  key: Uint8Array,
  startRevision: number,
  context: CallContext,
  tell: (kv: KeyValue, revision: number) => Promise<void>,
): Promise<void> {
  const requests = [{ key: key.slice(), rangeEnd: noBytes, startRevision, noPut: false }];
  const watch = new KeyWatch(core, requests, context);
  try {
    for (;;) {
      const batch = await watch.next();
      if (batch.kind === "canceled") return;
      for (const { revision, events } of batch.groups) {
        for (const { type, kv } of events) {
          if (type === EventType.delete) return;
          await tell(kv, revision);
        }
      }
    }
  } finally {
    watch.close();
  }
}
