/**
 * The Random seam on Node.
 */

import { getRandomValues } from "node:crypto";
import type { Random } from "@quorate/raft";

/** Random numbers of the system's generator. */
export const nodeRandom: Random = {
  below(bound) {
    const [high = 0, low = 0] = getRandomValues(new Uint32Array(2));
    // 53 bits; the remainder's bias is below 2^-20 for every bound that is used for timeouts.
    return ((high & 0x1f_ffff) * 2 ** 32 + low) % bound;
  },
};
