/**
 * Who may call what: every method of every service has one row (reference §6). A method without one is root's, so that
 * what is forgotten here is closed.
 *
 * Rows follow newer etcd (3.5 and later) where 3.4 let anybody in: compaction, alarms, moving the leader, leases and the
 * list of members.
 */

import type * as etcd from "@quorate/etcd-api";
import {
  AlarmAction,
  authService,
  clusterService,
  electionService,
  healthService,
  kvService,
  leaseService,
  lockService,
  maintenanceService,
  watchService,
} from "@quorate/etcd-api";
import type { AuthRefusalCode, AuthView, Principal } from "@quorate/store";
import { toStoreDelete, toStorePut, toStoreRange, toStoreTxn } from "../handlers/kv-requests.ts";
import { closedRow, row } from "./access-row.ts";
import type { AccessRule, AuditedParts } from "./access-rule.ts";
import { shownKey, shownText } from "./audit.ts";
import { describeRange, describeTxn } from "./audited-ranges.ts";

const kv = kvService.methods;
const lease = leaseService.methods;
const cluster = clusterService.methods;
const maintenance = maintenanceService.methods;
const auth = authService.methods;

const idText = (id: bigint): string => id.toString(16);
const userName = ({ name }: { readonly name: string }): AuditedParts => ({ user: shownText(name) });
const memberId = ({ id }: { readonly id: bigint }): AuditedParts => ({ member: idText(id) });
const contestName = ({ name }: { readonly name: Uint8Array }): AuditedParts => ({ name: shownKey(name) });
const leaderKey = ({ leader }: { readonly leader: etcd.LeaderKey | null }): AuditedParts =>
  leader === null ? {} : { key: shownKey(leader.key) };

const keyRows = [
  row(kv.range, "keys", {
    judge: (view, principal, request) => view.authorize(principal, toStoreRange(request)),
    describe: describeRange,
  }),
  row(kv.rangeStream, "keys", {
    judge: (view, principal, { key, rangeEnd }) => view.authorizeRange(principal, key, rangeEnd, "read"),
    describe: describeRange,
  }),
  row(kv.put, "keys", {
    judge: (view, principal, request) => view.authorize(principal, toStorePut(request)),
    describe: ({ key }) => ({ key: shownKey(key) }),
  }),
  row(kv.deleteRange, "keys", {
    judge: (view, principal, request) => view.authorize(principal, toStoreDelete(request)),
    describe: describeRange,
  }),
  row(kv.txn, "keys", {
    judge: (view, principal, request) => view.authorize(principal, toStoreTxn(request)),
    describe: describeTxn,
  }),
  row(kv.compact, "root", { describe: ({ revision }) => ({ revision }) }),
  row(watchService.methods.watch, "watch", {
    judge: judgeWatch,
    describe: ({ requestUnion }) =>
      requestUnion?.case === "createRequest" ? describeRange(requestUnion.value) : {},
  }),
];

/** What is said on a watch stream besides creations concerns watches that were let in. */
function judgeWatch(
  view: AuthView,
  principal: Principal | null,
  { requestUnion }: etcd.WatchRequest,
): AuthRefusalCode | null {
  if (requestUnion?.case !== "createRequest") return null;
  const { key, rangeEnd } = requestUnion.value;
  return view.authorizeRange(principal, key, rangeEnd, "read");
}

const leaseRows = [
  row(lease.leaseGrant, "user"),
  row(lease.leaseRevoke, "keys", {
    judge: (view, principal, { id }) => view.authorize(principal, { kind: "lease-revoke", id }),
    describe: ({ id }) => ({ lease: idText(id) }),
  }),
  row(lease.leaseKeepAlive, "user"),
  row(lease.leaseTimeToLive, "keys", {
    judge: (view, principal, { id, keys }) =>
      keys ? view.authorizeLease(principal, id, "read") : view.authorizeUser(principal),
    describe: ({ id }) => ({ lease: idText(id) }),
  }),
  row(lease.leaseLeases, "user"),
];

const contestRows = [
  row(lockService.methods.lock, "contest", { describe: contestName }),
  row(lockService.methods.unlock, "contest", { describe: ({ key }) => ({ key: shownKey(key) }) }),
  row(electionService.methods.campaign, "contest", { describe: contestName }),
  row(electionService.methods.proclaim, "contest", { describe: leaderKey }),
  row(electionService.methods.leader, "contest", { describe: contestName }),
  row(electionService.methods.observe, "contest", { describe: contestName }),
  row(electionService.methods.resign, "contest", { describe: leaderKey }),
];

const clusterRows = [
  row(cluster.memberAdd, "root", {
    describe: ({ peerURLs, isLearner }) => ({ peerUrls: shownText(peerURLs.join(",")), isLearner }),
  }),
  row(cluster.memberRemove, "root", { describe: ({ id }) => ({ member: idText(id) }) }),
  row(cluster.memberUpdate, "root", {
    describe: ({ id, peerURLs }) => ({ member: idText(id), peerUrls: shownText(peerURLs.join(",")) }),
  }),
  row(cluster.memberPromote, "root", { describe: memberId }),
  row(cluster.memberList, "user"),
];

const maintenanceRows = [
  row(maintenance.alarm, "root", {
    judge: (view, principal, { action }) =>
      action === AlarmAction.GET ? view.authorizeUser(principal) : view.authorizeAdmin(principal),
    admin: ({ action }) => action !== AlarmAction.GET,
    describe: ({ action, alarm }) => ({ action, alarm }),
  }),
  // Clients choose an endpoint by it before they log in.
  row(maintenance.status, "public"),
  row(maintenance.defragment, "root"),
  row(maintenance.hash, "root"),
  row(maintenance.hashKV, "root"),
  row(maintenance.snapshot, "root"),
  row(maintenance.moveLeader, "root", { describe: ({ targetID }) => ({ member: idText(targetID) }) }),
  row(maintenance.downgrade, "root", {
    describe: ({ action, version }) => ({ action, version: shownText(version) }),
  }),
];

const authRows = [
  row(auth.authenticate, "public", { describe: userName }),
  row(auth.authStatus, "root", { admin: false }),
  row(auth.authEnable, "root"),
  row(auth.authDisable, "root"),
  row(auth.userAdd, "root", { describe: userName }),
  row(auth.userGet, "own", {
    judge: (view, principal, { name }) => view.authorizeUserGet(principal, name),
    describe: userName,
  }),
  row(auth.userList, "root", { admin: false }),
  row(auth.userDelete, "root", { describe: userName }),
  row(auth.userChangePassword, "root", { describe: userName }),
  row(auth.userGrantRole, "root", {
    describe: ({ user, role }) => ({ user: shownText(user), role: shownText(role) }),
  }),
  row(auth.userRevokeRole, "root", {
    describe: ({ name, role }) => ({ user: shownText(name), role: shownText(role) }),
  }),
  row(auth.roleAdd, "root", { describe: ({ name }) => ({ role: shownText(name) }) }),
  row(auth.roleGet, "own", {
    judge: (view, principal, { role }) => view.authorizeRoleGet(principal, role),
    describe: ({ role }) => ({ role: shownText(role) }),
  }),
  row(auth.roleList, "root", { admin: false }),
  row(auth.roleDelete, "root", { describe: ({ role }) => ({ role: shownText(role) }) }),
  row(auth.roleGrantPermission, "root", {
    describe: ({ name, perm }) => ({
      role: shownText(name),
      ...(perm === null ? {} : { permission: perm.permType, ...describeRange(perm) }),
    }),
  }),
  row(auth.roleRevokePermission, "root", {
    describe: ({ role, key, rangeEnd }) => ({ role: shownText(role), ...describeRange({ key, rangeEnd }) }),
  }),
];

const healthRows = [row(healthService.methods.check, "public"), row(healthService.methods.watch, "public")];

const rules: ReadonlyMap<string, AccessRule> = new Map(
  [
    ...keyRows,
    ...leaseRows,
    ...contestRows,
    ...clusterRows,
    ...maintenanceRows,
    ...authRows,
    ...healthRows,
  ].map((rule) => [rule.path, rule]),
);

/** The row of a method; null if it has none. */
export function accessRow(path: string): AccessRule | null {
  return rules.get(path) ?? null;
}

/** The rule of a method: its row, or that of what only root may. */
export function accessRule(path: string): AccessRule {
  return rules.get(path) ?? closedRow(path);
}
