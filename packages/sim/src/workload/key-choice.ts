/**
 * Ranges of the clients' keys, for permissions and for requests alike: drawn from the same few places, so that they touch,
 * overlap and fall short of each other by one key.
 */

import type { RandomStream } from "../world/random-streams.ts";
import { keyPrefix } from "./kv-request.ts";

/** As requests say it: an empty end is the one key, a zero byte all behind. */
export type TextRange = { readonly key: string; readonly rangeEnd: string };

/** Draws one; now and then there is no key in it, or one of leases. */
export function drawRange(random: RandomStream, keys: number): TextRange {
  const from = random.below(keys);
  const key = `${keyPrefix}${from}`;
  const kind = random.below(20);
  if (kind < 7) return { key, rangeEnd: "" };
  if (kind < 13) return { key, rangeEnd: `${keyPrefix}${random.between(from + 1, keys)}` };
  if (kind < 14) return { key, rangeEnd: `${key}\0` };
  if (kind < 17) return { key: keyPrefix, rangeEnd: "k0" };
  if (kind < 18) return { key: keyPrefix, rangeEnd: `${keyPrefix}${random.below(keys)}` };
  return random.pick<TextRange>([
    { key, rangeEnd: "\0" },
    { key: "l/", rangeEnd: "l0" },
    { key, rangeEnd: `${keyPrefix}${random.below(keys)}` },
  ]);
}
