/** Flags about one member: who it is, where it listens, what it joins, and how it keeps time. */

import { flagsOf } from "../flag.ts";

const member = flagsOf("Member");
const cluster = flagsOf("Cluster");
const timing = flagsOf("Timing");

export const memberFlags = [
  member.works("name", "text", "default", "name of this member, unique in the cluster"),
  member.works("data-dir", "path", "${name}.etcd", "where everything is kept; made if it does not exist"),
  member.works("wal-dir", "path", "", "where the log is kept instead, say on a faster disk"),
  member.works("listen-peer-urls", "urls", "http://localhost:2380", "where to listen for members"),
  member.works("listen-client-urls", "urls", "http://localhost:2379", "where to listen for clients"),
  member.works("config-file", "path", "", "read all flags from this YAML file; others are then ignored"),
  member.refused(
    "listen-client-http-urls",
    "urls",
    "",
    "Quorate serves gRPC and HTTP on one port: leave it out, or add its URLs to --listen-client-urls",
  ),
] as const;

export const clusterFlags = [
  cluster.works(
    "initial-advertise-peer-urls",
    "urls",
    "http://localhost:2380",
    "where other members reach this one",
  ),
  cluster.works(
    "advertise-client-urls",
    "urls",
    "http://localhost:2379",
    "where clients are told to reach this member",
  ),
  cluster.works(
    "initial-cluster",
    "members",
    "${name}=${initial-advertise-peer-urls}",
    "all members of the new cluster, or of the one to join",
  ),
  cluster.works("initial-cluster-state", "choice", "new", "`existing` to join a running cluster", {
    choices: ["new", "existing"],
  }),
  cluster.works(
    "initial-cluster-token",
    "text",
    "etcd-cluster",
    "keeps clusters apart; the same for all members",
  ),
  cluster.works(
    "strict-reconfig-check",
    "switch",
    "true",
    "refuse a membership change that would cost the quorum",
  ),
  cluster.works("max-learners", "whole", "1", "learners that the cluster may have at a time", {
    wasExperimental: true,
    least: 1,
  }),
] as const;

export const timingFlags = [
  timing.works("heartbeat-interval", "milliseconds", "100", "between a leader's heartbeats (see below)", {
    least: 1,
  }),
  timing.works(
    "election-timeout",
    "milliseconds",
    "1000",
    "silence of a leader that starts an election (see below)",
    {
      least: 1,
    },
  ),
  timing.own(
    "election-timeout-max",
    "milliseconds",
    "",
    "upper end of the window that election timeouts are drawn from",
    {
      least: 1,
    },
  ),
  timing.own(
    "timing-profile",
    "choice",
    "default",
    "lan: 30 ms, 100-200 ms; default: 50 ms, 150-300 ms; wan: 80 ms, 250-500 ms",
    {
      choices: ["default", "lan", "wan"],
    },
  ),
  timing.own(
    "lease-reads",
    "switch",
    "false",
    "answer linearizable reads from the leader's lease, without a round to a quorum; safe only while clocks run at the same rate",
  ),
  timing.accepted("pre-vote", "switch", "true", "PreVote is always on"),
  timing.accepted("initial-election-tick-advance", "switch", "true", "a start needs no such haste"),
  timing.accepted(
    "raft-read-timeout",
    "duration",
    "5s",
    "links between members time out by measured round trips",
    {
      wasExperimental: true,
    },
  ),
  timing.accepted(
    "raft-write-timeout",
    "duration",
    "5s",
    "links between members time out by measured round trips",
    {
      wasExperimental: true,
    },
  ),
] as const;
