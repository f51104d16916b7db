/**
 * Time and chance for the services, on Node.
 */

import { randomInt } from "node:crypto";
import type { MemberClock, MemberSeams } from "@quorate/member";

/** Node's monotonic clock; its timers do not keep the process alive. */
export const serverClock: MemberClock = {
  now: () => performance.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, Math.max(0, delayMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
  defer(callback) {
    setImmediate(callback);
  },
};

/** The greatest range that `randomInt` takes. */
const rangeMax = 2 ** 48 - 1;

/** The system's random numbers. */
export const serverRandom: MemberSeams["random"] = {
  below: (bound) =>
    (bound <= rangeMax ? randomInt(bound) : randomInt(2 ** 21) * 2 ** 32 + randomInt(2 ** 32)) % bound,
};
