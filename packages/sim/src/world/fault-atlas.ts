/**
 * The fault atlas: who lost something that he had promised to keep, and whether the cluster can bear one more.
 *
 * Two rules keep damage within the model. A majority must stay whole, or nothing could ever come to rest; with it goes that
 * at most a replication quorum less one ever loses a byte. And a loss that its member cannot notice is allowed only if a
 * majority has the entries without any of the damaged: of what only two of three have, one must not lose it in silence.
 * Hard states are spared: they are stored twice, and forgetting a vote is beyond the model.
 */

import { majoritySize, type NodeId } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import type { HiddenLoss } from "./machine-disk.ts";

/** See the module. */
export class FaultAtlas {
  private readonly charged = new Set<NodeId>();
  /** Those that lost something without any sign of it. */
  private readonly lacking = new Set<NodeId>();
  private readonly ghost: Ghost;
  private readonly halves: () => readonly (readonly NodeId[])[];
  private readonly waiting: () => readonly NodeId[];

  private readonly isLifted: boolean;

  /**
   * `halves`: the lists of voters whose majorities may be needed. `waiting`: who may come to vote besides them. `isLifted`: it
   * keeps count and refuses nothing, for plans beyond the model.
   */
  constructor(
    ghost: Ghost,
    halves: () => readonly (readonly NodeId[])[],
    waiting: () => readonly NodeId[] = () => [],
    isLifted = false,
  ) {
    this.isLifted = isLifted;
    this.ghost = ghost;
    this.halves = halves;
    this.waiting = waiting;
  }

  /** Whether a member has lost, or may have lost, something. */
  isCharged(node: NodeId): boolean {
    return this.charged.has(node);
  }

  /**
   * Whether a member may lack what it acknowledged and know nothing of it. One whose disk only rots is not among them: it
   * can tell, and must.
   */
  mayLack(node: NodeId): boolean {
    return this.lacking.has(node);
  }

  get chargedNodes(): ReadonlySet<NodeId> {
    return this.charged;
  }

  /** Charges a member with damage; false: the cluster could not bear it. */
  charge(node: NodeId): boolean {
    if (!this.canCharge(node)) return false;
    this.charged.add(node);
    return true;
  }

  /**
   * Whether a member's damage would leave majorities whole, even if all that wait came to vote in this moment: the change
   * that makes them voters may be under way, and takes effect although they are gone.
   */
  canCharge(node: NodeId): boolean {
    if (this.isLifted || this.charged.has(node)) return true;
    const isLost = (one: NodeId): boolean => one === node || this.charged.has(one);
    const lost = this.waiting().filter(isLost);
    return this.halves().every((half) => {
      const isThere = half.filter((voter) => !isLost(voter)).length;
      return isThere - lost.filter((one) => !half.includes(one)).length >= majoritySize(half.length);
    });
  }

  /** Whether in each list of voters a majority `counts`. */
  haveMajorities(counts: (voter: NodeId) => boolean): boolean {
    return this.halves().every((half) => half.filter(counts).length >= majoritySize(half.length));
  }

  /** Judges a hidden loss when it would come to pass; if it may, the member is charged with it. */
  judge(node: NodeId, loss: HiddenLoss): boolean {
    if (!this.canCharge(node) || !this.isCovered(node, loss.lastIndex)) return false;
    this.charged.add(node);
    this.lacking.add(node);
    return true;
  }

  /** Whether a majority has an entry of this member's, and all before it, without the damaged. */
  private isCovered(node: NodeId, index: number): boolean {
    if (this.isLifted || index === 0) return true;
    const hash = this.ghost.node(node).durable.log.hash(index);
    if (hash === undefined) return index <= this.ghost.node(node).durable.snapshotIndex;
    return this.haveMajorities((voter) => {
      if (voter === node || this.charged.has(voter)) return false;
      const known = this.ghost.nodes.get(voter);
      if (known === undefined) return false;
      const { log, snapshotIndex } = known.durable;
      return index <= Math.max(log.base, snapshotIndex) || log.hash(index) === hash;
    });
  }
}
