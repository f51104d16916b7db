/**
 * Questions about what disks hold that several checkers ask.
 */

import type { NodeId } from "@quorate/raft";
import { chainHash } from "../observe/chain.ts";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";

/** What a restart found. */
export type Recovered = Extract<Observation, { readonly kind: "recovered" }>;

/**
 * Whether a disk has an entry and all before it, by its chain hash, or begins behind it. Of a disk that burned down nobody
 * can tell any more. A snapshot that was received and not installed counts for nothing: a restart would not look at it.
 */
export function has(ghost: Ghost, node: NodeId, index: number, hash: number | undefined): boolean {
  const known = ghost.nodes.get(node);
  if (known === undefined) return false;
  if (known.isGone) return true;
  const { log } = known.durable;
  return index <= log.base || (hash !== undefined && log.hash(index) === hash);
}

/**
 * What a restart found at an index: its chain hash, `covered` (a snapshot has it), `missing`, or `unknown` (it is there, on
 * top of something that the ghost does not know). O(entries found), for restarts only.
 */
export function foundAt(
  ghost: Ghost,
  { node, firstIndex, lastIndex, entries }: Recovered,
  index: number,
): number | "covered" | "missing" | "unknown" {
  const base = firstIndex - 1;
  if (index <= base) return "covered";
  if (index > lastIndex || entries.length === 0) return "missing";
  let hash = ghost.nodes.get(node)?.durable.log.hash(base) ?? ghost.committed[base]?.hash;
  // The very first entry stands on nothing; any other one on what may not be known.
  if (hash === undefined && base > 0) return "unknown";
  hash ??= 0;
  for (const entry of entries) {
    hash = chainHash(hash, entry);
    if (entry.index === index) return hash;
  }
  return "missing";
}
