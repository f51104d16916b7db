/**
 * What may pass at all: learners refuse most calls, a client may insist on a leader (reference §1), and who calls must be
 * somebody who may (`auth/access-control.ts`).
 */

import type { RangeRequest } from "@quorate/etcd-api";
import { kvService, maintenanceService } from "@quorate/etcd-api";
import type { CallContext } from "../rpc/call.ts";
import { etcdError } from "../rpc/error-table.ts";
import type { Gatekeeper, Route } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";

/** Makes the gatekeeper of a server; the front asks it. */
export function makeGatekeeper(core: ServerCore): Gatekeeper {
  return (route, request, context) => {
    if (core.isLearner && !isForLearners(route, request)) throw etcdError("notSupportedForLearner");
    const version = context.metadata("client-api-version");
    if (version !== null && !isUtf8(version)) throw etcdError("invalidClientApiVersion");
    // Of a stream only its beginning is refused, not each word: see leader-guard.ts.
    if (route.kind === "unary" && wantsLeader(context) && !core.hasLeader) throw etcdError("noLeader");
    return admit(core, route.method.path, request, context);
  };
}

/** Who is refused here is on record; what handlers refuse is so by their routes. */
function admit(core: ServerCore, path: string, request: object, context: CallContext): void | Promise<void> {
  const refuse = (error: unknown): never => {
    core.audit.refused(request, context, error);
    throw error;
  };
  try {
    return core.access.admit(path, request, context)?.catch(refuse);
  } catch (error) {
    return refuse(error);
  }
}

/** Whether the client only wants to be served by a member that knows a leader. */
export function wantsLeader(context: CallContext): boolean {
  return context.metadata("hasleader") === "true";
}

/** A learner answers what needs neither a quorum nor the newest state. */
function isForLearners(route: Route, request: object): boolean {
  const { path } = route.method;
  if (path === kvService.methods.range.path) return (request as RangeRequest).serializable;
  return path === maintenanceService.methods.status.path || path === maintenanceService.methods.snapshot.path;
}

/**
 * Whether a metadata value was UTF-8 on the wire. HTTP/2 libraries hand out each byte as one character; others decode,
 * and what could not be decoded shows as U+FFFD.
 */
function isUtf8(value: string): boolean {
  // The usual case, without allocating.
  if (/^[\x20-\x7e]*$/.test(value)) return true;
  if (value.includes("\ufffd")) return false;
  for (const character of value) if ((character.codePointAt(0) as number) > 0xff) return true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(value, "latin1"));
    return true;
  } catch {
    return false;
  }
}
