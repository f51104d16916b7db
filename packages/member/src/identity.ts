/**
 * Identities: numbers for clusters and members, derived from names, so that nobody has to hand them out.
 */

import { encodeText } from "./bytes.ts";

/** 64-bit cluster ID of a token. Members of different tokens refuse each other. */
export function clusterIdOf(token: string): bigint {
  return hash64(`cluster\0${token}`);
}

/**
 * A member's ID: 52 bits of its name and the cluster's token, never 0. The ID of a removed member is never used again, so
 * a new member needs a new name, or an ID of its own choice (see {@link newMemberId}).
 */
export function memberIdOf(token: string, name: string): number {
  return Number(hash64(`member\0${token}\0${name}`) & 0xf_ffff_ffff_ffffn) || 1;
}

/**
 * An ID for a member that is added to a running cluster: 52 bits of its addresses and a number that the caller draws, so
 * that an address whose former owner was removed can be added again, under another ID.
 */
export function newMemberId(token: string, addresses: readonly string[], nonce: number): number {
  const text = `new member\0${token}\0${nonce}\0${addresses.toSorted().join("\0")}`;
  return Number(hash64(text) & 0xf_ffff_ffff_ffffn) || 1;
}

/** FNV-1a over 64 bits, mixed once more (the finalizer of MurmurHash3): short names differ in few bits. */
function hash64(text: string): bigint {
  const mask = 0xffff_ffff_ffff_ffffn;
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of encodeText(text)) hash = ((hash ^ BigInt(byte)) * 0x100_0000_01b3n) & mask;
  hash = ((hash ^ (hash >> 33n)) * 0xff51_afd7_ed55_8ccdn) & mask;
  hash = ((hash ^ (hash >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & mask;
  return hash ^ (hash >> 33n);
}
