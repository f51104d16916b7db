/**
 * Members over TCP on the local machine, with clocks that the test moves.
 */

import type { NodeId, Random } from "@quorate/raft";
import type { TransportEvent } from "../src/event.ts";
import { TcpTransport, type TcpTransportOptions } from "../src/tcp-transport.ts";
import type { TlsOptions } from "../src/tls-identity.ts";
import type { Transport } from "../src/transport.ts";
import type { ContractMember, ContractMemberOptions, ContractNetwork } from "./contract-network.ts";
import { eventually, turns } from "./eventually.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordingMember, type RequestHandler } from "./recording-member.ts";

export const clusterId = 0xdead_beef_0123_4567n;

/** Always the largest value: the longest delay. */
export const largest: Random = { below: (bound) => bound - 1 };

export type TcpMemberOptions = ContractMemberOptions & {
  readonly clusterId?: bigint;
  readonly tls?: TlsOptions;
  readonly versions?: TcpTransportOptions["versions"];
  readonly port?: number;
};

/** A member with its transport, what that told the member, and what it told its sink. */
export class TcpMember implements ContractMember {
  readonly id: NodeId;
  readonly tcp: TcpTransport;
  readonly transport: Transport;
  readonly clock: ManualClock;
  readonly events: TransportEvent[];
  readonly messages: RecordingMember["messages"];
  readonly unreachable: RecordingMember["unreachable"];
  readonly snapshotResults: RecordingMember["snapshotResults"];
  readonly progress: RecordingMember["progress"];
  readonly #recorder: RecordingMember;

  constructor(recorder: RecordingMember, tcp: TcpTransport, events: TransportEvent[]) {
    this.id = recorder.id;
    this.tcp = tcp;
    this.transport = recorder.transport;
    this.clock = recorder.clock;
    this.events = events;
    this.messages = recorder.messages;
    this.unreachable = recorder.unreachable;
    this.snapshotResults = recorder.snapshotResults;
    this.progress = recorder.progress;
    this.#recorder = recorder;
  }

  /** How it answers requests from now on. */
  get handler(): RequestHandler {
    return this.#recorder.handler;
  }

  set handler(handler: RequestHandler) {
    this.#recorder.handler = handler;
  }

  set inquiryHandler(handler: RecordingMember["inquiryHandler"]) {
    this.#recorder.inquiryHandler = handler;
  }

  /** Its events of one kind. */
  of<K extends TransportEvent["kind"]>(kind: K): Extract<TransportEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<TransportEvent, { kind: K }> => event.kind === kind);
  }

  get address(): string {
    return `127.0.0.1:${this.tcp.port}`;
  }
}

export class TcpNetwork implements ContractNetwork {
  readonly members: Map<NodeId, TcpMember> = new Map();

  async add(id: NodeId, options: TcpMemberOptions = {}): Promise<TcpMember> {
    const clock = new ManualClock();
    const events: TransportEvent[] = [];
    const { incarnation = id, limits = {}, tombstones = [], wallAheadMs = 0, port = 0 } = options;
    const tcp = await TcpTransport.listen({
      clusterId: options.clusterId ?? clusterId,
      self: id,
      incarnation,
      listen: { host: "127.0.0.1", port },
      clock,
      wallNow: () => 1_000_000 + clock.now() + wallAheadMs,
      random: largest,
      limits,
      tombstones,
      tls: options.tls ?? null,
      onEvent: (event) => events.push(event),
      ...(options.versions === undefined ? {} : { versions: options.versions }),
    });
    const recorder = new RecordingMember(id, tcp, clock, options);
    const member = new TcpMember(recorder, tcp, events);
    tcp.start(recorder);
    this.members.set(id, member);
    return member;
  }

  addresses(): Map<NodeId, readonly string[]> {
    return new Map([...this.members.values()].map((member) => [member.id, [member.address]]));
  }

  settle(condition: () => boolean): Promise<void> {
    return eventually(condition);
  }

  exhaust(): Promise<void> {
    return turns();
  }

  async close(): Promise<void> {
    for (const member of this.members.values()) await member.tcp.close();
  }
}
