/**
 * Time as the member sees it: the links' Clock, and a way to go on in the next turn of the event loop.
 */

import type { Clock } from "@quorate/transport";

/** The Clock seam of a member. */
export type MemberClock = Clock & {
  /**
   * Calls back once, after what the event loop has ready now has been taken in, and never from inside this call. This
   * is what makes batches: everything that arrives until then is in the same turn.
   */
  defer(callback: () => void): void;
};
