/**
 * Which requests the audit log has: see `audit.ts` for what a record is.
 *
 * Handlers know nothing of it: routes are wrapped once, when they are registered. While nobody wants records, routes stay as
 * they are.
 */

import { authService } from "@quorate/etcd-api";
import type { CallContext, ResponseSink } from "../rpc/call.ts";
import { etcdError, toRpcError } from "../rpc/error-table.ts";
import type { Route } from "../rpc/router.ts";
import { RpcCode, type RpcError } from "../rpc/rpc-error.ts";
import { accessRule } from "./access-table.ts";
import { type AuditOutcome, type AuditSink, traceIdOf } from "./audit.ts";

/** Refusals that say who may do what, besides PERMISSION_DENIED and UNAUTHENTICATED; shared objects of the table. */
const denials: ReadonlySet<RpcError> = new Set([
  etcdError("userNameEmpty"),
  etcdError("oldAuthRevision"),
  etcdError("authenticationFailed"),
]);

/** See the module. */
export class AuditTrail {
  private readonly sink: AuditSink | null;

  /** Null: nobody wants records. */
  constructor(sink: AuditSink | null) {
    this.sink = sink;
  }

  /** A request was refused before a handler saw it, or on a stream. Refusals of other kinds are no affair of this log. */
  refused(request: object, context: CallContext, error: unknown): void {
    if (this.sink === null) return;
    const status = toRpcError(error);
    if (isDenial(status)) this.write("denied", request, context, outcomeOf(status));
  }

  /** The route, with its administrative and its denied requests on record. */
  audited(route: Route): Route {
    if (this.sink === null) return route;
    switch (route.kind) {
      case "unary": {
        const { method, handle } = route;
        return {
          kind: "unary",
          method,
          handle: (request, context) => this.unary(request, context, () => handle(request, context)),
        };
      }
      case "server-stream": {
        const { method, handle } = route;
        return {
          kind: "server-stream",
          method,
          handle: (request, context, sink: ResponseSink<object>) =>
            this.settled(request, context, () => handle(request, context, sink)),
        };
      }
      // Each message passes the gatekeeper, and watches tell themselves.
      case "duplex":
        return route;
    }
  }

  private unary(
    request: object,
    context: CallContext,
    run: () => object | Promise<object>,
  ): object | Promise<object> {
    let response: object | Promise<object>;
    try {
      response = run();
    } catch (error) {
      this.failed(request, context, error);
      throw error;
    }
    if (response instanceof Promise) return this.settled(request, context, async () => response);
    this.succeeded(request, context);
    return response;
  }

  private async settled<Value>(
    request: object,
    context: CallContext,
    run: () => Promise<Value>,
  ): Promise<Value> {
    try {
      const value = await run();
      this.succeeded(request, context);
      return value;
    } catch (error) {
      this.failed(request, context, error);
      throw error;
    }
  }

  private succeeded(request: object, context: CallContext): void {
    if (accessRule(context.path).isAdministrative(request)) this.write("admin", request, context, "ok");
  }

  private failed(request: object, context: CallContext, error: unknown): void {
    const status = toRpcError(error);
    if (isDenial(status) || isThrottledLogin(context, status))
      this.write("denied", request, context, outcomeOf(status));
    else if (accessRule(context.path).isAdministrative(request))
      this.write("admin", request, context, outcomeOf(status));
  }

  private write(
    event: "denied" | "admin",
    request: object,
    context: CallContext,
    outcome: AuditOutcome,
  ): void {
    const { identity, certificateName } = context;
    this.sink?.({
      event,
      user: identity?.user ?? null,
      by: identity?.by ?? null,
      certificate: certificateName,
      method: context.path.replace(/^\//, ""),
      what: accessRule(context.path).describe(request),
      outcome,
      peer: context.peer,
      via: context.via,
      traceId: traceIdOf(context.metadata("traceparent")),
    });
  }
}

function isDenial(status: RpcError): boolean {
  const { code } = status;
  return code === RpcCode.permissionDenied || code === RpcCode.unauthenticated || denials.has(status);
}

/** Somebody who guesses passwords: that is worth a line, other requests that come too fast are not. */
function isThrottledLogin({ path }: CallContext, status: RpcError): boolean {
  return status === etcdError("tooManyRequests") && path === authService.methods.authenticate.path;
}

function outcomeOf({ code, message }: RpcError): AuditOutcome {
  return { code, text: message };
}
