/**
 * A log as a chain of hashes: each stands for its entry and for everything before it, so that two logs agree up to an
 * index if and only if their hashes there are equal.
 */

import type { Entry } from "@quorate/raft";
import { hashOfBytes, joinHash } from "./byte-hash.ts";

/** The hash of an entry behind a chain that ends in `before`. */
export function chainHash(before: number, { term, type, data }: Entry): number {
  const content = hashOfBytes(data);
  let one = Math.imul((before | 0) ^ (content | 0), 0x85ebca6b) ^ Math.imul(term, 0xc2b2ae35);
  let other =
    Math.imul(high(before) ^ high(content), 0x27d4eb2f) ^ Math.imul(term + type * 0x10001, 0x165667b1);
  one ^= Math.imul(other ^ (other >>> 15), 0x2c1b3c6d);
  other ^= Math.imul(one ^ (one >>> 13), 0x297a2d39);
  return joinHash(one, other);
}

function high(hash: number): number {
  return Math.floor(hash / 0x1_0000_0000) | 0;
}

/** A log from some index on. */
export class Chain {
  private baseIndex = 0;
  private terms: number[] = [0];
  private hashes: number[] = [0];

  /** Index before the first entry; its hash is known. */
  get base(): number {
    return this.baseIndex;
  }

  get lastIndex(): number {
    return this.baseIndex + this.hashes.length - 1;
  }

  /** Term at an index, or undefined outside of what is known. */
  term(index: number): number | undefined {
    return this.terms[index - this.baseIndex];
  }

  hash(index: number): number | undefined {
    return this.hashes[index - this.baseIndex];
  }

  /** Puts entries in, replacing what stands at their indexes and behind; false if there would be a gap. */
  append(entries: readonly Entry[]): boolean {
    const first = entries[0];
    if (first === undefined) return true;
    if (first.index > this.lastIndex + 1) return false;
    for (const entry of entries) {
      const at = entry.index - this.baseIndex;
      if (at <= 0) continue;
      const before = this.hashes[at - 1] as number;
      const hash = chainHash(before, entry);
      if (this.hashes[at] === hash) continue;
      this.truncate(entry.index);
      this.terms.push(entry.term);
      this.hashes.push(hash);
    }
    return true;
  }

  /** Forgets everything from an index on. */
  truncate(from: number): void {
    const at = Math.max(1, from - this.baseIndex);
    if (at >= this.hashes.length) return;
    this.terms.length = at;
    this.hashes.length = at;
  }

  /** Begins anew behind a snapshot. */
  reset(index: number, term: number, hash: number): void {
    this.baseIndex = index;
    this.terms = [term];
    this.hashes = [hash];
  }

  /** A copy that goes on by itself. */
  copy(): Chain {
    const copy = new Chain();
    copy.baseIndex = this.baseIndex;
    copy.terms = [...this.terms];
    copy.hashes = [...this.hashes];
    return copy;
  }
}
