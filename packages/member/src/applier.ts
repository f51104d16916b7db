/**
 * The applier: brings committed entries into the replica, membership changes into force, and answers to callers.
 */

import {
  asV2,
  type ConfState,
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
  type NodeId,
} from "@quorate/raft";
import type { Engine } from "./engine.ts";
import type { ProposalTable } from "./proposal-table.ts";
import type { Applied } from "./replica.ts";
import { decodeChangeContext } from "./roster.ts";

/** How long a removed member's links are kept. */
const partingMs = 1000;

/** See the module. */
export class Applier {
  private readonly engine: Engine;
  private readonly proposals: ProposalTable;
  /** Peers as the links know them. */
  private linked: ReadonlyMap<NodeId, readonly string[]> = new Map();
  private readonly leaving = new Set<NodeId>();
  private readonly gone = new Set<NodeId>();

  constructor(engine: Engine, proposals: ProposalTable) {
    this.engine = engine;
    this.proposals = proposals;
  }

  /** Applies entries, in order. */
  apply(entries: readonly Entry[]): void {
    let start = 0;
    for (let position = 0; position < entries.length; position++) {
      const entry = entries[position] as Entry;
      if (entry.type === EntryType.normal) continue;
      this.applyNormal(entries.slice(start, position));
      this.applyChange(entry);
      start = position + 1;
    }
    this.applyNormal(start === 0 ? entries : entries.slice(start));
  }

  private applyNormal(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    for (const applied of this.engine.parts.replica.apply(entries)) this.settle(applied);
  }

  private settle(applied: Applied): void {
    const { origin } = applied;
    const isOwn =
      origin !== null && origin.member === this.engine.parts.id && origin.nonce === this.engine.nonce;
    this.proposals.settle(applied, isOwn);
  }

  private applyChange(entry: Entry): void {
    const { replica } = this.engine.parts;
    replica.apply([entry]);
    const change = asV2(
      entry.type === EntryType.confChange ? decodeConfChange(entry.data) : decodeConfChangeV2(entry.data),
    );
    const context = decodeChangeContext(change.context);
    const config = this.engine.node.applyConfChange(change);
    replica.noteChange(config, context);
    this.engine.emit({ kind: "membership", step: "in-force", message: describeConfig(config) });
    this.engine.conditions.noteMembership(replica.roster.get(this.engine.parts.id) !== undefined);
    this.linkPeers();
    const { index, term } = entry;
    this.settle({ index, term, origin: context?.origin ?? null, result: config, error: null });
  }

  /**
   * Tells the links who the members are, after a change or a restored snapshot. A member that leaves is refused for ever,
   * but only after a moment: it may wait for the answer that says so. An address that has a new owner is the new one's.
   */
  linkPeers(): void {
    const { replica, transport, id, clock } = this.engine.parts;
    const peers = new Map<NodeId, readonly string[]>();
    const owned = new Set<string>();
    for (const member of replica.roster.list()) {
      for (const address of member.addresses) owned.add(address);
      if (member.id !== id) peers.set(member.id, member.addresses);
    }
    for (const removed of replica.roster.removed()) {
      if (removed === id || this.gone.has(removed)) continue;
      const addresses = (this.linked.get(removed) ?? []).filter((address) => !owned.has(address));
      if (addresses.length === 0) {
        transport.tombstone(removed);
        this.gone.add(removed);
      } else {
        peers.set(removed, addresses);
        if (!this.leaving.has(removed)) clock.setTimer(() => this.part(removed), partingMs);
        this.leaving.add(removed);
      }
    }
    this.linked = peers;
    transport.setPeers(peers);
    this.engine.conditions.keepPeers(new Set(peers.keys()));
  }

  private part(peer: NodeId): void {
    this.leaving.delete(peer);
    this.linked = new Map([...this.linked].filter(([id]) => id !== peer));
    if (this.engine.isRunning) this.linkPeers();
  }
}

function describeConfig({ voters, votersOutgoing, learners }: ConfState): string {
  const outgoing = votersOutgoing.length === 0 ? "" : `, leaving ${votersOutgoing.join(" ")}`;
  return `voters ${voters.join(" ")}${outgoing}${learners.length === 0 ? "" : `, learners ${learners.join(" ")}`}`;
}
