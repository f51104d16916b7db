/**
 * IDs as people write them: in hex, with or without `0x` in front.
 */

import { badArguments } from "./command-failure.ts";

/** A lease's ID, which is positive and has 63 bits, or 0. `what` is for the message. */
export function parseLeaseId(text: string, what: string): bigint {
  const id = parseHex(text);
  if (id === null || id > 0x7fff_ffff_ffff_ffffn) {
    throw badArguments(`bad ${what} "${text}", expecting ID in Hex, as 'quorate lease list' prints it`);
  }
  return id;
}

/** A member's ID, of 64 bits. */
export function parseMemberId(text: string): bigint {
  const id = parseHex(text);
  if (id === null || id > 0xffff_ffff_ffff_ffffn) {
    throw badArguments(`bad member ID "${text}", expecting ID in Hex, as 'quorate member list' prints it`);
  }
  return id;
}

function parseHex(text: string): bigint | null {
  const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text)?.[1];
  return digits === undefined ? null : BigInt(`0x${digits}`);
}
