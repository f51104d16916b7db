/**
 * A server's life: from settings to the exit code.
 */

import { readFileSync } from "node:fs";
import { memberIdOf } from "@quorate/member";
import { type Server, type ServerSettings, startServer } from "@quorate/server";
import { CommandError } from "../command-error.ts";
import { ExitCode } from "../exit-code.ts";
import { readVersions } from "../version-text.ts";
import type { Given } from "./assignment.ts";
import { type AuditLog, openAuditLog } from "./audit-log.ts";
import { hasData, prepareDirectories } from "./data-directory.ts";
import { EventLog } from "./event-log.ts";
import { type Log, openLog } from "./log.ts";
import type { LogTarget } from "./log-settings.ts";
import { readSettings, type ServeSettings } from "./settings.ts";
import { startFailure } from "./start-failure.ts";
import { StopRequest } from "./stop-request.ts";

/**
 * Runs a server until it is told to stop or ends by itself; then the process ends.
 * @throws CommandError if it cannot start
 */
export async function serve(given: Given): Promise<void> {
  const settings = readSettings(given, hasData, readFileSync);
  const { server: serverSettings } = settings;
  prepareDirectories(serverSettings.dataDir, serverSettings.walDir);
  const events = new EventLog(firstMembers(serverSettings));
  const log = openLog(settings.log, {
    node: serverSettings.name,
    position: () => events.position,
    isColoured,
  });
  events.open(log);
  const audit = settings.audit === null ? null : openAuditLog(settings.audit, log);
  process.on("SIGHUP", () => audit?.reopen());
  const stop = new StopRequest(log);
  endOnBugs(log);
  tellStart(log, settings);
  const exitCode = await live(settings, log, audit, events, stop);
  await Promise.all([log.drain(), audit?.drain()]);
  process.exit(exitCode);
}

/** A bug ends the member: its state in memory cannot be trusted any more, what is on disk can. */
function endOnBugs(log: Log): void {
  process.on("uncaughtException", (error) => {
    log.write("fatal", `a bug, please report it: ${error.message}`, { stack: error.stack });
    log.flushNow();
    process.exit(ExitCode.memberFailed);
  });
}

function tellStart(log: Log, { server, notices }: ServeSettings): void {
  const versions = readVersions();
  log.write("info", "starting", {
    quorate: versions.quorate,
    etcd: versions.etcd,
    commit: versions.commit,
    nodeVersion: versions.node,
    platform: versions.platform,
    pid: process.pid,
    dataDir: server.dataDir,
    clientUrls: server.listenClientUrls,
    peerUrls: server.listenPeerUrls,
    initialCluster: server.initialCluster.map(({ name, peerUrls }) => `${name}=${peerUrls.join(",")}`),
    clusterState: server.clusterState,
    heartbeatMs: server.heartbeatMs,
    electionMs: [server.electionMinMs, server.electionMaxMs],
  });
  for (const { level, text } of notices) log.write(level, text);
}

/** Starts, runs and stops. Nothing has been promised to anybody before the start is complete: then a stop needs no order. */
async function live(
  settings: ServeSettings,
  log: Log,
  audit: AuditLog | null,
  events: EventLog,
  stop: StopRequest,
): Promise<ExitCode> {
  const starting = startServer(settings.server, {
    log,
    onEvent: (event) => events.take(event),
    ...(audit === null ? {} : { onAudit: (record) => audit.write(record) }),
    exitOnFailure: false,
  });
  let server: Server | null;
  try {
    server = await Promise.race([starting, stop.asked]);
  } catch (error) {
    return tellFailedStart(log, settings, error);
  }
  if (server === null) return ExitCode.ok;
  const { member } = server.storeMember;
  events.name(() => member.members());
  // As in etcd: without a leader there is nothing to serve but stale reads.
  let error = await Promise.race([server.failed, stop.asked, events.leaderKnown]);
  if (error === undefined) {
    log.write("info", "ready to serve client requests", { clientUrls: server.urls });
    error = await Promise.race([server.failed, stop.asked]);
  }
  if (error instanceof Error) return tellFailedMember(log, settings, error);
  await server.stop();
  log.write("info", "stopped");
  return ExitCode.ok;
}

/** Says it on standard error, one way or the other. */
function tellFailedMember(log: Log, { log: { targets } }: ServeSettings, error: Error): ExitCode {
  log.write("fatal", `the member ended: ${error.message}`);
  if (!targets.some(({ kind }) => kind === "stderr"))
    process.stderr.write(`quorate: the member ended: ${error.message}\n`);
  return ExitCode.memberFailed;
}

/** One line where the person is, and one in the files of the log. */
function tellFailedStart(log: Log, { server, log: { targets } }: ServeSettings, error: unknown): ExitCode {
  const told = startFailure(error, server);
  process.stderr.write(
    `quorate: ${told instanceof CommandError ? told.message : (told.stack ?? told.message)}\n`,
  );
  if (targets.some(({ kind }) => kind === "file")) log.write("fatal", told.message);
  return told instanceof CommandError ? told.exitCode : ExitCode.failure;
}

/** IDs of a new cluster's members follow from token and name; those of others are told when the member has started. */
function firstMembers({
  initialCluster,
  clusterToken,
}: ServerSettings): readonly { readonly id: number; readonly name: string }[] {
  return initialCluster.map(({ name }) => ({ id: memberIdOf(clusterToken, name), name }));
}

function isColoured(target: LogTarget): boolean {
  if (target.kind === "file" || (process.env["NO_COLOR"] ?? "") !== "") return false;
  return target.kind === "stdout" ? process.stdout.isTTY : process.stderr.isTTY;
}
