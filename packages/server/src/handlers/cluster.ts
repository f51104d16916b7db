/**
 * etcdserverpb.Cluster (reference §5, §10). Headers of this service say no revision.
 *
 * A member that is added as voter is a learner until it has caught up: only then it counts for the quorum. Its client was
 * promised a voter, so lists call it one; whoever leads promotes it.
 */

import type * as etcd from "@quorate/etcd-api";
import { clusterService } from "@quorate/etcd-api";
import { type ChangeOptions, type MemberInfo, newMemberId } from "@quorate/member";
import type { CallContext } from "../rpc/call.ts";
import { etcdError } from "../rpc/error-table.ts";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";
import { addressesOf, peerUrlOf } from "./peer-urls.ts";

/** Registers the service. */
export function registerCluster(router: Router, core: ServerCore): void {
  const { methods } = clusterService;
  router.unary(methods.memberAdd, (request, context) => add(core, request, context));
  router.unary(methods.memberRemove, (request, context) => remove(core, request, context));
  router.unary(methods.memberUpdate, (request, context) => update(core, request, context));
  router.unary(methods.memberPromote, (request, context) => promote(core, request, context));
  router.unary(methods.memberList, (request, context) => list(core, request, context));
}

async function add(
  core: ServerCore,
  request: etcd.MemberAddRequest,
  context: CallContext,
): Promise<etcd.MemberAddResponse> {
  const { clusterToken, learnersMax } = core.settings;
  const addresses = addressesOf(request.peerURLs);
  const id = newMemberId(clusterToken, addresses, core.random.below(2 ** 31));
  await core.storeMember.member.addMember(
    { id, addresses },
    {
      ...changeOptions(core, context),
      ...(request.isLearner ? { as: "learner", learnersMax } : { as: "voter-later" }),
    },
  );
  const members = await membersAfter(core, context, (all) => all.some((member) => member.id === id));
  const wireId = BigInt(id);
  const member = members.find((candidate) => candidate.id === wireId) ?? {
    id: wireId,
    name: "",
    peerURLs: addresses.map((address) => peerUrlOf(address, core.settings.peerTls !== null)),
    clientURLs: [],
    isLearner: request.isLearner,
  };
  return { header: core.header(0), member, members };
}

async function remove(
  core: ServerCore,
  request: etcd.MemberRemoveRequest,
  context: CallContext,
): Promise<etcd.MemberRemoveResponse> {
  const id = numberOf(request.id);
  await core.storeMember.member.removeMember(id, changeOptions(core, context));
  const members = await membersAfter(core, context, (all) => all.every((member) => member.id !== id));
  // A member that removed itself may not hear of it any more.
  return { header: core.header(0), members: members.filter((member) => member.id !== request.id) };
}

async function update(
  core: ServerCore,
  request: etcd.MemberUpdateRequest,
  context: CallContext,
): Promise<etcd.MemberUpdateResponse> {
  const id = numberOf(request.id);
  const addresses = addressesOf(request.peerURLs);
  await core.storeMember.member.updateMember({ id, addresses }, changeOptions(core, context));
  const isUpdated = (member: MemberInfo): boolean =>
    member.id === id && member.addresses.join() === addresses.join();
  const members = await membersAfter(core, context, (all) => all.some(isUpdated));
  return { header: core.header(0), members };
}

async function promote(
  core: ServerCore,
  request: etcd.MemberPromoteRequest,
  context: CallContext,
): Promise<etcd.MemberPromoteResponse> {
  const id = numberOf(request.id);
  const { member } = core.storeMember;
  await member.promoteMember(id, changeOptions(core, context));
  const isVoter = (): boolean => member.status().config.voters.includes(id);
  return { header: core.header(0), members: await membersAfter(core, context, isVoter) };
}

async function list(
  core: ServerCore,
  request: etcd.MemberListRequest,
  context: CallContext,
): Promise<etcd.MemberListResponse> {
  if (request.linearizable) await core.storeMember.confirm(core.callOptions(context));
  return { header: core.header(0), members: membersOf(core) };
}

function changeOptions(core: ServerCore, context: CallContext): ChangeOptions {
  const { timeoutMs } = core.callOptions(context);
  return { by: `client ${context.peer}`, timeoutMs: timeoutMs ?? core.requestTimeoutMs };
}

/** IDs of members are numbers here; one that is too large is nobody's. */
function numberOf(id: bigint): number {
  if (id > BigInt(Number.MAX_SAFE_INTEGER)) throw etcdError("memberNotFound");
  return Number(id);
}

/** The members when a change, which has taken effect at the leader, is applied here, too. */
async function membersAfter(
  core: ServerCore,
  context: CallContext,
  isApplied: (members: readonly MemberInfo[]) => boolean,
): Promise<readonly etcd.Member[]> {
  if (!isApplied(core.storeMember.member.members())) {
    // The change is made, whatever becomes of this: an error would say the contrary.
    await core.storeMember.confirm(core.callOptions(context)).catch(() => undefined);
  }
  return membersOf(core);
}

/** The members by rising ID, as etcd lists them. */
function membersOf(core: ServerCore): readonly etcd.Member[] {
  const { member } = core.storeMember;
  const { learners } = member.status().config;
  const isTls = core.settings.peerTls !== null;
  return member.members().map(({ id, name, addresses, clientUrls, awaitsVote }) => ({
    id: BigInt(id),
    name,
    peerURLs: addresses.map((address) => peerUrlOf(address, isTls)),
    clientURLs: clientUrls,
    isLearner: learners.includes(id) && !awaitsVote,
  }));
}
