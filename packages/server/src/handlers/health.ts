/**
 * grpc.health.v1.Health, for the service "" that etcd knows: whether this member serves clients.
 */

import type { HealthCheckRequest, HealthCheckResponse } from "@quorate/etcd-api";
import { healthService, ServingStatus } from "@quorate/etcd-api";
import type { CallContext, ResponseSink } from "../rpc/call.ts";
import type { Router } from "../rpc/router.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { ServerCore } from "./core.ts";
import { aborted } from "./request-stream.ts";

/** Registers the service. */
export function registerHealth(router: Router, core: ServerCore): void {
  const { methods } = healthService;
  router.unary(methods.check, (request) => {
    if (request.service !== "") throw new RpcError(RpcCode.notFound, "unknown service");
    return { status: servingStatus(core) };
  });
  router.serverStream(methods.watch, (request, context, sink) => watch(core, request, context, sink));
}

/** A member that was isolated or removed sends its clients elsewhere; one without a leader still answers what it can. */
function servingStatus(core: ServerCore): ServingStatus {
  const { isIsolated, isRemoved } = core.storeMember.member.health();
  return isIsolated || isRemoved ? ServingStatus.NOT_SERVING : ServingStatus.SERVING;
}

/** Tells the status at once, then its changes. */
async function watch(
  core: ServerCore,
  request: HealthCheckRequest,
  context: CallContext,
  sink: ResponseSink<HealthCheckResponse>,
): Promise<void> {
  const { signal } = context;
  let told: ServingStatus | null = null;
  const tell = (): void => {
    const status = request.service === "" ? servingStatus(core) : ServingStatus.SERVICE_UNKNOWN;
    if (status === told) return;
    told = status;
    sink.write({ status });
  };
  tell();
  const unsubscribe = core.storeMember.member.subscribe(({ source }) => {
    // Told in a turn of its own: inside of an event nothing may be asked of the member.
    if (source === "member") core.clock.defer(tell);
  });
  try {
    await aborted(signal);
  } finally {
    unsubscribe();
  }
  throw signal.reason;
}
