/**
 * What browsers may do: cross-origin requests (CORS), and the names that this server answers to.
 *
 * The second is against DNS rebinding: a page whose name is made to point at this machine sends its own name as Host, and
 * is refused unless that name is on the list.
 */

import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { respondText } from "./http-respond.ts";

/** See the module. */
export class OriginGuard {
  private readonly origins: ReadonlySet<string>;
  private readonly hosts: ReadonlySet<string>;

  /** `*` in a list stands for everything; an empty list of hosts, too, and an empty list of origins for nothing. */
  constructor(origins: readonly string[], hosts: readonly string[]) {
    this.origins = new Set(origins);
    this.hosts = new Set(hosts.map((host) => host.toLowerCase()));
  }

  /** Adds the headers; true if the request was answered here. */
  handles(request: HttpRequest, response: HttpResponse): boolean {
    if (!this.allowsHost(hostOf(request))) {
      respondText(response, 421, "this server does not go by the host name that was asked for\n");
      return true;
    }
    const { origin } = request.headers;
    const isAnyone = this.origins.has("*");
    if (isAnyone || (typeof origin === "string" && this.origins.has(origin))) {
      response.setHeader("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE");
      response.setHeader("access-control-allow-origin", isAnyone ? "*" : (origin as string));
      response.setHeader("access-control-allow-headers", "accept, content-type, authorization");
      if (!isAnyone) response.setHeader("vary", "Origin");
    }
    if (request.method !== "OPTIONS") return false;
    respondText(response, 200, "");
    return true;
  }

  private allowsHost(host: string): boolean {
    if (this.hosts.size === 0 || this.hosts.has("*") || host === "") return true;
    if (this.hosts.has(host.toLowerCase())) return true;
    // An address cannot be rebound; etcd lets these through as well.
    return host === "localhost" || /^[\d.]+$/.test(host) || host.includes(":");
  }
}

/** The host that the client asked for, without its port. */
function hostOf(request: HttpRequest): string {
  const value = request.headers[":authority"] ?? request.headers.host ?? "";
  const text = Array.isArray(value) ? (value[0] ?? "") : value;
  return /^\[([^\]]*)\]/.exec(text)?.[1] ?? text.replace(/:\d*$/, "");
}
