/**
 * Whole servers in this process, on loopback, with their data in a directory that goes with the test file.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authSettingsDefault } from "../src/auth/auth-settings.ts";
import type { ServerSettings } from "../src/settings.ts";
import { type Server, type ServerOptions, startServer } from "../src/start-server.ts";
import { closeLater } from "./front-fixture.ts";

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** A directory that goes with the test file. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quorate-server-"));
  closeLater(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Settings of a cluster of one, in a new directory. */
export async function singleSettings(changes: Partial<ServerSettings> = {}): Promise<ServerSettings> {
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  return {
    name: "a",
    dataDir: await temporaryDirectory(),
    walDir: null,
    clusterToken: "test",
    initialCluster: [{ name: "a", peerUrls: [peerUrl] }],
    clusterState: "new",
    listenPeerUrls: [peerUrl],
    advertisePeerUrls: [peerUrl],
    listenClientUrls: ["http://127.0.0.1:0"],
    advertiseClientUrls: ["http://127.0.0.1:2379"],
    listenMetricsUrls: [],
    heartbeatMs: 50,
    electionMinMs: 150,
    electionMaxMs: 300,
    snapshotEntries: 10_000,
    catchUpEntries: 5000,
    quotaBytes: 0,
    txnOpsMax: 128,
    requestBytesMax: 1_572_864,
    concurrentStreamsMax: 4_294_967_295,
    keepaliveMinMs: 5000,
    keepaliveIntervalMs: 7_200_000,
    keepaliveTimeoutMs: 20_000,
    clientTls: null,
    peerTls: null,
    gateway: true,
    corsOrigins: ["*"],
    hostWhitelist: ["*"],
    autoCompaction: { mode: "off" },
    watchProgressIntervalMs: 600_000,
    strictReconfigCheck: true,
    learnersMax: 1,
    corruptCheckMs: 0,
    initialCorruptCheck: false,
    forceNewCluster: false,
    leaseReads: false,
    metrics: "extensive",
    pprof: false,
    slowRequestMs: 0,
    // The cheapest that bcrypt has: tests are no attackers.
    auth: { ...authSettingsDefault, bcryptCost: 4 },
    ...changes,
  };
}

/** A server that is stopped with the test file, if not before. */
export async function startTestServer(
  settings: ServerSettings,
  options: ServerOptions = {},
): Promise<Server> {
  const server = await startServer(settings, { exitOnFailure: false, ...options });
  closeLater(() => server.stop());
  return server;
}
