/**
 * Faults and selectors, as files say them.
 */

import type { Fault, FaultKind, Selector, Ways } from "../plan/plan.ts";
import { type FieldReader, ScenarioError } from "./field-reader.ts";

const directions = ["to", "from", "both"] as const;
const timeMaxMs = 86_400_000;
const bytesMax = 1_000_000_000_000;
const percentOf = (fields: FieldReader): number => fields.whole("percent", 0, 100);
/** Of kinds that nothing belongs to. */
const nothing = () => ({});
const timeOf = (fields: FieldReader, name: string, fallback?: number): number =>
  fields.whole(name, 0, timeMaxMs, fallback);

type Readers = {
  readonly [Kind in FaultKind["kind"]]: (
    fields: FieldReader,
  ) => Omit<Extract<FaultKind, { kind: Kind }>, "kind">;
};

/** What belongs to each kind. That none is missing is a matter of types. */
const readers: Readers = {
  "network-delay": (fields) => ({
    latencyMs: timeOf(fields, "latencyMs"),
    jitterMs: timeOf(fields, "jitterMs", 0),
    ...waysOf(fields),
  }),
  "network-loss": (fields) => ({ percent: percentOf(fields), ...waysOf(fields) }),
  "network-duplicate": (fields) => ({ percent: percentOf(fields), ...waysOf(fields) }),
  "network-reorder": (fields) => ({
    percent: percentOf(fields),
    byMs: timeOf(fields, "byMs"),
    ...waysOf(fields),
  }),
  "network-bandwidth": (fields) => ({
    bytesPerSecond: fields.whole("bytesPerSecond", 1, bytesMax),
    ...waysOf(fields),
  }),
  "network-partition": (fields) => ({
    direction: fields.choice("direction", directions, "both"),
    ...targetOf(fields),
  }),
  "x-link-cut": (fields) => ({ links: fields.list("links").map(linkOf) }),
  "x-clog": targetOf,
  "x-snapshot-cut": (fields) => ({ atBytes: fields.whole("atBytes", 0, bytesMax) }),
  "x-slow-snapshots": (fields) => ({ byMs: timeOf(fields, "byMs") }),
  "pod-kill": (fields) => ({
    losesPower: fields.flag("losesPower", false),
    keepsUnsyncedPercent: fields.whole("keepsUnsyncedPercent", 0, 100, 0),
  }),
  "pod-failure": nothing,
  "x-restart-storm": (fields) => ({ everyMs: fields.whole("everyMs", 1, timeMaxMs) }),
  "x-wipe-and-rejoin": nothing,
  "x-event-loop-pause": nothing,
  "x-late-timers": (fields) => ({ upToMs: fields.whole("upToMs", 1, timeMaxMs) }),
  "io-latency": (fields) => ({
    delayMs: timeOf(fields, "delayMs"),
    percent: fields.whole("percent", 0, 100, 100),
  }),
  "io-fault": (fields) => ({
    errno: fields.choice("errno", ["EIO", "ENOSPC"]),
    methods: fields.list("methods").map((item) => item.asText()),
  }),
  "x-io-stall": nothing,
  "x-torn-write": nothing,
  "x-lost-write": nothing,
  "x-misdirected-write": nothing,
  "x-fsync-lie": nothing,
  "x-bit-rot": (fields) => ({ flips: fields.whole("flips", 1, 1000, 1) }),
  "time-offset": (fields) => ({ offsetMs: fields.whole("offsetMs", -timeMaxMs, timeMaxMs) }),
  "x-clock-drift": (fields) => ({ ppm: fields.whole("ppm", -900_000, 900_000) }),
  "x-clock-strobe": (fields) => ({
    periodMs: fields.whole("periodMs", 1, timeMaxMs),
    offsetMs: timeOf(fields, "offsetMs"),
  }),
  "x-membership": (fields) => ({
    change: fields.choice("change", ["add", "remove", "replace", "promote", "update"]),
  }),
  "x-transfer-leadership": nothing,
  "x-isolate": nothing,
  "x-client-cut": (fields) => ({ direction: fields.choice("direction", directions, "both") }),
  "x-client-delay": (fields) => ({ latencyMs: timeOf(fields, "latencyMs") }),
  "x-custom": (fields) => ({ name: fields.text("name"), parameters: fields.raw("parameters") ?? null }),
};
const faultKinds = Object.keys(readers) as readonly FaultKind["kind"][];

/** A fault of a list; its id is its place (`f1`) if it has none. */
export function readFault(fields: FieldReader, position: number): Fault {
  const kind = fields.choice("kind", faultKinds);
  const id = fields.text("id", `f${position + 1}`);
  const atMs = timeOf(fields, "atMs");
  const durationMs = fields.wholeOrNull("durationMs", 0, timeMaxMs);
  const selector = readSelector(fields.object("selector"), { mode: "one" });
  const fault = { id, atMs, durationMs, selector, kind, ...readers[kind](fields) };
  fields.end();
  // The reader of a kind gives that kind's fields.
  return fault as Fault;
}

function waysOf(fields: FieldReader): Ways {
  const direction = fields.has("direction") ? { direction: fields.choice("direction", directions) } : {};
  return { ...direction, ...targetOf(fields) };
}

const linkPattern = /^(\w+)>(\w+)$/;

function linkOf(item: FieldReader): string {
  const link = item.asText();
  const [, from, to] = linkPattern.exec(link) ?? [];
  if (from === undefined || from === to)
    throw new ScenarioError(item.path, link, "write a direction between two members: a>b");
  return link;
}

function targetOf(fields: FieldReader): { readonly target?: Selector } {
  return fields.has("target") ? { target: readSelector(fields.object("target"), { mode: "all" }) } : {};
}

const modes = [
  ...(["one", "all", "fixed", "fixed-percent", "random-max-percent"] as const),
  ...(["x-role", "x-target", "x-names"] as const),
];
const targets = ["minority", "majority", "minority-third", "majorities-ring", "bridge", "primaries"] as const;

/** Who is meant; `fallback` if nothing is said. */
function readSelector(fields: FieldReader, fallback: Selector & { readonly mode: "one" | "all" }): Selector {
  const mode = fields.choice("mode", modes, fallback.mode);
  const selector = ((): Selector => {
    switch (mode) {
      case "one":
      case "all":
        return { mode };
      case "fixed":
        return { mode, value: fields.whole("value", 0, 100) };
      case "fixed-percent":
      case "random-max-percent":
        return { mode, value: fields.whole("value", 0, 100) };
      case "x-role":
        return { mode, value: fields.choice("value", ["leader", "follower", "learner"]) };
      case "x-target":
        return { mode, value: fields.choice("value", targets) };
      case "x-names":
        return { mode, value: fields.list("value").map((item) => item.asText()) };
    }
  })();
  fields.end();
  return selector;
}
