/**
 * etcdserverpb.Maintenance (reference §5). MoveLeader, Defragment and Snapshot have no header.
 */

import type * as etcd from "@quorate/etcd-api";
import { AlarmType, DowngradeAction, maintenanceService } from "@quorate/etcd-api";
import { type Alarm, defaultQuotaBytes } from "@quorate/store";
import type { CallContext, ResponseSink } from "../rpc/call.ts";
import { etcdError, refusalError } from "../rpc/error-table.ts";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";
import type { LeaderGuard } from "./leader-guard.ts";
import { accepted } from "./outcome.ts";
import { snapshotBlobs } from "./snapshot-file.ts";
import { serverVersion, storageVersion } from "./version.ts";

/** Registers the service. */
export function registerMaintenance(router: Router, core: ServerCore, guard: LeaderGuard): void {
  const { methods } = maintenanceService;
  router.unary(methods.alarm, (request, context) => alarm(core, request, context));
  router.unary(methods.status, () => status(core));
  router.unary(methods.defragment, () => defragment(core));
  router.unary(methods.hash, () => hash(core));
  router.unary(methods.hashKV, (request) => hashKv(core, request));
  router.unary(methods.moveLeader, (request) => moveLeader(core, request));
  router.unary(methods.downgrade, (request) => downgrade(request));
  router.serverStream(methods.snapshot, (_request, context, sink) =>
    guard.run(context, (guarded) => snapshot(core, guarded, sink)),
  );
}

async function alarm(
  core: ServerCore,
  request: etcd.AlarmRequest,
  context: CallContext,
): Promise<etcd.AlarmResponse> {
  const { action, memberID: memberId, alarm: type } = request;
  const command = { kind: "alarm", action, memberId, alarm: type } as const;
  const outcome = await core.execute(command, context);
  const { revision, alarms } = accepted(outcome, "alarm");
  return {
    header: core.header(revision),
    alarms: alarms.map((raised) => ({ memberID: raised.memberId, alarm: raised.alarm })),
  };
}

function status(core: ServerCore): etcd.StatusResponse {
  const now = core.storeMember.status();
  const errors = now.hasLeader ? [] : [etcdError("noLeader").message];
  const { quotaBytes } = core.settings;
  return {
    header: core.header(now.revision),
    version: serverVersion,
    dbSize: now.dbSizeBytes,
    leader: BigInt(now.lead),
    raftIndex: now.commitIndex,
    raftTerm: now.term,
    raftAppliedIndex: now.appliedIndex,
    errors: [...errors, ...now.alarms.map(describeAlarm)],
    dbSizeInUse: now.dbInUseBytes,
    isLearner: now.isLearner,
    storageVersion,
    dbSizeQuota: quotaBytes === 0 ? defaultQuotaBytes : Math.max(0, quotaBytes),
    downgradeInfo: { enabled: false, targetVersion: "" },
  };
}

function describeAlarm({ memberId, alarm: type }: Alarm): string {
  const name = type === AlarmType.NOSPACE ? "NOSPACE" : type === AlarmType.CORRUPT ? "CORRUPT" : String(type);
  return `memberID:${memberId} alarm:${name}`;
}

async function defragment(core: ServerCore): Promise<etcd.DefragmentResponse> {
  await core.storeMember.defragment();
  return { header: null };
}

/** etcd hashes its whole file; here the same data give the same hash on every member: that of HashKV, now. */
async function hash(core: ServerCore): Promise<etcd.HashResponse> {
  const result = await core.storeMember.hashKv(0);
  if (!result.ok) throw refusalError(result.code);
  return { header: core.header(core.revision), hash: result.response.hash };
}

async function hashKv(core: ServerCore, request: etcd.HashKVRequest): Promise<etcd.HashKVResponse> {
  const result = await core.storeMember.hashKv(request.revision);
  if (!result.ok) throw refusalError(result.code);
  return { header: core.header(core.revision), ...result.response };
}

async function moveLeader(
  core: ServerCore,
  request: etcd.MoveLeaderRequest,
): Promise<etcd.MoveLeaderResponse> {
  const { member } = core.storeMember;
  if (!member.isLeader) throw etcdError("notLeader");
  if (request.targetID > BigInt(Number.MAX_SAFE_INTEGER)) throw etcdError("badLeaderTransferee");
  await member.transferLeadership(Number(request.targetID));
  return { header: null };
}

/** There is no older version of this server's data to go back to, so every target is invalid. */
function downgrade(request: etcd.DowngradeRequest): etcd.DowngradeResponse {
  switch (request.action) {
    case DowngradeAction.VALIDATE:
    case DowngradeAction.ENABLE:
      throw etcdError(
        /^\d+\.\d+(\.\d+)?$/.test(request.version) ? "invalidDowngradeTarget" : "wrongDowngradeFormat",
      );
    case DowngradeAction.CANCEL:
      throw etcdError("noInflightDowngrade");
    default:
      throw etcdError("unknownMethod");
  }
}

/**
 * The whole state; see snapshot-file.ts. `remaining_bytes` is an estimate until it is 0 with the last blob: the size is not
 * known before all of the state was read, and clients show it as progress only.
 */
async function snapshot(
  core: ServerCore,
  context: CallContext,
  sink: ResponseSink<etcd.SnapshotResponse>,
): Promise<void> {
  const { signal } = context;
  let remainingBytes = core.storeMember.store.usedBytes();
  let blob: Uint8Array | null = null;
  const send = async (bytes: Uint8Array, left: number): Promise<void> => {
    const response = { header: null, remainingBytes: left, blob: bytes, version: storageVersion };
    if (!sink.write(response)) await sink.drained();
  };
  for await (const next of snapshotBlobs(core.storeMember.snapshot(signal))) {
    // A state that was not read to its end must not get a checksum that says it is whole.
    if (signal.aborted) throw signal.reason;
    if (blob !== null) {
      remainingBytes = Math.max(1, remainingBytes - blob.length);
      await send(blob, next.length === 32 ? 0 : remainingBytes);
    }
    blob = next;
  }
  if (blob !== null) await send(blob, 0);
}
