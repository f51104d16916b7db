/**
 * What shrinking tries besides leaving faults out: each pass proposes plans that are smaller in one respect, the boldest
 * first. A pass that has nothing to propose for a plan is done with it.
 */

import type { Fault, Plan } from "../plan/plan.ts";
import type { Verdict } from "../run/verdict.ts";

/** Proposes smaller plans, of a plan that came to a verdict. */
export type Pass = (plan: Plan, verdict: Verdict) => Iterable<Plan>;

/** Nothing is run for less than this. */
const leastMs = 100;

/** In the order in which they are tried. */
export const passes: readonly Pass[] = [
  endEarlier,
  fewerClients,
  plainerWorkload,
  fewerMembers,
  plainerNetwork,
  fewerSettings,
  shorterFaults,
  narrowerFaults,
  beginEarlier,
  luckier,
];

/** What a pass proposes, each different from the plan. */
export function* candidatesOf(pass: Pass, plan: Plan, verdict: Verdict): Generator<Plan> {
  const before = JSON.stringify(plan);
  for (const candidate of pass(plan, verdict)) if (JSON.stringify(candidate) !== before) yield candidate;
}

/** Nothing that comes after the failure; if it shows after the safety phase only, a shorter one of those. */
function* endEarlier(plan: Plan, verdict: Verdict): Generator<Plan> {
  const atMs = "atUs" in verdict ? Math.ceil(verdict.atUs / 1000) + 1 : plan.safetyMs;
  const lengths =
    atMs < plan.safetyMs ? [atMs] : [2, 4, 8].map((part) => plan.safetyMs - Math.floor(plan.safetyMs / part));
  for (const safetyMs of lengths) {
    if (safetyMs < leastMs || safetyMs >= plan.safetyMs) continue;
    yield { ...plan, safetyMs, faults: plan.faults.filter(({ atMs: beginsMs }) => beginsMs < safetyMs) };
  }
}

/** Less time before and between the faults: all of them earlier, and the end with them; then one at a time. */
function* beginEarlier(plan: Plan): Generator<Plan> {
  const firstMs = Math.min(...plan.faults.map(({ atMs }) => atMs));
  if (!Number.isFinite(firstMs)) return;
  for (const byMs of [firstMs - leastMs, Math.floor(firstMs / 2), Math.floor(firstMs / 4)]) {
    if (byMs < leastMs || firstMs - byMs < leastMs || plan.safetyMs - byMs < leastMs) continue;
    const faults = plan.faults.map((fault) => ({ ...fault, atMs: fault.atMs - byMs }));
    yield { ...plan, safetyMs: plan.safetyMs - byMs, faults };
  }
  for (const fault of plan.faults) {
    const gapMs = fault.atMs - firstMs;
    if (gapMs >= 2 * leastMs) yield replaced(plan, { ...fault, atMs: firstMs + Math.floor(gapMs / 2) });
  }
}

/** Fewer who call, and fewer keys that they call about. */
function* fewerClients(plan: Plan): Generator<Plan> {
  const { workload } = plan;
  for (const clients of lower(workload.clients, 0)) {
    yield { ...plan, workload: { ...workload, clients } };
    // As many calls as before, by fewer.
    const thinkMs = Math.floor((workload.thinkMs * clients) / workload.clients);
    if (clients > 0) yield { ...plan, workload: { ...workload, clients, thinkMs } };
  }
  for (const keys of lower(workload.keys, 1)) yield { ...plan, workload: { ...workload, keys } };
}

/** Without watchers, leases, bursts and whatever else a plan asks for, one at a time. */
function* plainerWorkload(plan: Plan): Generator<Plan> {
  const { workload } = plan;
  for (const parameters of without(workload.parameters))
    yield { ...plan, workload: { ...workload, parameters } };
}

function* fewerMembers(plan: Plan): Generator<Plan> {
  for (let members = 1; members < plan.members; members++) yield { ...plan, members };
}

function* plainerNetwork(plan: Plan): Generator<Plan> {
  yield { ...plan, topology: "mesh" };
  yield { ...plan, latency: { minUs: 200, meanUs: 500 } };
  yield { ...plan, diskUs: { minUs: 500, meanUs: 1500 } };
}

function* fewerSettings(plan: Plan): Generator<Plan> {
  yield { ...plan, settings: {} };
  for (const settings of without(plan.settings)) yield { ...plan, settings };
  const { limits } = plan.settings;
  if (typeof limits !== "object" || limits === null) return;
  for (const fewer of without(limits as Readonly<Record<string, unknown>>))
    yield { ...plan, settings: { ...plan.settings, limits: fewer } };
}

function* shorterFaults(plan: Plan): Generator<Plan> {
  for (const fault of plan.faults) {
    const lastsMs = fault.durationMs ?? Math.max(0, plan.safetyMs - fault.atMs);
    if (lastsMs >= 2 * leastMs) yield replaced(plan, { ...fault, durationMs: Math.floor(lastsMs / 2) });
  }
}

/** One victim instead of several. */
function* narrowerFaults(plan: Plan): Generator<Plan> {
  for (const fault of plan.faults) {
    const { selector } = fault;
    if (selector.mode === "x-names") {
      for (const name of selector.value) {
        const value = selector.value.filter((other) => other !== name);
        if (value.length > 0) yield replaced(plan, { ...fault, selector: { mode: "x-names", value } });
      }
    } else if (selector.mode !== "one" && selector.mode !== "x-role" && selector.mode !== "x-target")
      yield replaced(plan, { ...fault, selector: { mode: "one" } });
  }
}

/** Other seeds that are tried: with one of them less may do. */
const luckySeeds = 6;

/** Fewer members or a fault less, with other random numbers: who happens to lead decides much, and is nobody's merit. */
function* luckier(plan: Plan): Generator<Plan> {
  const seeds = Array.from({ length: luckySeeds }, (_, position) => position + 1);
  const variants = (smaller: Plan): Plan[] => seeds.map((seed) => ({ ...smaller, seed }));
  for (let members = Math.min(3, plan.members - 1); members >= 1 && members < plan.members; members++)
    yield* variants({ ...plan, members });
  for (const fault of plan.faults)
    yield* variants({ ...plan, faults: plan.faults.filter((other) => other !== fault) });
}

function replaced(plan: Plan, fault: Fault): Plan {
  return { ...plan, faults: plan.faults.map((other) => (other.id === fault.id ? fault : other)) };
}

/** Smaller whole numbers: the least, then half, then one less. */
function* lower(value: number, least: number): Generator<number> {
  const tried = new Set<number>();
  for (const candidate of [least, Math.floor(value / 2), value - 1]) {
    if (candidate < least || candidate >= value || tried.has(candidate)) continue;
    tried.add(candidate);
    yield candidate;
  }
}

function* without(fields: Readonly<Record<string, unknown>>): Generator<Readonly<Record<string, unknown>>> {
  for (const name of Object.keys(fields)) {
    const { [name]: _, ...rest } = fields;
    yield rest;
  }
}
