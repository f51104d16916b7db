/**
 * Health, authentication that is off, and the table of errors (reference §1, §6, §7).
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { authService, healthService, ServingStatus, services } from "@quorate/etcd-api";
import { MemberError, type MemberErrorCode } from "@quorate/member";
import { StoreError } from "@quorate/store";
import { etcdError, goStatusText, refusalError, toRpcError } from "../src/rpc/error-table.ts";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";
import { ServerKit } from "./server-kit.ts";

describe("health", () => {
  const { check, watch } = healthService.methods;

  it("is of the service without a name", async () => {
    const kit = await ServerKit.started();
    assert.deepEqual(await kit.server().call(check, {}), { status: ServingStatus.SERVING });
    assert.equal(await kit.server().failure(check, { service: "x" }), "5 unknown service");
  });

  it("is told again when it changes", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = kit.followers;
    assert.ok(follower);
    const stream = follower.stream(watch).send({});
    assert.deepEqual(await kit.take(stream), [{ status: ServingStatus.SERVING }]);
    follower.storeMember.member.isolate(true);
    assert.deepEqual(await kit.take(stream), [{ status: ServingStatus.NOT_SERVING }]);
    assert.deepEqual(await follower.call(check, {}), { status: ServingStatus.NOT_SERVING });
    follower.storeMember.member.isolate(false);
    assert.deepEqual(await kit.take(stream), [{ status: ServingStatus.SERVING }]);
    const unknown = follower.stream(watch).send({ service: "x" });
    assert.deepEqual(await kit.take(unknown), [{ status: ServingStatus.SERVICE_UNKNOWN }]);
    stream.cancel();
    assert.equal((await kit.time.run(stream.ended))?.code, 1);
  });
});

describe("authentication", () => {
  const { authStatus, authDisable, authEnable, authenticate } = authService.methods;

  it("is off", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const { enabled, authRevision, header } = await server.call(authStatus, {});
    assert.deepEqual([enabled, authRevision, header?.memberId], [false, 1, server.id]);
    assert.equal((await server.call(authDisable, {})).header?.memberId, server.id);
    assert.equal(await server.failure(authEnable, {}), "9 etcdserver: root user does not exist");
    const notEnabled = "9 etcdserver: authentication is not enabled";
    assert.equal(await server.failure(authenticate, { name: "a", password: "b" }), notEnabled);
  });
});

describe("the router", () => {
  it("answers every method of every service, RangeStream excepted", async () => {
    const { router } = (await ServerKit.started()).server();
    const missing = services.flatMap(({ methods }) =>
      Object.values(methods).flatMap(({ path }) => (router.find(path) === undefined ? [path] : [])),
    );
    assert.deepEqual(missing, ["/etcdserverpb.KV/RangeStream"]);
  });
});

describe("errors", () => {
  const told = (code: MemberErrorCode, isDefinite: boolean): string => {
    const { code: status, message } = toRpcError(new MemberError(code, isDefinite, "what happened"));
    return `${status} ${message}`;
  };

  it("of the member keep apart what did not happen and what may have", () => {
    const promises = new Set(["14 etcdserver: no leader", "14 etcdserver: leader changed"]);
    const codes = [
      ...(["no-leader", "no-quorum", "transferring", "superseded", "isolated"] as const),
      ...(["timeout", "stopped", "failed", "removed", "too-many-requests", "change-pending"] as const),
    ];
    for (const code of codes)
      assert.equal(promises.has(told(code, false)), false, `${code} of unknown outcome promises too much`);
    assert.equal(told("no-leader", true), "14 etcdserver: no leader");
    assert.equal(told("no-quorum", true), "14 etcdserver: no leader");
    assert.equal(told("superseded", true), "14 etcdserver: leader changed");
    assert.equal(told("transferring", true), "14 etcdserver: leader changed");
    assert.equal(told("timeout", false), "14 etcdserver: request timed out");
    assert.equal(
      told("no-leader", false),
      "14 etcdserver: request timed out, possibly due to previous leader failure",
    );
    assert.equal(told("stopped", false), "14 etcdserver: server stopped");
    assert.equal(told("too-many-requests", true), "8 etcdserver: too many requests");
    assert.equal(told("too-large", true), "3 etcdserver: request is too large");
    assert.equal(told("refused", true), "9 etcdserver: what happened");
  });

  it("of the store and of nobody are told, too", () => {
    assert.equal(refusalError("compacted"), etcdError("compacted"));
    assert.equal(toRpcError(new StoreError("corrupt", "x")), etcdError("corruptCluster"));
    assert.equal(toRpcError(new StoreError("closed", "x")), etcdError("serverStopped"));
    assert.equal(toRpcError(new StoreError("io", "the disk is full")).message, "the disk is full");
    assert.equal(toRpcError(AbortSignal.abort().reason), etcdError("requestCanceled"));
    const own = new RpcError(RpcCode.aborted, "mine");
    assert.equal(toRpcError(own), own);
    const raw = toRpcError(new TypeError("a mistake"));
    assert.deepEqual([raw.code, raw.message], [RpcCode.unknown, "a mistake"]);
    assert.equal(toRpcError("text").message, "text");
  });

  it("print like Go's where a text carries them", () => {
    assert.equal(
      goStatusText(etcdError("permissionDenied")),
      "rpc error: code = PermissionDenied desc = etcdserver: permission denied",
    );
  });
});
