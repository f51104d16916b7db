/**
 * From values to what a server is told: etcd's rules, and what cannot be together.
 */

import { join } from "node:path";
import type { InitialMember, ServerSettings } from "@quorate/server";
import { usageError } from "../command-error.ts";
import type { Given, Notice } from "./assignment.ts";
import { type AuditTarget, readAuditTarget, readAuth } from "./auth-settings.ts";
import { FlagValues, parseSwitch } from "./flag-values.ts";
import { type LogSettings, readLogSettings } from "./log-settings.ts";
import { checkStandings } from "./standing.ts";
import { readTiming } from "./timing-settings.ts";
import { readClientTls, readPeerTls } from "./tls-settings.ts";
import { areSamePlaces, isHttps, isUnspecified, readMembers, readUrls } from "./urls.ts";

/** Everything that a start needs. */
export type ServeSettings = {
  readonly server: ServerSettings;
  readonly log: LogSettings;
  /** Where the audit log goes; null: nowhere. */
  readonly audit: AuditTarget | null;
  /** To be told when the log is open. */
  readonly notices: readonly Notice[];
};

/** Whether a directory has a member's data: then `--initial-…` flags say nothing any more. */
export type HasData = (dataDir: string, walDir: string | null) => boolean;

/** Reads a file that a flag names. Throws the system's error. */
export type ReadFile = (path: string) => Uint8Array;

type Addresses = Pick<
  ServerSettings,
  | "name"
  | "listenPeerUrls"
  | "advertisePeerUrls"
  | "listenClientUrls"
  | "advertiseClientUrls"
  | "listenMetricsUrls"
>;

/** @throws CommandError with what was given, why it cannot be, and what to do */
export function readSettings(given: Given, hasData: HasData, readFile: ReadFile): ServeSettings {
  const values = new FlagValues(given.assignments);
  const notices: Notice[] = [...given.notices, ...checkStandings(given.assignments)];
  const addresses = readAddresses(values, notices);
  const dataDir = values.has("data-dir") ? values.text("data-dir") : join(`${addresses.name}.etcd`);
  if (dataDir === "") throw usageError(`${values.shown("data-dir")}: it must name a directory`);
  const walDir = values.text("wal-dir") || null;
  const initialCluster = readInitialCluster(values, addresses, hasData(dataDir, walDir));
  const server: ServerSettings = {
    ...addresses,
    dataDir,
    walDir,
    clusterToken: values.text("initial-cluster-token"),
    initialCluster,
    clusterState: values.choice("initial-cluster-state", ["new", "existing"]),
    ...readTiming(values),
    ...readBounds(values),
    ...readFront(values),
    clientTls: readClientTls(values, addresses.listenClientUrls, notices),
    peerTls: readPeerTls(values, addresses.listenPeerUrls, notices),
    autoCompaction: readAutoCompaction(values),
    watchProgressIntervalMs: values.durationMs("watch-progress-notify-interval"),
    strictReconfigCheck: values.isOn("strict-reconfig-check"),
    corruptCheckMs: values.durationMs("corrupt-check-time"),
    initialCorruptCheck: values.isOn("initial-corrupt-check") || readGates(values, notices),
    forceNewCluster: false,
    leaseReads: values.isOn("lease-reads"),
    auth: readAuth(values, readFile),
  };
  return { server, log: readLogSettings(values), audit: readAuditTarget(values), notices };
}

function readAddresses(values: FlagValues, notices: Notice[]): Addresses {
  const name = values.text("name");
  if (name === "" || /[=,\s]/.test(name))
    throw usageError(
      `${values.shown("name")}: it must have at least one character, and no "=", comma or space`,
    );
  if (values.has("listen-client-urls") && !values.has("advertise-client-urls")) {
    throw usageError(
      `${values.shown("listen-client-urls")} needs --advertise-client-urls too: where can clients reach this member?`,
    );
  }
  const addresses = {
    name,
    listenPeerUrls: needed(values, "listen-peer-urls"),
    advertisePeerUrls: needed(values, "initial-advertise-peer-urls"),
    listenClientUrls: needed(values, "listen-client-urls"),
    advertiseClientUrls: needed(values, "advertise-client-urls"),
    listenMetricsUrls: readUrls(values, "listen-metrics-urls"),
  };
  checkPeerSchemes(values, addresses);
  for (const flag of ["initial-advertise-peer-urls", "advertise-client-urls"] as const) {
    if (!readUrls(values, flag).some(isUnspecified)) continue;
    notices.push({
      level: "warn",
      text: `${values.shown(flag)} names all interfaces, which nobody on another machine can connect to; give an address of this machine`,
    });
  }
  return addresses;
}

function needed(values: FlagValues, name: Parameters<typeof readUrls>[1]): readonly string[] {
  const urls = readUrls(values, name);
  if (urls.length === 0) throw usageError(`${values.shown(name)}: it must name at least one URL`);
  return urls;
}

/** Members speak TLS with everybody or with nobody. */
function checkPeerSchemes(values: FlagValues, addresses: Addresses): void {
  if (addresses.listenPeerUrls.length > 1) {
    throw usageError(
      `${values.shown("listen-peer-urls")}: members are listened for at one address only; give one, or http://0.0.0.0:2380 for all interfaces`,
    );
  }
  const isTls = addresses.listenPeerUrls.some(isHttps);
  if (addresses.advertisePeerUrls.every((url) => isHttps(url) === isTls)) return;
  throw usageError(
    `${values.shown("initial-advertise-peer-urls")} and ${values.shown("listen-peer-urls")}: both must be https://, or both http://`,
  );
}

function readInitialCluster(values: FlagValues, self: Addresses, hasData: boolean): readonly InitialMember[] {
  if (!values.has("initial-cluster") || values.text("initial-cluster") === "")
    return [{ name: self.name, peerUrls: self.advertisePeerUrls }];
  const members = readMembers(values, "initial-cluster");
  const own = members.find(({ name }) => name === self.name);
  // As in etcd: what a member is told about its beginning counts only at its beginning. Its data name the others.
  if (hasData) return own === undefined ? [{ name: self.name, peerUrls: self.advertisePeerUrls }] : members;
  if (own === undefined) {
    throw usageError(
      `${values.shown("initial-cluster")} does not have this member, ${values.shown("name")}; add ${self.name}=${self.advertisePeerUrls[0]}, or correct the name`,
    );
  }
  if (!areSamePlaces(own.peerUrls, self.advertisePeerUrls)) {
    throw usageError(
      `--initial-cluster has ${self.name}=${own.peerUrls.join(",")}, but ${values.shown("initial-advertise-peer-urls")}; make them the same`,
    );
  }
  const isTls = self.listenPeerUrls.some(isHttps);
  const stranger = members.find(({ peerUrls }) => peerUrls.some((url) => isHttps(url) !== isTls));
  if (stranger !== undefined) {
    throw usageError(
      `--initial-cluster has ${stranger.name}=${stranger.peerUrls.join(",")}, but ${values.shown("listen-peer-urls")}: all members must use https://, or none`,
    );
  }
  return members;
}

function readBounds(values: FlagValues) {
  return {
    snapshotEntries: values.number("snapshot-count"),
    catchUpEntries: values.number("snapshot-catchup-entries"),
    quotaBytes: values.number("quota-backend-bytes"),
    txnOpsMax: values.number("max-txn-ops"),
    requestBytesMax: values.number("max-request-bytes"),
    concurrentStreamsMax: values.number("max-concurrent-streams"),
    learnersMax: values.number("max-learners"),
  };
}

function readFront(values: FlagValues) {
  const everything = (list: readonly string[]): readonly string[] => (list.length === 0 ? ["*"] : list);
  return {
    keepaliveMinMs: values.durationMs("grpc-keepalive-min-time"),
    keepaliveIntervalMs: values.durationMs("grpc-keepalive-interval"),
    keepaliveTimeoutMs: values.durationMs("grpc-keepalive-timeout"),
    gateway: values.isOn("enable-grpc-gateway"),
    corsOrigins: everything(values.list("cors")),
    hostWhitelist: everything(values.list("host-whitelist")),
    metrics: values.choice("metrics", ["basic", "extensive"]),
    pprof: values.isOn("enable-pprof"),
    slowRequestMs: values.durationMs("warning-unary-request-duration"),
  };
}

const hourMs = 3_600_000;

function readAutoCompaction(values: FlagValues): ServerSettings["autoCompaction"] {
  const text = values.text("auto-compaction-retention");
  const isNumber = /^\d+$/.test(text);
  if (text === "" || (isNumber && Number(text) === 0)) return { mode: "off" };
  if (values.choice("auto-compaction-mode", ["periodic", "revision"]) === "revision") {
    if (!isNumber)
      values.refuse("auto-compaction-retention", "a number of revisions, for the mode is revision");
    return { mode: "revision", retention: values.number("auto-compaction-retention") };
  }
  if (isNumber) return { mode: "periodic", retentionMs: Number(text) * hourMs };
  const retentionMs = values.durationMs("auto-compaction-retention");
  return retentionMs === 0 ? { mode: "off" } : { mode: "periodic", retentionMs };
}

const gatesWithoutEffect = [
  "AllAlpha",
  "AllBeta",
  "CompactHashCheck",
  "LeaseCheckpoint",
  "LeaseCheckpointPersist",
  "SetMemberLocalAddr",
  "StopGRPCServiceOnDefrag",
  "TxnModeWriteWithSharedBuffer",
];

/** etcd's feature gates; whether the initial corruption check is on by them. */
function readGates(values: FlagValues, notices: Notice[]): boolean {
  let isChecked = false;
  const idle: string[] = [];
  for (const gate of values.list("feature-gates")) {
    const [name = "", text = ""] = gate.split("=");
    const isOn = parseSwitch(text);
    const isKnown = name === "InitialCorruptCheck" || gatesWithoutEffect.includes(name);
    if (isOn === null || !isKnown) {
      const known = ["InitialCorruptCheck", ...gatesWithoutEffect].join(", ");
      throw usageError(
        `${values.shown("feature-gates")}: "${gate}" must be NAME=true or NAME=false; known are ${known}`,
      );
    }
    if (name === "InitialCorruptCheck") isChecked = isOn;
    else idle.push(name);
  }
  if (idle.length > 0)
    notices.push({
      level: "info",
      text: `accepted for etcd's sake, without effect: feature gates ${idle.join(", ")}`,
    });
  return isChecked;
}
