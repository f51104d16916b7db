/**
 * The ghost: what an outsider who sees everything knows. It outlives every member, and no member can see it.
 */

import { type ConfState, emptyHardState, type HardState, type NodeId, type RaftEvent } from "@quorate/raft";
import { Chain } from "./chain.ts";
import type { Inspect } from "./core-view.ts";
import { MemberMap } from "./member-map.ts";
import type { Observation } from "./observation.ts";

/** What is durable on one disk: what a crash now would leave if the disk is honest; what it calls synced, synced. */
export type Durable = {
  hardState: HardState;
  readonly log: Chain;
  /** Index of the latest durable snapshot. */
  snapshotIndex: number;
};

/** One member, over all its lives. */
export type GhostNode = {
  readonly id: NodeId;
  /** Its log as the core has it, written or not. */
  readonly log: Chain;
  readonly durable: Durable;
  isUp: boolean;
  /** The configuration that it goes by. */
  config: ConfState | null;
  /** Its disk is gone for good. */
  isGone: boolean;
  /** Rises with each start. */
  life: number;
};

/** An entry known to be committed: its term, its chain hash, and the term of the leader that committed it. */
export type Committed = { readonly term: number; readonly hash: number; readonly committedIn: number };

type CommitAdvanced = Extract<RaftEvent, { readonly kind: "commit-advanced" }>;

/** What changes it; it passes over everything else. */
const changing: ReadonlySet<Observation["kind"]> = new Set([
  ...(["raft", "appended", "config", "log-durable", "snapshot-durable"] as const),
  ...(["snapshot-installed", "recovered", "life"] as const),
]);

/** Whether observations of a kind may change what the ghost knows. */
export function changesGhost(kind: Observation["kind"]): boolean {
  return changing.has(kind);
}

/** See the module. Checkers read it before it takes an observation in. */
export class Ghost {
  readonly nodes = new MemberMap<GhostNode>();
  /** G: the first entry that was committed at an index; the position is the index. */
  readonly committed: (Committed | undefined)[] = [];
  /** |G|: the highest committed index. */
  lastCommitted = 0;
  /** The configuration that was in force after an index, as the first member said that applied it. */
  readonly configs = new Map<number, ConfState>();
  /** The one of the highest index. */
  latestConfig: ConfState | null = null;
  readonly inspect: Inspect;
  private latestConfigIndex = 0;
  /** The one that was asked for last: whoever looks at an observation asks for the same. */
  private recent: GhostNode | undefined;

  constructor(inspect: Inspect) {
    this.inspect = inspect;
  }

  /** A member; made if it is new. */
  node(id: NodeId): GhostNode {
    if (this.recent?.id === id) return this.recent;
    let node = this.nodes.get(id);
    if (node === undefined) {
      const durable = { hardState: emptyHardState, log: new Chain(), snapshotIndex: 0 };
      node = { id, log: new Chain(), durable, config: null, isUp: false, isGone: false, life: 0 };
      this.nodes.set(id, node);
    }
    this.recent = node;
    return node;
  }

  /** Takes an observation in; checkers have seen it. */
  take(observation: Observation): void {
    const { node: id } = observation;
    switch (observation.kind) {
      case "raft":
        this.takeRaft(this.node(id), observation.event);
        break;
      case "appended":
        this.node(id).log.append(observation.entries);
        break;
      case "config":
        this.node(id).config = observation.config;
        this.takeConfig(observation.index, observation.config);
        break;
      case "log-durable": {
        const { durable } = this.node(id);
        if (observation.write.hardState !== null) durable.hardState = observation.write.hardState;
        if (observation.isOnPlatter) durable.log.append(observation.write.entries);
        break;
      }
      case "snapshot-durable": {
        if (!observation.isOnPlatter) break;
        const { durable } = this.node(id);
        durable.snapshotIndex = Math.max(durable.snapshotIndex, observation.metadata.index);
        break;
      }
      case "snapshot-installed":
        this.install(this.node(id), observation);
        break;
      case "recovered":
        this.recover(this.node(id), observation);
        break;
      case "life":
        this.takeLife(this.node(id), observation.what);
        break;
      default:
        break;
    }
  }

  private takeConfig(index: number, config: ConfState): void {
    if (!this.configs.has(index)) this.configs.set(index, config);
    if (index <= this.latestConfigIndex) return;
    this.latestConfigIndex = index;
    this.latestConfig = config;
  }

  private takeRaft(node: GhostNode, event: RaftEvent): void {
    if (event.kind === "commit-advanced") {
      this.commit(node, event);
    } else if (event.kind === "log-restored") {
      const { index, term } = event.snapshot;
      node.log.reset(index, term, this.committed[index]?.hash ?? 0);
    }
  }

  private commit(node: GhostNode, { from, commit, term: committedIn }: CommitAdvanced): void {
    for (let index = from + 1; index <= commit; index++) {
      const hash = node.log.hash(index);
      const term = node.log.term(index);
      if (hash === undefined || term === undefined || this.committed[index] !== undefined) continue;
      this.committed[index] = { term, hash, committedIn };
      this.lastCommitted = Math.max(this.lastCommitted, index);
    }
  }

  private install(node: GhostNode, observation: Observation & { kind: "snapshot-installed" }): void {
    const { index, term } = observation.metadata;
    const hash = this.committed[index]?.hash ?? 0;
    node.durable.log.reset(index, term, hash);
    node.durable.snapshotIndex = Math.max(node.durable.snapshotIndex, index);
    node.durable.hardState = observation.hardState;
    // A running core has it in its log since it took it, and perhaps what came in behind it meanwhile.
    if (node.log.lastIndex < index) node.log.reset(index, term, hash);
  }

  /** After a restart the core has what is on the disk. */
  private recover(node: GhostNode, observation: Observation & { kind: "recovered" }): void {
    const { hardState, snapshot, firstIndex, entries } = observation;
    const { durable } = node;
    const base = firstIndex - 1;
    // A snapshot that was found here may have come to be installed in the moment of the crash, over another entry.
    const wasReplaced = snapshot?.index === base && durable.log.term(base) !== snapshot.term;
    const own = wasReplaced ? undefined : durable.log.hash(base);
    const known = own ?? this.committed[base]?.hash ?? 0;
    const term = wasReplaced ? snapshot.term : (durable.log.term(base) ?? 0);
    durable.hardState = hardState;
    durable.snapshotIndex = snapshot?.index ?? 0;
    for (const log of [durable.log, node.log]) {
      log.reset(base, this.committed[base]?.term ?? term, known);
      log.append(entries);
    }
  }

  private takeLife(node: GhostNode, what: string): void {
    if (what === "started") node.life++;
    if (what === "paused" || what === "resumed") return;
    node.isUp = what === "started" || what === "running";
    if (what !== "wiped") return;
    node.isGone = true;
    node.log.reset(0, 0, 0);
    node.durable.log.reset(0, 0, 0);
    node.durable.hardState = emptyHardState;
    node.durable.snapshotIndex = 0;
  }
}
