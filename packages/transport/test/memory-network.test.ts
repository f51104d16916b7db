import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NodeId } from "@quorate/raft";
import { type Envelope, MemoryNetwork } from "../src/memory-network.ts";
import { TransportError } from "../src/transport-error.ts";
import type { ContractMemberOptions, ContractNetwork } from "./contract-network.ts";
import { eventually, turns } from "./eventually.ts";
import { ManualClock } from "./manual-clock.ts";
import { contentOf, MemorySink, MemorySource } from "./memory-snapshots.ts";
import { heartbeat, snapshotMessage } from "./messages.ts";
import { RecordingMember } from "./recording-member.ts";
import { describeTransportContract } from "./transport-contract.ts";

class MemoryContractNetwork implements ContractNetwork {
  readonly network: MemoryNetwork = new MemoryNetwork();
  readonly members: Map<NodeId, RecordingMember> = new Map();

  async add(id: NodeId, options: ContractMemberOptions = {}): Promise<RecordingMember> {
    const clock = new ManualClock();
    const { incarnation = id, limits = {}, tombstones = [], wallAheadMs = 0 } = options;
    const wallNow = (): number => 1_000_000 + clock.now() + wallAheadMs;
    const transport = this.network.attach({ self: id, incarnation, clock, wallNow, limits, tombstones });
    const member = new RecordingMember(id, transport, clock, options);
    transport.start(member);
    this.members.set(id, member);
    return member;
  }

  addresses(): Map<NodeId, readonly string[]> {
    return new Map([...this.members.keys()].map((id) => [id, [`member-${id}:1`]]));
  }

  settle(condition: () => boolean): Promise<void> {
    return eventually(condition, () => this.#move());
  }

  async exhaust(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      this.#move();
      await turns(5);
    }
  }

  async close(): Promise<void> {
    for (const member of this.members.values()) await member.transport.close();
  }

  #move(): void {
    for (const envelope of this.network.inFlight()) {
      if (!this.network.isInFlight(envelope)) continue;
      if (envelope.kind === "snapshot") void this.network.deliverSnapshot(envelope);
      else this.network.deliver(envelope);
    }
    for (const member of this.members.values()) member.clock.advance(0);
  }
}

describeTransportContract("memory", () => new MemoryContractNetwork());

describe("memory network", () => {
  async function pair(options: ContractMemberOptions = {}): Promise<{
    network: MemoryNetwork;
    one: RecordingMember;
    two: RecordingMember;
    all: MemoryContractNetwork;
  }> {
    const all = new MemoryContractNetwork();
    const one = await all.add(1, options);
    const two = await all.add(2, options);
    for (const member of [one, two]) member.transport.setPeers(all.addresses());
    return { network: all.network, one, two, all };
  }

  it("moves nothing by itself", async () => {
    const { network, one, two } = await pair();
    one.transport.send([heartbeat(1, 2, 1)]);
    await turns();
    assert.equal(two.messages.length, 0);
    assert.deepEqual(
      network.inFlight().map(({ kind, from, to, lane }) => ({ kind, from, to, lane })),
      [{ kind: "message", from: 1, to: 2, lane: "urgent" }],
    );
  });

  it("delivers in the order of the caller, and what it doubles twice", async () => {
    const { network, one, two } = await pair();
    one.transport.send([1, 2, 3].map((at) => heartbeat(1, 2, at)));
    const [first, second, third] = network.inFlight() as [Envelope, Envelope, Envelope];
    const double = network.duplicate(second);
    network.deliver(third);
    network.deliver(second);
    network.deliver(first);
    network.deliver(double);
    assert.deepEqual(
      two.messages.map((message) => message.commit),
      [3, 2, 1, 2],
    );
    assert.throws(() => network.deliver(first), RangeError);
  });

  it("loses silently or with a report", async () => {
    const { network, one } = await pair();
    one.transport.send([heartbeat(1, 2, 1), heartbeat(1, 2, 2)]);
    const [first, second] = network.inFlight() as [Envelope, Envelope];
    network.drop(first, { report: false });
    one.clock.advance(0);
    assert.deepEqual(one.unreachable, []);
    network.drop(second);
    assert.deepEqual(one.unreachable, [], "not from inside the call");
    one.clock.advance(0);
    assert.deepEqual(one.unreachable, [2]);
  });

  it("blocks one direction only", async () => {
    const { network, one, two } = await pair();
    network.block(1, 2);
    one.transport.send([heartbeat(1, 2, 1)]);
    two.transport.send([heartbeat(2, 1, 1)]);
    one.clock.advance(0);
    assert.deepEqual(one.unreachable, [2]);
    assert.equal(one.transport.stats(2)?.connected, false);
    assert.equal(two.transport.stats(1)?.connected, true);
    for (const envelope of network.inFlight()) network.deliver(envelope);
    assert.equal(one.messages.length, 1);
    network.unblock(1, 2);
    assert.equal(one.transport.stats(2)?.connected, true);
  });

  it("a lost request is indefinite, and so is a lost answer", async () => {
    const { network, one, two, all } = await pair();
    const codes: string[] = [];
    const ask = (): void => {
      one.transport.request(2, 1, Uint8Array.of(1)).catch((error: unknown) => {
        codes.push(error instanceof TransportError ? `${error.code} ${error.indefinite}` : "?");
      });
    };
    ask();
    network.drop(network.inFlight()[0] as Envelope);
    await eventually(() => codes.length === 1);
    let asked = 0;
    two.handler = async (_peer, _kind, bytes) => {
      asked++;
      return bytes.slice();
    };
    ask();
    network.deliver(network.inFlight()[0] as Envelope);
    await eventually(() => network.inFlight().length === 1);
    network.drop(network.inFlight()[0] as Envelope);
    await eventually(() => codes.length === 2);
    assert.deepEqual(codes, ["unreachable true", "unreachable true"]);
    assert.equal(asked, 1);
    await all.close();
  });

  it("a snapshot that was cut goes on where it stopped", async () => {
    const source = new MemorySource(contentOf(300_000));
    const sink = new MemorySink();
    const { network, one, two } = await pair({ source, sink });
    one.transport.send([snapshotMessage(1, 2)]);
    await network.deliverSnapshot(network.inFlight()[0] as Envelope, { cutAtBytes: 100_000 });
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: false }]);
    one.transport.send([snapshotMessage(1, 2)]);
    await network.deliverSnapshot(network.inFlight()[0] as Envelope);
    assert.deepEqual(one.snapshotResults[1], { peer: 2, ok: true });
    assert.deepEqual(sink.offsets, [0, 100_000]);
    assert.equal(two.messages.length, 1);
    assert.equal(Buffer.compare(sink.complete.get("snapshot-1") ?? new Uint8Array(0), source.content), 0);
  });

  it("tells of every envelope as it takes off", async () => {
    const seen: Envelope[] = [];
    const network = new MemoryNetwork({ onEnvelope: (envelope) => seen.push(envelope) });
    const clock = new ManualClock();
    const transports = [1, 2].map((self) =>
      network.attach({ self, incarnation: 1, clock, wallNow: () => clock.now() }),
    );
    for (const [at, transport] of transports.entries()) {
      transport.start(new RecordingMember(at + 1, transport, clock));
      transport.setPeers(new Map([[2 - at, ["member:1"]]]));
    }
    transports[0]?.send([heartbeat(1, 2, 1)]);
    assert.deepEqual(seen, network.inFlight());
    assert.equal(seen.length, 1);
  });
});
