/**
 * Looking after members and their data. What is about one member takes `endpoint` among its options.
 */

import {
  AlarmAction,
  type AlarmMember,
  AlarmRequest,
  DefragmentRequest,
  HashKVRequest,
  type HashKVResponse,
  MoveLeaderRequest,
  maintenanceService,
  SnapshotRequest,
  type SnapshotResponse,
  StatusRequest,
  type StatusResponse,
} from "@quorate/etcd-api";
import type { Caller, CallOptions } from "./caller.ts";
import { ClientError, toClientError } from "./client-error.ts";

const { methods } = maintenanceService;

/** What an endpoint says of itself, or why it does not. */
export type EndpointStatus =
  | { readonly endpoint: string; readonly status: StatusResponse; readonly error: null }
  | { readonly endpoint: string; readonly status: null; readonly error: ClientError };

/** Calls about single members and their data. All throw ClientError. */
export class Maintenance {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** What a member says of itself. */
  status(options: CallOptions = {}): Promise<StatusResponse> {
    return this.#caller.unary(methods.status, StatusRequest.create(), options);
  }

  /** All endpoints at once, each asked once. Never rejects. */
  statuses(options: Omit<CallOptions, "endpoint"> = {}): Promise<EndpointStatus[]> {
    return Promise.all(
      this.#caller.balancer.endpoints.map(async ({ url: endpoint }): Promise<EndpointStatus> => {
        try {
          const status = await this.status({ once: true, ...options, endpoint });
          return { endpoint, status, error: null };
        } catch (error) {
          return { endpoint, status: null, error: toClientError(error) };
        }
      }),
    );
  }

  /**
   * A member's data, to be stored as a backup: blobs to be put behind each other, the last of which is a check sum over the
   * others. Read at the pace at which it is taken.
   */
  snapshot(options: CallOptions = {}): AsyncGenerator<SnapshotResponse, void, undefined> {
    return this.#caller.serverStream(methods.snapshot, SnapshotRequest.create(), options);
  }

  /** Gives space that a member has freed back to its disk. It may serve nobody meanwhile; no limit of time by default. */
  async defragment(options: CallOptions = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? Infinity;
    await this.#caller.unary(methods.defragment, DefragmentRequest.create(), { ...options, timeoutMs });
  }

  /** A check sum over a member's keys up to a revision (0: the newest), to be compared with another's. */
  hashKv(revision = 0, options: CallOptions = {}): Promise<HashKVResponse> {
    return this.#caller.unary(methods.hashKV, HashKVRequest.create({ revision }), options);
  }

  /** Alarms that are raised. */
  async alarms(options: CallOptions = {}): Promise<readonly AlarmMember[]> {
    const request = AlarmRequest.create({ action: AlarmAction.GET });
    return (await this.#caller.unary(methods.alarm, request, options)).alarms;
  }

  /** Takes an alarm back; without one, all of them. Returns those that were taken back. */
  async disarm(alarm?: AlarmMember, options: CallOptions = {}): Promise<readonly AlarmMember[]> {
    // A server takes back one at a time: what stands for "all" there is nobody's alarm.
    const raised = alarm === undefined ? await this.alarms(options) : [alarm];
    const disarmed: AlarmMember[] = [];
    for (const { memberID, alarm: type } of raised) {
      const request = AlarmRequest.create({ action: AlarmAction.DEACTIVATE, memberID, alarm: type });
      disarmed.push(...(await this.#caller.unary(methods.alarm, request, options)).alarms);
    }
    return disarmed;
  }

  /** Makes another member the leader. Only the leader takes the call: without `endpoint` it is looked for. */
  async moveLeader(memberId: bigint, options: CallOptions = {}): Promise<void> {
    const endpoint = options.endpoint ?? (await this.#leaderEndpoint(options));
    const request = MoveLeaderRequest.create({ targetID: memberId });
    await this.#caller.unary(methods.moveLeader, request, { ...options, endpoint });
  }

  async #leaderEndpoint({ timeoutMs, signal }: CallOptions): Promise<string> {
    const statuses = await this.statuses({ timeoutMs, signal });
    const leader = statuses.find(
      ({ status }) => status !== null && status.leader === status.header?.memberId,
    );
    if (leader !== undefined) return leader.endpoint;
    const remedy = "name all members among the endpoints";
    throw new ClientError("no-leader", "none of the endpoints is the leader's", { remedy });
  }
}
