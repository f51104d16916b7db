/**
 * The etcd v3 API at the wire: message types with their codecs, services, and the JSON mapping of the gateway.
 *
 * Every message is a type and a constant of the same name: `RangeRequest` describes the object, `RangeRequest.create()`
 * makes one, and {@link encode} and {@link decode} take the constant.
 */

export { DecodeError, type DecodeErrorCode } from "./decode-error.ts";
export { Any } from "./gen/any.ts";
export {
  AuthDisableRequest,
  AuthDisableResponse,
  AuthEnableRequest,
  AuthEnableResponse,
  AuthenticateRequest,
  AuthenticateResponse,
  AuthRoleAddRequest,
  AuthRoleAddResponse,
  AuthRoleDeleteRequest,
  AuthRoleDeleteResponse,
  AuthRoleGetRequest,
  AuthRoleGetResponse,
  AuthRoleGrantPermissionRequest,
  AuthRoleGrantPermissionResponse,
  AuthRoleListRequest,
  AuthRoleListResponse,
  AuthRoleRevokePermissionRequest,
  AuthRoleRevokePermissionResponse,
  AuthStatusRequest,
  AuthStatusResponse,
  AuthUserAddRequest,
  AuthUserAddResponse,
  AuthUserChangePasswordRequest,
  AuthUserChangePasswordResponse,
  AuthUserDeleteRequest,
  AuthUserDeleteResponse,
  AuthUserGetRequest,
  AuthUserGetResponse,
  AuthUserGrantRoleRequest,
  AuthUserGrantRoleResponse,
  AuthUserListRequest,
  AuthUserListResponse,
  AuthUserRevokeRoleRequest,
  AuthUserRevokeRoleResponse,
  authService,
} from "./gen/auth.ts";
export {
  clusterService,
  Member,
  MemberAddRequest,
  MemberAddResponse,
  MemberListRequest,
  MemberListResponse,
  MemberPromoteRequest,
  MemberPromoteResponse,
  MemberRemoveRequest,
  MemberRemoveResponse,
  MemberUpdateRequest,
  MemberUpdateResponse,
} from "./gen/cluster.ts";
export {
  CampaignRequest,
  CampaignResponse,
  electionService,
  LeaderKey,
  LeaderRequest,
  LeaderResponse,
  ProclaimRequest,
  ProclaimResponse,
  ResignRequest,
  ResignResponse,
} from "./gen/election.ts";
export { ResponseHeader } from "./gen/header.ts";
export { HealthCheckRequest, HealthCheckResponse, healthService, ServingStatus } from "./gen/health.ts";
export {
  CompactionRequest,
  CompactionResponse,
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  DeleteRangeResponse,
  kvService,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RangeStreamResponse,
  RequestOp,
  ResponseOp,
  SortOrder,
  SortTarget,
  TxnRequest,
  TxnResponse,
} from "./gen/kv.ts";
export {
  LeaseCheckpoint,
  LeaseCheckpointRequest,
  LeaseCheckpointResponse,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseStatus,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  leaseService,
} from "./gen/lease.ts";
export { LockRequest, LockResponse, lockService, UnlockRequest, UnlockResponse } from "./gen/lock.ts";
export {
  AlarmAction,
  AlarmMember,
  AlarmRequest,
  AlarmResponse,
  AlarmType,
  DefragmentRequest,
  DefragmentResponse,
  DowngradeAction,
  DowngradeInfo,
  DowngradeRequest,
  DowngradeResponse,
  DowngradeVersionTestRequest,
  HashKVRequest,
  HashKVResponse,
  HashRequest,
  HashResponse,
  MoveLeaderRequest,
  MoveLeaderResponse,
  maintenanceService,
  SnapshotRequest,
  SnapshotResponse,
  StatusRequest,
  StatusResponse,
} from "./gen/maintenance.ts";
export { Event, EventType, KeyValue } from "./gen/mvcc.ts";
export { messageTypes, services } from "./gen/registry.ts";
export { Status } from "./gen/status.ts";
export { Permission, PermissionType, Role, User, UserAddOptions } from "./gen/user.ts";
export {
  FilterType,
  WatchCancelRequest,
  WatchCreateRequest,
  WatchProgressRequest,
  WatchRequest,
  WatchResponse,
  watchService,
} from "./gen/watch.ts";
export { JsonError } from "./json-error.ts";
export { fromJson, fromJsonText, parseJson } from "./json-input.ts";
export { type JsonObject, type JsonValue, toJson, toJsonText } from "./json-output.ts";
export {
  decode,
  type EnumValues,
  encode,
  type Field,
  type FieldKind,
  type LongForm,
  type MessageType,
} from "./message-type.ts";
export type { Method, Service } from "./service.ts";
export { type DecodeLimits, defaultDecodeLimits, noBytes, WireReader } from "./wire-reader.ts";
