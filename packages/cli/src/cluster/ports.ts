/**
 * Ports of this machine's loopback interface.
 */

import { once } from "node:events";
import { createServer } from "node:net";

/** Those of the ports that something else listens on. */
export async function takenPorts(ports: readonly number[]): Promise<readonly number[]> {
  const taken = await Promise.all(ports.map(async (port) => ((await tryPort(port)) === null ? port : null)));
  return taken.filter((port) => port !== null);
}

/** So many different ports that are free now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const found = await tryPort(0);
    if (found === null) throw new Error("there is no free port on 127.0.0.1");
    ports.add(found);
  }
  return [...ports];
}

/** Listens for a moment; null if the port is taken. */
async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true });
    await once(server, "listening");
    const address = server.address();
    return address === null || typeof address === "string" ? null : address.port;
  } catch {
    return null;
  } finally {
    server.close();
  }
}
