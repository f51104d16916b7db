/**
 * Who may call what: every method of every service, asked by nobody, with a wrong token, by a user without permissions, by
 * one with them, and by root. A method without a row here, or in the server's own table, fails.
 */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  AlarmAction,
  authService,
  clusterService,
  electionService,
  healthService,
  kvService,
  LeaderKey,
  leaseService,
  lockService,
  type Method,
  maintenanceService,
  PutRequest,
  RequestOp,
  services,
  watchService,
} from "@quorate/etcd-api";
import { accessRow } from "../src/auth/access-table.ts";
import { toRpcError } from "../src/rpc/error-table.ts";
import type { RpcError } from "../src/rpc/rpc-error.ts";
import { authKit, loginAs, passwordOf } from "./auth-kit.ts";
import { bytesOf, type ServerKit } from "./server-kit.ts";
import type { CallOptions } from "./test-call.ts";
import { create } from "./watch-messages.ts";

/** Who asks, in the order of the columns. */
const askers = ["nobody", "wrong token", "nora", "rita", "root"] as const;
type Asker = (typeof askers)[number];

/**
 * Expected answers, a letter per asker: `+` not refused by authentication, `E` user name is empty, `T` invalid auth token,
 * `D` permission denied, `F` authentication failed, `N` there is no such service here.
 */
type Row = readonly [method: Method, answers: string, request: (asker: Asker) => object];

const bytes = bytesOf;
const kv = kvService.methods;
const lease = leaseService.methods;
const cluster = clusterService.methods;
const maintenance = maintenanceService.methods;
const auth = authService.methods;
const election = electionService.methods;

const users = "ETD++";
const keys = users;
const everyUser = "ET+++";
const root = "ETDD+";
const everybody = "+++++";

/** A name of one's own under the keys that rita may use. */
const place = (asker: Asker): Uint8Array => bytes(`a/${asker}`);
const key = bytes("a1");

const rows: readonly Row[] = [
  [kv.range, keys, () => ({ key })],
  [kv.rangeStream, "NNNNN", () => ({ key })],
  [kv.put, keys, () => ({ key, value: bytes("v") })],
  [kv.deleteRange, keys, () => ({ key: bytes("a2") })],
  [kv.txn, keys, () => ({ success: [op({ case: "requestPut", value: PutRequest.create({ key }) })] })],
  [kv.compact, root, () => ({ revision: 1 })],
  [watchService.methods.watch, keys, () => create({ key })],
  [lease.leaseGrant, everyUser, () => ({ ttl: 100 })],
  [lease.leaseKeepAlive, everyUser, () => ({ id: 77n })],
  [lease.leaseTimeToLive, users, () => ({ id: 77n, keys: true })],
  [lease.leaseLeases, everyUser, () => ({})],
  [lease.leaseRevoke, users, () => ({ id: 77n })],
  [lockService.methods.lock, keys, (asker) => ({ name: place(asker) })],
  [lockService.methods.unlock, keys, (asker) => ({ key: place(asker) })],
  [election.campaign, keys, (asker) => ({ name: bytes(`a/e/${asker}`), value: bytes("v") })],
  [election.proclaim, keys, () => ({ leader: LeaderKey.create({ key }), value: bytes("v") })],
  [election.leader, keys, () => ({ name: bytes("a/e/rita") })],
  [election.observe, keys, () => ({ name: bytes("a/e/rita") })],
  [election.resign, keys, () => ({ leader: LeaderKey.create({ key }) })],
  [cluster.memberAdd, root, () => ({ peerURLs: ["nonsense"] })],
  [cluster.memberRemove, root, () => ({ id: 1n })],
  [cluster.memberUpdate, root, () => ({ id: 1n, peerURLs: ["http://x:1"] })],
  [cluster.memberPromote, root, () => ({ id: 1n })],
  [cluster.memberList, everyUser, () => ({})],
  [maintenance.alarm, root, () => ({ action: AlarmAction.DEACTIVATE })],
  [maintenance.alarm, everyUser, () => ({ action: AlarmAction.GET })],
  [maintenance.status, everybody, () => ({})],
  [maintenance.defragment, root, () => ({})],
  [maintenance.hash, root, () => ({})],
  [maintenance.hashKV, root, () => ({})],
  [maintenance.snapshot, root, () => ({})],
  [maintenance.moveLeader, root, () => ({ targetID: 1n })],
  [maintenance.downgrade, root, () => ({ action: 2 })],
  [healthService.methods.check, everybody, () => ({})],
  [healthService.methods.watch, everybody, () => ({})],
  [auth.authenticate, everybody, () => ({ name: "nora", password: passwordOf("nora") })],
  [auth.authStatus, root, () => ({})],
  [auth.authEnable, root, () => ({})],
  [auth.userAdd, root, () => ({ name: "new", password: "x" })],
  [auth.userGet, "ETD++", () => ({ name: "rita" })],
  [auth.userList, root, () => ({})],
  [auth.userDelete, root, () => ({ name: "new" })],
  [auth.userChangePassword, root, () => ({ name: "nobody", password: "x" })],
  [auth.userGrantRole, root, () => ({ user: "nobody", role: "ab" })],
  [auth.userRevokeRole, root, () => ({ name: "nobody", role: "ab" })],
  [auth.roleAdd, root, () => ({ name: "new" })],
  [auth.roleGet, "ETD++", () => ({ role: "ab" })],
  [auth.roleList, root, () => ({})],
  [auth.roleDelete, root, () => ({ role: "new" })],
  [auth.roleGrantPermission, root, () => ({ name: "nothing" })],
  [auth.roleRevokePermission, root, () => ({ role: "nothing" })],
  // The last of all: afterwards nobody is asked who it is.
  [auth.authDisable, root, () => ({})],
];

function op(request: NonNullable<RequestOp["request"]>): RequestOp {
  return RequestOp.create({ request });
}

/** A letter for a status. */
function letterOf(status: RpcError | null): string {
  if (status === null) return "+";
  const text = `${status.code} ${status.message}`;
  const letters: Readonly<Record<string, string>> = {
    "3 etcdserver: user name is empty": "E",
    "16 etcdserver: invalid auth token": "T",
    "7 etcdserver: permission denied": "D",
    "3 etcdserver: authentication failed, invalid user ID or password": "F",
  };
  return status.code === 12 ? "N" : (letters[text] ?? "+");
}

describe("who may call what", () => {
  let kit: ServerKit;
  const options = new Map<Asker, CallOptions>();

  before(async () => {
    kit = await authKit();
    const server = kit.server();
    options.set("nobody", {}).set("wrong token", { metadata: { token: "abcdefghijklmnop.1" } });
    for (const name of ["nora", "rita", "root"] as const) options.set(name, await loginAs(server, name));
    const rita = options.get("rita") as CallOptions;
    await server.call(lease.leaseGrant, { id: 77n, ttl: 1000 }, rita);
    await server.call(kv.put, { key: bytes("a7"), lease: 77n }, rita);
  });
  after(() => {
    kit.servers.clear();
  });

  async function ask(method: Method, asker: Asker, request: object): Promise<string> {
    const server = kit.server();
    const who = options.get(asker) ?? {};
    if (!method.clientStreams && !method.serverStreams) {
      return kit.time.run(
        server.begin(method, request, who).response.then(
          () => "+",
          (error: unknown) => letterOf(toRpcError(error)),
        ),
      );
    }
    const stream = server.stream(method, who).send(request);
    await kit.time.until(() => stream.isEnded || stream.received.length > 0, 500);
    const [first] = stream.received as { readonly canceled?: boolean; readonly cancelReason?: string }[];
    if (first?.canceled === true) {
      const match = /^rpc error: code = \w+ desc = (.*)$/.exec(first.cancelReason ?? "");
      const text = match?.[1] ?? "";
      if (text.includes("permission denied")) return "D";
      if (text.includes("user name is empty")) return "E";
      return text.includes("invalid auth token") ? "T" : "+";
    }
    if (!stream.isEnded) {
      stream.cancel();
      return "+";
    }
    return letterOf(await stream.ended);
  }

  for (const [position, [method, answers, request]] of rows.entries()) {
    it(`${position + 1} ${method.path}`, async () => {
      let told = "";
      for (const asker of askers) told += await ask(method, asker, request(asker));
      assert.equal(told, answers, `answers to ${askers.join(", ")}`);
    });
  }

  it("is said of every method of every service, here and in the server's table", () => {
    const listed = new Set(rows.map(([{ path }]) => path));
    const all = services.flatMap((service) => Object.values<Method>(service.methods));
    assert.deepEqual(
      all.filter(({ path }) => !listed.has(path)).map(({ path }) => path),
      [],
    );
    assert.deepEqual(
      all.filter(({ path }) => accessRow(path) === null).map(({ path }) => path),
      [],
    );
  });
});
