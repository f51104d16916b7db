/**
 * The choice of an endpoint: stay with one as long as it serves, leave it for one that is not known to be bad.
 */

import { backOffMs } from "./back-off.ts";
import { ClientError } from "./client-error.ts";
import { Endpoint } from "./endpoint.ts";
import type { Settings } from "./settings.ts";

const none: ReadonlySet<Endpoint> = new Set();

/** See the module. */
export class Balancer {
  readonly endpoints: readonly Endpoint[];
  readonly #settings: Settings;
  #preferredIndex: number;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.endpoints = settings.addresses.map((address) => new Endpoint(address, settings));
    this.#preferredIndex = Math.floor(settings.random() * this.endpoints.length);
  }

  /**
   * The preferred endpoint if it is not suspect; otherwise the first after it, in the order given, that is not, and that
   * one is preferred from then on; if all are suspect, the one that was so for the longest. Those in `tried` come last.
   */
  pick(tried: ReadonlySet<Endpoint> = none): Endpoint {
    const nowMs = this.#settings.clock.nowMs();
    const count = this.endpoints.length;
    let best = this.#preferredIndex;
    let bestCost = Infinity;
    for (let step = 0; step < count; step += 1) {
      const index = (this.#preferredIndex + step) % count;
      const endpoint = this.#at(index);
      const suspectMs = Math.max(0, endpoint.suspectUntilMs - nowMs);
      const cost = suspectMs + (tried.has(endpoint) ? triedCostMs : 0);
      if (cost >= bestCost) continue;
      best = index;
      bestCost = cost;
    }
    if (bestCost === 0) this.#preferredIndex = best;
    return this.#at(best);
  }

  /** The endpoint of a URL as it was given. Throws ClientError `invalid` if there is none. */
  find(url: string): Endpoint {
    const found = this.endpoints.find((endpoint) => endpoint.url === url.replace(/\/+$/, ""));
    if (found !== undefined) return found;
    throw new ClientError("invalid", `"${url}" is none of the endpoints of this client`);
  }

  /** The endpoint has served. */
  succeeded(endpoint: Endpoint): void {
    if (endpoint.failures === 0) return;
    endpoint.failures = 0;
    endpoint.suspectUntilMs = 0;
    this.#settings.emit({ type: "endpoint-recovered", endpoint: endpoint.url });
  }

  /** The endpoint has not served, for a reason that is its own. */
  failed(endpoint: Endpoint, error: ClientError): void {
    endpoint.failures += 1;
    endpoint.suspectUntilMs =
      this.#settings.clock.nowMs() + suspectMsMin + backOffMs(endpoint.failures, this.#settings.random);
    if (endpoint.failures > 1) return;
    this.#settings.emit({ type: "endpoint-failed", endpoint: endpoint.url, error });
  }

  /** Ends all connections. */
  close(): void {
    for (const endpoint of this.endpoints) endpoint.close();
  }

  #at(index: number): Endpoint {
    const endpoint = this.endpoints[index];
    if (endpoint === undefined) throw new Error(`no endpoint ${index}`);
    return endpoint;
  }
}

/** More than any endpoint is suspect for. */
const triedCostMs = 1e9;
/** A bad endpoint is left alone for at least so long if there are others. */
const suspectMsMin = 500;
