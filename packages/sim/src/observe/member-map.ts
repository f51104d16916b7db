/**
 * Values by member. IDs are long numbers, which a `Map` hashes slowly, and members are few: comparing them one by one is faster.
 */

import type { NodeId } from "@quorate/raft";

/** What of a `Map` is needed, in the order of insertion. O(members). */
export class MemberMap<Value> {
  private readonly ids: NodeId[] = [];
  private readonly values: Value[] = [];

  get(id: NodeId): Value | undefined {
    const at = this.find(id);
    return at < 0 ? undefined : this.values[at];
  }

  has(id: NodeId): boolean {
    return this.find(id) >= 0;
  }

  set(id: NodeId, value: Value): void {
    const at = this.find(id);
    if (at >= 0) {
      this.values[at] = value;
    } else {
      this.ids.push(id);
      this.values.push(value);
    }
  }

  delete(id: NodeId): void {
    const at = this.find(id);
    if (at < 0) return;
    this.ids.splice(at, 1);
    this.values.splice(at, 1);
  }

  *[Symbol.iterator](): IterableIterator<[NodeId, Value]> {
    for (const [at, id] of this.ids.entries()) yield [id, this.values[at] as Value];
  }

  private find(id: NodeId): number {
    const { ids } = this;
    for (let at = 0; at < ids.length; at++) if (ids[at] === id) return at;
    return -1;
  }
}
