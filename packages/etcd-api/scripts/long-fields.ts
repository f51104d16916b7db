/**
 * How each field of 64 bits appears in TypeScript. The generator refuses a field that is not here, and an entry that is
 * no field.
 *
 * - `id`: a bigint with all its bits, because somebody chose them freely: leases, members, clusters, watches.
 * - `exact`: a number, because a server counted it; a message with more than 2^53 − 1 is refused.
 * - `clamped`: a number that a client gives to be compared with something counted; what is beyond ±(2^53 − 1) is moved
 *   there, and the comparison comes out as it would have.
 */

import type { LongForm } from "../src/message-type.ts";

/** Forms by message and field. */
export const longFields: Readonly<Record<string, Readonly<Record<string, LongForm>>>> = {
  "mvccpb.KeyValue": { create_revision: "exact", mod_revision: "exact", version: "exact", lease: "id" },

  "etcdserverpb.ResponseHeader": {
    cluster_id: "id",
    member_id: "id",
    revision: "exact",
    raft_term: "exact",
  },

  "etcdserverpb.RangeRequest": {
    limit: "clamped",
    revision: "clamped",
    min_mod_revision: "clamped",
    max_mod_revision: "clamped",
    min_create_revision: "clamped",
    max_create_revision: "clamped",
  },
  "etcdserverpb.RangeResponse": { count: "exact" },
  "etcdserverpb.PutRequest": { lease: "id" },
  "etcdserverpb.DeleteRangeResponse": { deleted: "exact" },
  "etcdserverpb.Compare": {
    version: "clamped",
    create_revision: "clamped",
    mod_revision: "clamped",
    lease: "id",
  },
  "etcdserverpb.CompactionRequest": { revision: "clamped" },

  "etcdserverpb.WatchCreateRequest": { start_revision: "clamped", watch_id: "id" },
  "etcdserverpb.WatchCancelRequest": { watch_id: "id" },
  "etcdserverpb.WatchResponse": { watch_id: "id", compact_revision: "exact" },

  "etcdserverpb.LeaseGrantRequest": { TTL: "clamped", ID: "id" },
  "etcdserverpb.LeaseGrantResponse": { ID: "id", TTL: "exact" },
  "etcdserverpb.LeaseRevokeRequest": { ID: "id" },
  "etcdserverpb.LeaseCheckpoint": { ID: "id", remaining_TTL: "exact" },
  "etcdserverpb.LeaseKeepAliveRequest": { ID: "id" },
  "etcdserverpb.LeaseKeepAliveResponse": { ID: "id", TTL: "exact" },
  "etcdserverpb.LeaseTimeToLiveRequest": { ID: "id" },
  "etcdserverpb.LeaseTimeToLiveResponse": { ID: "id", TTL: "exact", grantedTTL: "exact" },
  "etcdserverpb.LeaseStatus": { ID: "id" },

  "etcdserverpb.Member": { ID: "id" },
  "etcdserverpb.MemberRemoveRequest": { ID: "id" },
  "etcdserverpb.MemberUpdateRequest": { ID: "id" },
  "etcdserverpb.MemberPromoteRequest": { ID: "id" },

  "etcdserverpb.AlarmRequest": { memberID: "id" },
  "etcdserverpb.AlarmMember": { memberID: "id" },
  "etcdserverpb.StatusResponse": {
    dbSize: "exact",
    leader: "id",
    raftIndex: "exact",
    raftTerm: "exact",
    raftAppliedIndex: "exact",
    dbSizeInUse: "exact",
    dbSizeQuota: "exact",
  },
  "etcdserverpb.HashKVRequest": { revision: "clamped" },
  "etcdserverpb.HashKVResponse": { compact_revision: "exact", hash_revision: "exact" },
  "etcdserverpb.SnapshotResponse": { remaining_bytes: "exact" },
  "etcdserverpb.MoveLeaderRequest": { targetID: "id" },

  "etcdserverpb.AuthStatusResponse": { authRevision: "exact" },

  "v3lockpb.LockRequest": { lease: "id" },

  "v3electionpb.CampaignRequest": { lease: "id" },
  "v3electionpb.LeaderKey": { rev: "clamped", lease: "id" },
};
