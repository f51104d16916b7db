/**
 * A million keys of 256 bytes in a three-member cluster: `npm run bench:million [-- --keys N]`. Prints how long it took, what
 * the members' memory came to, and how fast a member is back after `kill -9`.
 */

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Client, connect, op } from "@quorate/client";
import { ProcessCluster, type ServerProcess } from "../test/acceptance/process-cluster.ts";

const batchKeys = 100;
const inFlight = 32;
const value = new Uint8Array(256).fill(120);

async function fill(client: Client, keys: number): Promise<void> {
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < keys) {
      const from = next;
      next += batchKeys;
      const puts = Array.from({ length: Math.min(batchKeys, keys - from) }, (_, position) =>
        op.put(`million/${String(from + position).padStart(9, "0")}`, value),
      );
      await client
        .txn()
        .do(...puts)
        .commit();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, write));
}

/** Resident memory, and the JavaScript heap as the member's metrics tell it, in MiB. */
async function memory(member: ServerProcess): Promise<string> {
  const status = readFileSync(`/proc/${member.child?.pid}/status`, "utf8");
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  const metrics = await (await fetch(`${member.clientUrl}/metrics`)).text();
  const heap = Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1] ?? Number.NaN) / 2 ** 20;
  return `${member.name}: heap ${heap.toFixed(0)} MiB, resident ${resident.toFixed(0)} MiB (with the mapped database), at most ${peak.toFixed(0)} MiB`;
}

const { values } = parseArgs({ options: { keys: { type: "string", default: "1000000" } } });
const keys = Number(values.keys);
const cluster = await ProcessCluster.start("quorate");
try {
  const client = await connect({
    endpoints: cluster.members.map(({ clientUrl }) => clientUrl),
    requestTimeoutMs: 30_000,
  });
  const begunAtMs = performance.now();
  await fill(client, keys);
  const seconds = (performance.now() - begunAtMs) / 1000;
  const count = await client.count({ prefix: "million/" });
  process.stdout.write(`${count} keys in ${seconds.toFixed(1)} s, ${(keys / seconds).toFixed(0)} keys/s\n`);
  for (const member of cluster.members) process.stdout.write(`${await memory(member)}\n`);
  await client.close();
  const [member] = cluster.members;
  if (member !== undefined) {
    await cluster.signal(member, "SIGKILL");
    const killedAtMs = performance.now();
    await cluster.startMember(member);
    const readyMs = performance.now() - killedAtMs;
    await using alone = await connect({ endpoints: [member.clientUrl] });
    const found = await alone.count({ prefix: "million/" });
    const answeredMs = performance.now() - killedAtMs;
    process.stdout.write(
      `${member.name} after kill -9: ready after ${readyMs.toFixed(0)} ms, counted ${found} keys, linearizably, after ${answeredMs.toFixed(0)} ms\n${await memory(member)}\n`,
    );
  }
} finally {
  await cluster.stop();
}
