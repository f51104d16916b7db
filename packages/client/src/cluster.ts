/**
 * Members of the cluster.
 */

import {
  clusterService,
  type Member,
  MemberAddRequest,
  MemberListRequest,
  MemberPromoteRequest,
  MemberRemoveRequest,
  MemberUpdateRequest,
} from "@quorate/etcd-api";
import type { Caller, CallOptions } from "./caller.ts";
import { ClientError } from "./client-error.ts";

const { methods } = clusterService;

/** Calls about the members. All throw ClientError. */
export class Cluster {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Everybody. `isLinearizable` (default true): not as one member thinks, but as the majority knows. */
  async members(
    options: CallOptions & { readonly isLinearizable?: boolean } = {},
  ): Promise<readonly Member[]> {
    const request = MemberListRequest.create({ linearizable: options.isLinearizable ?? true });
    return (await this.#caller.unary(methods.memberList, request, options)).members;
  }

  /** Adds a member that is going to be started; as a learner, it has no vote until it is promoted. */
  async add(
    peerURLs: readonly string[],
    options: CallOptions & { readonly isLearner?: boolean } = {},
  ): Promise<Member> {
    const request = MemberAddRequest.create({ peerURLs, isLearner: options.isLearner ?? false });
    const { member } = await this.#caller.unary(methods.memberAdd, request, options);
    if (member === null) throw new ClientError("internal", "no member was told", { outcome: "unknown" });
    return member;
  }

  /** Takes a member out, for good: its ID never comes back. */
  async remove(id: bigint, options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.memberRemove, MemberRemoveRequest.create({ id }), options);
  }

  /** Tells the others where a member is from now on. */
  async update(id: bigint, peerURLs: readonly string[], options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.memberUpdate, MemberUpdateRequest.create({ id, peerURLs }), options);
  }

  /** Gives a learner that has caught up its vote. */
  async promote(id: bigint, options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.memberPromote, MemberPromoteRequest.create({ id }), options);
  }
}
