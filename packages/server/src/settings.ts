/**
 * What a server is told. The command maps etcd's flags to these; see its README for defaults that differ.
 */

import type { AuthSettings } from "./auth/auth-settings.ts";

/** TLS of a listener; files are read again when they change. */
export type TlsSettings = {
  readonly certFile: string;
  readonly keyFile: string;
  /** Authorities of peers' or clients' certificates. */
  readonly caFile: string | null;
  /** Whether a certificate is demanded. */
  readonly clientCertAuth: boolean;
  readonly crlFile: string | null;
  readonly allowedCn: readonly string[];
  readonly allowedHostnames: readonly string[];
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
  readonly cipherSuites: readonly string[];
};

/** One member of a new cluster, or of the one to join. */
export type InitialMember = { readonly name: string; readonly peerUrls: readonly string[] };

/** Everything about one server. Times in milliseconds, sizes in bytes. */
export type ServerSettings = {
  readonly name: string;
  readonly dataDir: string;
  /** Where the log goes; null: in the data directory. */
  readonly walDir: string | null;
  readonly clusterToken: string;
  readonly initialCluster: readonly InitialMember[];
  readonly clusterState: "new" | "existing";
  readonly listenPeerUrls: readonly string[];
  readonly advertisePeerUrls: readonly string[];
  readonly listenClientUrls: readonly string[];
  readonly advertiseClientUrls: readonly string[];
  /** Where only /metrics and /health are served, besides the client URLs. */
  readonly listenMetricsUrls: readonly string[];
  readonly heartbeatMs: number;
  /** Election timeouts are drawn from [min, max]. */
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
  /** Entries between two cuts of the log, and entries kept behind one. */
  readonly snapshotEntries: number;
  readonly catchUpEntries: number;
  /** 0: etcd's default of 2 GiB; negative: none. */
  readonly quotaBytes: number;
  readonly txnOpsMax: number;
  readonly requestBytesMax: number;
  readonly concurrentStreamsMax: number;
  /** A client that pings more often than this, or without a call, is told to go away. */
  readonly keepaliveMinMs: number;
  /** The server pings a silent connection after this, and closes it when no answer comes in time. 0: never. */
  readonly keepaliveIntervalMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly clientTls: TlsSettings | null;
  readonly peerTls: TlsSettings | null;
  readonly gateway: boolean;
  readonly corsOrigins: readonly string[];
  readonly hostWhitelist: readonly string[];
  /** `off`, every so many milliseconds, or keep so many revisions. */
  readonly autoCompaction:
    | { readonly mode: "off" }
    | { readonly mode: "periodic"; readonly retentionMs: number }
    | { readonly mode: "revision"; readonly retention: number };
  readonly watchProgressIntervalMs: number;
  readonly strictReconfigCheck: boolean;
  readonly learnersMax: number;
  /** 0: no periodic check. */
  readonly corruptCheckMs: number;
  readonly initialCorruptCheck: boolean;
  readonly forceNewCluster: boolean;
  readonly leaseReads: boolean;
  readonly metrics: "basic" | "extensive";
  readonly pprof: boolean;
  readonly auth: AuthSettings;
  readonly slowRequestMs: number;
};
