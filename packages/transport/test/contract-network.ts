/**
 * What the transport contract needs of a network, and what its tests share.
 */

import assert from "node:assert/strict";
import type { NodeId } from "@quorate/raft";
import type { TcpLimits } from "../src/limits.ts";
import type { SnapshotSink, SnapshotSource } from "../src/snapshot-stream.ts";
import type { PeerAddresses } from "../src/transport.ts";
import { TransportError } from "../src/transport-error.ts";
import type { RecordingMember } from "./recording-member.ts";

export type ContractMemberOptions = {
  readonly incarnation?: number;
  readonly limits?: Partial<TcpLimits>;
  readonly tombstones?: readonly NodeId[];
  readonly source?: SnapshotSource;
  readonly sink?: SnapshotSink;
  /** What its wall clock shows beyond its monotonic one. */
  readonly wallAheadMs?: number;
};

/** What the contract sees of a member under test. */
export type ContractMember = Pick<
  RecordingMember,
  "id" | "transport" | "clock" | "messages" | "unreachable" | "snapshotResults" | "handler"
>;

/** A network under test. */
export type ContractNetwork = {
  /** Starts a member without peers. */
  add(id: NodeId, options?: ContractMemberOptions): Promise<ContractMember>;
  /** Where all members are. */
  addresses(): PeerAddresses;
  /** Moves everything until the condition holds. */
  settle(condition: () => boolean): Promise<void>;
  /** Moves everything that can move: for "and nothing else happens". */
  exhaust(): Promise<void>;
  /** Ends all members. */
  close(): Promise<void>;
};

export type Body = (network: ContractNetwork) => Promise<void>;

export type Test = (title: string, body: Body) => void;

/** Two members that know each other and are connected. */
export async function pair(
  network: ContractNetwork,
  options: ContractMemberOptions = {},
): Promise<[ContractMember, ContractMember]> {
  const one = await network.add(1, options);
  const two = await network.add(2, options);
  await introduce(network, one, two);
  return [one, two];
}

export async function introduce(network: ContractNetwork, ...members: ContractMember[]): Promise<void> {
  for (const member of members) member.transport.setPeers(network.addresses());
  await network.settle(() => members.every((each) => members.every((other) => isConnected(each, other))));
}

export function isConnected(from: ContractMember, to: ContractMember): boolean {
  return from === to || from.transport.stats(to.id)?.connected === true;
}

export async function failure(promise: Promise<unknown>): Promise<TransportError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof TransportError, String(error));
    return error;
  }
  return assert.fail("it should have failed");
}
