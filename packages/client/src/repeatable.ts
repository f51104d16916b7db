/**
 * What may be sent twice: calls that change nothing. And what cannot be served without a leader.
 */

import {
  AlarmAction,
  type AlarmRequest,
  authService,
  clusterService,
  electionService,
  healthService,
  kvService,
  leaseService,
  type Method,
  maintenanceService,
  type TxnRequest,
} from "@quorate/etcd-api";

/** Getting a token changes nothing that anybody sees. */
const readPaths: ReadonlySet<string> = new Set(
  [
    kvService.methods.range,
    kvService.methods.rangeStream,
    leaseService.methods.leaseTimeToLive,
    leaseService.methods.leaseLeases,
    clusterService.methods.memberList,
    maintenanceService.methods.status,
    maintenanceService.methods.hash,
    maintenanceService.methods.hashKV,
    authService.methods.authStatus,
    authService.methods.authenticate,
    authService.methods.userGet,
    authService.methods.userList,
    authService.methods.roleGet,
    authService.methods.roleList,
    electionService.methods.leader,
    healthService.methods.check,
  ].map(({ path }) => path),
);

/** Whether sending the request a second time does no harm, whatever became of the first. */
export function isRepeatable(method: Pick<Method, "path">, request: object): boolean {
  if (readPaths.has(method.path)) return true;
  if (method.path === kvService.methods.txn.path) return isReadOnly(request as TxnRequest);
  if (method.path === maintenanceService.methods.alarm.path)
    return (request as AlarmRequest).action === AlarmAction.GET;
  return false;
}

/** Those of the lease and cluster services that need no leader are local to a member, or have to work without. */
const leaderPaths: ReadonlySet<string> = new Set(
  [
    kvService.methods.range,
    kvService.methods.rangeStream,
    kvService.methods.put,
    kvService.methods.deleteRange,
    kvService.methods.txn,
    kvService.methods.compact,
    leaseService.methods.leaseGrant,
    leaseService.methods.leaseRevoke,
    leaseService.methods.leaseTimeToLive,
  ].map(({ path }) => path),
);

/**
 * Whether the call is of no use at a member without a leader. Such a member would let it wait for seconds and then answer
 * with a timeout, which leaves the outcome open; told beforehand, it refuses at once.
 */
export function needsLeader(method: Pick<Method, "path">, request: object): boolean {
  return leaderPaths.has(method.path) && !("serializable" in request && request.serializable === true);
}

function isReadOnly(txn: TxnRequest): boolean {
  return [...txn.success, ...txn.failure].every(({ request }) => {
    if (request === null || request.case === "requestRange") return true;
    return request.case === "requestTxn" && isReadOnly(request.value);
  });
}
