/** Flags about what is stored: bounds, compaction, checks, recovery. */

import { flagsOf } from "../flag.ts";

const limits = flagsOf("Limits");
const upkeep = flagsOf("Upkeep");
const recovery = flagsOf("Recovery");

const noBolt = "the store is not a bolt file";
const ownBatches = "the store chooses its batches by itself";

export const limitFlags = [
  limits.works(
    "quota-backend-bytes",
    "whole",
    "0",
    "size at which writes are refused; 0 for 2 GiB, negative for none",
    {
      least: Number.MIN_SAFE_INTEGER,
    },
  ),
  limits.works("max-txn-ops", "whole", "128", "operations in one transaction", { least: 1 }),
  limits.works("max-request-bytes", "whole", "1572864", "size of one request", { least: 1024 }),
  limits.works("max-concurrent-streams", "whole", "4294967295", "calls at a time on one connection", {
    least: 1,
    most: 4_294_967_295,
  }),
] as const;

export const upkeepFlags = [
  upkeep.works("snapshot-count", "whole", "10000", "entries of the log after which it is cut", { least: 1 }),
  upkeep.works(
    "snapshot-catchup-entries",
    "whole",
    "5000",
    "entries kept behind a cut for members that lag",
    {
      wasExperimental: true,
    },
  ),
  upkeep.works("auto-compaction-mode", "choice", "periodic", "what the retention counts: time or revisions", {
    choices: ["periodic", "revision"],
  }),
  upkeep.works(
    "auto-compaction-retention",
    "text",
    "0",
    "history to keep: hours or a duration (5m), or a number of revisions; 0 for no compaction",
  ),
  upkeep.works(
    "watch-progress-notify-interval",
    "duration",
    "10m",
    "how often a silent watch is told how far it is",
    {
      wasExperimental: true,
      least: 1,
    },
  ),
  upkeep.works("corrupt-check-time", "duration", "0s", "how often members compare their data; 0 for never", {
    wasExperimental: true,
  }),
  upkeep.works(
    "initial-corrupt-check",
    "switch",
    "false",
    "compare the data with the others' before serving",
    {
      wasExperimental: true,
    },
  ),
  upkeep.works(
    "feature-gates",
    "list",
    "",
    "NAME=true|false of etcd's gates; InitialCorruptCheck has an effect",
  ),
  upkeep.accepted("max-wals", "whole", "5", "the log is cut by entries"),
  upkeep.accepted("max-snapshots", "whole", "5", "old snapshots go when a newer one is on disk"),
  upkeep.accepted("memory-mlock", "switch", "false", "a JavaScript heap is not locked into memory", {
    wasExperimental: true,
  }),
  upkeep.accepted("backend-bbolt-freelist-type", "text", "map", noBolt, { wasExperimental: true }),
  upkeep.accepted("backend-batch-interval", "duration", "", ownBatches),
  upkeep.accepted("backend-batch-limit", "whole", "0", ownBatches),
  upkeep.accepted("bootstrap-defrag-threshold-megabytes", "whole", "", noBolt, { wasExperimental: true }),
  upkeep.accepted("compaction-batch-limit", "whole", "1000", ownBatches, { wasExperimental: true }),
  upkeep.accepted("compaction-sleep-interval", "duration", "", ownBatches, { wasExperimental: true }),
  upkeep.accepted("compact-hash-check-enabled", "switch", "false", "see --corrupt-check-time", {
    wasExperimental: true,
  }),
  upkeep.accepted("compact-hash-check-time", "duration", "1m", "see --corrupt-check-time", {
    wasExperimental: true,
  }),
  upkeep.accepted("enable-lease-checkpoint", "switch", "false", "a new leader renews every lease", {
    wasExperimental: true,
  }),
  upkeep.accepted("enable-lease-checkpoint-persist", "switch", "false", "a new leader renews every lease", {
    wasExperimental: true,
  }),
  upkeep.accepted("txn-mode-write-with-shared-buffer", "switch", "true", ownBatches, {
    wasExperimental: true,
  }),
  upkeep.accepted("stop-grpc-service-on-defrag", "switch", "false", "defragmenting does not stop a member", {
    wasExperimental: true,
  }),
  upkeep.accepted("downgrade-check-time", "duration", "", "there is nothing to downgrade to", {
    wasExperimental: true,
  }),
  upkeep.accepted("wait-cluster-ready-timeout", "duration", "5s", "a member serves when it is ready", {
    wasExperimental: true,
  }),
  upkeep.accepted("v2-deprecation", "text", "", "there is no v2 store"),
] as const;

export const recoveryFlags = [
  recovery.refused(
    "force-new-cluster",
    "switch",
    "false",
    "members of the old cluster could come back and disagree; bring a majority back, or, if it is lost for ever, load a new cluster with another --initial-cluster-token from a file of quorate export (survivors still answer quorate get --consistency s)",
  ),
  recovery.refused(
    "unsafe-no-fsync",
    "switch",
    "false",
    "Quorate acknowledges nothing that is not on disk; for tests put --data-dir on a RAM disk",
  ),
  recovery.refused("enable-v2", "switch", "false", "the v2 API is not served; move clients to v3"),
  recovery.refused("enable-v2v3", "text", "", "the v2 API is not served; move clients to v3", {
    wasExperimental: true,
  }),
  recovery.refused("proxy", "text", "off", "Quorate is no proxy; let clients connect to the members"),
] as const;
