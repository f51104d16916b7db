/**
 * Begins a call, by gRPC or through the gateway: what its headers ask for, or the status that refuses it.
 */

import type { Route, Router } from "../rpc/router.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import { type CallCodec, protobufCodec } from "./call-codec.ts";
import { type CallEnvironment, statusOf } from "./call-environment.ts";
import type { CallConnection, CallReceiver, CallWire } from "./call-wire.ts";
import { type Decompress, decompressorOf } from "./compression.ts";
import { parseTimeout } from "./grpc-text.ts";
import { jsonCodec } from "./json-codec.ts";
import { RequestContext } from "./request-context.ts";
import { StreamCall } from "./stream-call.ts";
import { UnaryCall } from "./unary-call.ts";

/** Headers of a call that the front itself looks at. */
export type CallHead = {
  readonly path: string;
  readonly timeout: string | null;
  readonly encoding: string | null;
  /** Names and values by turns, names in lower case. */
  readonly rawHeaders: readonly string[];
};

/** Makes the call of a stream; null: it was refused, and the stream has its status. */
export function acceptCall(
  environment: CallEnvironment,
  router: Router,
  head: CallHead,
  connection: CallConnection,
  wire: CallWire,
): CallReceiver | null {
  return begin(environment, head.path, wire, () => {
    const route = router.find(head.path);
    if (route === undefined) throw unknownMethod(router, head.path);
    const decompress = decompressorOf(head.encoding);
    const context = new RequestContext(
      head.path,
      "grpc",
      timeoutOf(head.timeout),
      head.rawHeaders,
      connection,
    );
    return makeCall(environment, route, protobufCodec, context, wire, decompress);
  });
}

/** Makes a call of the gateway, whose metadata are names and values by turns. */
export function acceptJsonCall(
  environment: CallEnvironment,
  route: Route,
  head: Pick<CallHead, "timeout" | "rawHeaders">,
  peer: string,
  wire: CallWire,
): CallReceiver | null {
  return begin(environment, route.method.path, wire, () => {
    const connection = { peer, certificateName: null };
    const timeoutMs = timeoutOf(head.timeout);
    const context = new RequestContext(route.method.path, "gateway", timeoutMs, head.rawHeaders, connection);
    return makeCall(environment, route, jsonCodec, context, wire, null);
  });
}

function begin(
  environment: CallEnvironment,
  path: string,
  wire: CallWire,
  make: () => CallReceiver,
): CallReceiver | null {
  try {
    const { refusal } = environment.gate;
    if (refusal !== null) throw refusal;
    return make();
  } catch (error) {
    const { code, message } = statusOf(environment, path, error);
    wire.end(null, code, message);
    return null;
  }
}

function makeCall(
  environment: CallEnvironment,
  route: Route,
  codec: CallCodec,
  context: RequestContext,
  wire: CallWire,
  decompress: Decompress | null,
): CallReceiver {
  if (route.kind === "unary") return new UnaryCall(environment, route, codec, context, wire, decompress);
  const call = new StreamCall(environment, route, codec, context, wire, decompress);
  call.start();
  return call;
}

function timeoutOf(text: string | null): number | null {
  if (text === null) return null;
  const timeoutMs = parseTimeout(text);
  if (timeoutMs === null) throw new RpcError(RpcCode.internal, `malformed grpc-timeout: "${text}"`);
  if (timeoutMs === 0) throw new RpcError(RpcCode.deadlineExceeded, "context deadline exceeded");
  return timeoutMs;
}

function unknownMethod(router: Router, path: string): RpcError {
  const slash = path.lastIndexOf("/");
  if (!path.startsWith("/") || slash === 0) {
    return new RpcError(RpcCode.unimplemented, `malformed method name: "${path}"`);
  }
  const service = path.slice(1, slash);
  const method = path.slice(slash + 1);
  const isKnown = Array.from(router.all()).some((route: Route) =>
    route.method.path.startsWith(`/${service}/`),
  );
  return new RpcError(
    RpcCode.unimplemented,
    isKnown ? `unknown method ${method} for service ${service}` : `unknown service ${service}`,
  );
}
