/**
 * Metrics of the member behind the front: etcd's names, so that dashboards made for etcd work, and those that only this
 * store has. What happens often is counted from events; what can be asked is asked when somebody looks.
 */

import type { MemberStatus, SourcedEvent } from "@quorate/member";
import type { StoreMember, StoreStatus } from "@quorate/member/store";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Seconds: powers of two from 0.25 ms to 8 s, of which etcd has those from 1 ms. */
const diskBuckets = Array.from({ length: 16 }, (_, power) => 0.000_25 * 2 ** power);
const roundTripBuckets = Array.from({ length: 14 }, (_, power) => 0.0001 * 2 ** power);
const electionBuckets = [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30];
/** Round trips are looked at so often. */
const sampleMs = 1000;

/** What is fixed for a server. */
export type MemberFacts = {
  readonly memberId: number;
  readonly version: string;
  readonly clusterVersion: string;
  readonly quotaBytes: number;
};

/** See the module. */
export class MemberMetrics {
  private readonly register: Registry;
  private readonly fsync: Histogram;
  private readonly commit: Histogram;
  private readonly elections: Histogram;
  private readonly attempts: Counter;
  private readonly leaderChanges: Counter;
  private readonly etcdLeaderChanges: Counter;
  private readonly failedProposals: Counter;
  private readonly roundTrips: Histogram<"To">;
  private electionSince: number | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(register: Registry) {
    this.register = register;
    const registers = [register];
    const histogram = (name: string, help: string, buckets: number[]): Histogram =>
      new Histogram({ name, help, buckets, registers });
    const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
    this.fsync = histogram(
      "etcd_disk_wal_fsync_duration_seconds",
      "Writing to the log, made durable, per batch.",
      diskBuckets,
    );
    this.commit = histogram(
      "etcd_disk_backend_commit_duration_seconds",
      "Making the state durable, per batch.",
      diskBuckets,
    );
    this.elections = histogram(
      "raft_election_duration_seconds",
      "From the loss of a leader, or the first campaign, to a new leader, as seen here.",
      electionBuckets,
    );
    this.attempts = counter("raft_election_attempts_total", "Campaigns of this member.");
    this.leaderChanges = counter("raft_leader_changes_total", "Leaders that this member has come to know.");
    this.etcdLeaderChanges = counter("etcd_server_leader_changes_seen_total", "The same, by etcd's name.");
    this.failedProposals = counter("etcd_server_proposals_failed_total", "Proposals that were dropped.");
    this.roundTrips = new Histogram({
      name: "etcd_network_peer_round_trip_time_seconds",
      help: "Smoothed round trip to a member, looked at every second.",
      labelNames: ["To"],
      buckets: roundTripBuckets,
      registers,
    });
  }

  /** Takes an event of the member. */
  note({ source, event }: SourcedEvent): void {
    if (source === "member") {
      if (event.kind === "disk-write") this.fsync.observe(event.durationMs / 1000);
      else if (event.kind === "state-flushed") this.commit.observe(event.durationMs / 1000);
      else if (event.kind === "leader-changed") this.noteLeader(event.lead);
    } else if (source === "raft") {
      if (event.kind === "campaign-started") this.noteCampaign();
      else if (event.kind === "proposal-dropped") this.failedProposals.inc();
    }
  }

  /** Adds what can be asked of a running member. */
  attach(storeMember: StoreMember, facts: MemberFacts): void {
    this.exportFacts(facts);
    this.exportStore(storeMember);
    this.exportMember(storeMember);
    this.exportPeers(storeMember);
    this.timer = setInterval(() => this.sample(storeMember), sampleMs);
    this.timer.unref();
  }

  /** Ends the looks. */
  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private noteLeader(lead: number): void {
    if (lead === 0) {
      this.electionSince ??= performance.now();
      return;
    }
    this.leaderChanges.inc();
    this.etcdLeaderChanges.inc();
    if (this.electionSince !== null) this.elections.observe((performance.now() - this.electionSince) / 1000);
    this.electionSince = null;
  }

  private noteCampaign(): void {
    this.attempts.inc();
    this.electionSince ??= performance.now();
  }

  private sample(storeMember: StoreMember): void {
    for (const { id, roundTripMs } of storeMember.member.status().peers) {
      if (roundTripMs !== null) this.roundTrips.observe({ To: hexOf(id) }, roundTripMs / 1000);
    }
  }

  private exportFacts(facts: MemberFacts): void {
    const { memberId, version, clusterVersion, quotaBytes } = facts;
    const registers = [this.register];
    const labelled = (name: string, help: string, label: string, value: string): void => {
      new Gauge({ name, help, labelNames: [label], registers }).set({ [label]: value }, 1);
    };
    labelled("etcd_server_id", "This member's ID, as a label.", "server_id", hexOf(memberId));
    labelled("etcd_server_version", "The version that is reported.", "server_version", version);
    labelled("etcd_cluster_version", "The version of the cluster.", "cluster_version", clusterVersion);
    new Gauge({
      name: "etcd_server_quota_backend_bytes",
      help: "Quota of the store; 0: none.",
      registers,
    }).set(quotaBytes);
  }

  private exportStore(storeMember: StoreMember): void {
    const gauges: Readonly<Record<string, readonly [string, (status: StoreStatus) => number]>> = {
      etcd_server_has_leader: ["Whether a leader is known.", ({ hasLeader }) => Number(hasLeader)],
      etcd_server_is_leader: ["Whether this member leads.", ({ isLeader }) => Number(isLeader)],
      etcd_server_is_learner: ["Whether this member is a learner.", ({ isLearner }) => Number(isLearner)],
      etcd_server_proposals_committed_total: [
        "Index of the last committed entry.",
        (status) => status.commitIndex,
      ],
      etcd_server_proposals_applied_total: [
        "Index of the last applied entry.",
        (status) => status.appliedIndex,
      ],
      etcd_mvcc_db_total_size_in_bytes: ["Size of the store's file.", ({ dbSizeBytes }) => dbSizeBytes],
      etcd_mvcc_db_total_size_in_use_in_bytes: ["Of it, what is in use.", ({ dbInUseBytes }) => dbInUseBytes],
      etcd_debugging_mvcc_current_revision: ["Current revision.", ({ revision }) => revision],
      etcd_debugging_mvcc_compact_revision: [
        "Compacted revision.",
        (status) => Math.max(0, status.compactRevision),
      ],
      etcd_debugging_mvcc_watcher_total: ["Watches.", ({ watches }) => watches],
      quorate_leases: ["Leases that exist.", ({ leases }) => leases],
      quorate_alarms: ["Alarms that are on.", ({ alarms }) => alarms.length],
      quorate_durable_index: ["Index up to which the state is durable.", ({ durableIndex }) => durableIndex],
      raft_term: ["Term of this member.", ({ term }) => term],
    };
    const read = cached(() => storeMember.status());
    for (const [name, [help, value]] of Object.entries(gauges)) this.gauge(name, help, () => value(read()));
  }

  private exportMember({ member }: StoreMember): void {
    const read = cached(() => member.status());
    const gauges: Readonly<Record<string, readonly [string, (status: MemberStatus) => number]>> = {
      etcd_server_proposals_pending: [
        "Entries not committed yet.",
        ({ lastIndex, commit }) => lastIndex - commit,
      ],
      quorate_quorum_lost: ["Whether a majority is missing.", ({ hasLostQuorum }) => Number(hasLostQuorum)],
      quorate_disk_stalled: [
        "Whether the disk does not answer.",
        ({ isDiskStalled }) => Number(isDiskStalled),
      ],
      quorate_isolated: ["Whether an administrator isolated it.", ({ isIsolated }) => Number(isIsolated)],
      quorate_apply_lag: ["Committed entries not applied here.", ({ commit, applied }) => commit - applied],
    };
    for (const [name, [help, value]] of Object.entries(gauges)) this.gauge(name, help, () => value(read()));
  }

  private exportPeers({ member }: StoreMember): void {
    const read = cached(() => member.status());
    const perPeer = (
      name: string,
      help: string,
      value: (peer: MemberStatus["peers"][number], status: MemberStatus) => number | null,
    ): void => {
      const gauge: Gauge<"To"> = new Gauge({
        name,
        help,
        labelNames: ["To"],
        registers: [this.register],
        collect: () => {
          gauge.reset();
          const status = read();
          for (const peer of status.peers) {
            const now = peer.health === "self" ? null : value(peer, status);
            if (now !== null) gauge.set({ To: hexOf(peer.id) }, now);
          }
        },
      });
    };
    perPeer(
      "quorate_peer_replication_lag_entries",
      "Entries that a member lags behind the leader.",
      (peer, status) => (peer.match === null ? null : status.lastIndex - peer.match),
    );
    perPeer("quorate_peer_clock_offset_seconds", "How far its clock is ahead of this member's.", (peer) =>
      peer.clockOffsetMs === null ? null : peer.clockOffsetMs / 1000,
    );
    perPeer("quorate_peer_round_trip_seconds", "Smoothed round trip.", (peer) =>
      peer.roundTripMs === null ? null : peer.roundTripMs / 1000,
    );
    perPeer("etcd_network_active_peers", "Whether a member answers.", (peer) =>
      Number(peer.health === "alive"),
    );
  }

  private gauge(name: string, help: string, value: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.register],
      collect: () => gauge.set(value()),
    });
  }
}

/** Member IDs as everybody prints them. */
function hexOf(id: number): string {
  return id.toString(16);
}

/** One look for all metrics of one scrape. */
function cached<T>(read: () => T): () => T {
  let value: { readonly now: T } | null = null;
  return () => {
    if (value === null) {
      value = { now: read() };
      setImmediate(() => {
        value = null;
      });
    }
    return value.now;
  };
}
