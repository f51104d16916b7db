/**
 * Entries that are sent again to a follower that has them already, and more: its acknowledgements are lost or late, then it is
 * gone for a moment or misses something, and its leader begins anew where it last heard of it, in small messages, while the
 * others commit.
 */

import type { RandomStream } from "../../world/random-streams.ts";
import type { Selector } from "../plan.ts";
import { type Flavour, inOrder, moments, type Timed, withLimits } from "./flavour.ts";

/** See the module. */
export const resentEntries: Flavour = {
  name: "resent-entries",
  direct: (plan, random) => {
    const members = random.pick([3, 3, 5]);
    // Far enough apart that a follower has much that it does not know to be committed.
    const minUs = 1000 * random.between(10, 40);
    const faults: Timed[] = [];
    for (const atMs of moments(plan, random, 800, 700)) {
      const name = random.pick(["a", "b", "c", "d", "e"].slice(0, members));
      faults.push(...forgotten(atMs, { mode: "x-names", value: [name] }, random));
    }
    const settings = withLimits(plan, {
      messageBytesMax: random.pick([100, 300]),
      inflightMessagesMax: random.pick([16, 256]),
      catchUpEntries: 1000,
      catchUpBytes: 1_000_000,
      laggardBytesMax: 1_000_000,
    });
    const workload = { ...plan.workload, parameters: { ...plan.workload.parameters, bursts: 2 } };
    const thinkMs = Math.ceil((workload.clients * 1000) / random.pick([100, 200]));
    return {
      ...plan,
      members,
      topology: "mesh",
      latency: { minUs, meanUs: minUs + 10_000 },
      settings,
      workload: { ...workload, thinkMs },
      faults: inOrder(faults),
    };
  },
};

/** Nothing that a follower says gets through for about a round trip, and its leader finds that it has to begin anew. */
function forgotten(atMs: number, selector: Selector, random: RandomStream): readonly Timed[] {
  const durationMs = random.between(30, 200);
  const unheard: Timed = {
    atMs,
    durationMs,
    selector,
    kind: "network-loss",
    percent: random.between(70, 100),
    direction: "from",
  };
  const gone: Timed = {
    atMs: atMs + durationMs - random.below(30),
    durationMs: random.between(20, 300),
    selector,
    kind: "pod-kill",
    losesPower: false,
    keepsUnsyncedPercent: 0,
  };
  const missing: Timed = { ...unheard, percent: random.between(5, 40), direction: "to" };
  return [unheard, random.chance(750_000) ? gone : missing];
}
