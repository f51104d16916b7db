/**
 * Keeping a lease alive.
 */

import { setTimeout as wait } from "node:timers/promises";
import { LeaseKeepAliveRequest, type LeaseKeepAliveResponse, leaseService } from "@quorate/etcd-api";
import { CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { Connection } from "./connection.ts";

/** How long to wait before another try, when the lease has time left. */
const retryMs = 500;

/** Renews the lease once. A TTL of 0 in the answer means that there is no such lease. Throws if nobody answers. */
export async function renewLease(
  connection: Connection,
  id: bigint,
  timeoutMs: number,
): Promise<LeaseKeepAliveResponse> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  try {
    const stream = await connection.duplex(leaseService.methods.leaseKeepAlive, controller.signal);
    stream.send(LeaseKeepAliveRequest.create({ id }));
    for await (const response of stream) return response;
  } catch (cause) {
    if (!controller.signal.aborted) throw cause;
  } finally {
    clearTimeout(timer);
  }
  const why = controller.signal.aborted ? `within ${timeoutMs} ms` : "before the server ended the stream";
  throw new CommandFailure(clientExitCode.failure, `no answer ${why}; check the endpoints`);
}

/**
 * Renews the lease every third of its time and yields each answer, the last of which has a TTL of 0: then it has ended.
 * Ends without that when `signal` is aborted. A renewal that fails is tried again for as long as the lease can live;
 * then it throws.
 */
export async function* keepLeaseAlive(
  connection: Connection,
  id: bigint,
  timeoutMs: number,
  signal: AbortSignal | null = null,
): AsyncGenerator<LeaseKeepAliveResponse, void, undefined> {
  let endMs = 0;
  while (signal?.aborted !== true) {
    const sentMs = performance.now();
    let pauseMs = retryMs;
    try {
      const response = await renewLease(connection, id, timeoutMs);
      yield response;
      if (response.ttl <= 0) return;
      endMs = sentMs + response.ttl * 1000;
      pauseMs = (response.ttl * 1000) / 3;
    } catch (cause) {
      if (performance.now() + retryMs >= endMs) {
        const text = `lease ${id.toString(16)} could not be kept alive: ${messageOf(cause)}`;
        throw new CommandFailure(clientExitCode.failure, text, { cause });
      }
    }
    await wait(pauseMs, undefined, signal === null ? {} : { signal }).catch(() => {});
  }
}
