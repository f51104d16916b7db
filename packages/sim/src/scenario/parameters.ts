/**
 * Parameters: one file, many plans. `"parameters": { "latencyMs": [5, 50], "seed": { "from": 1, "to": 20, "step": 1 } }` gives
 * a plan for every combination; the text `"$latencyMs"` anywhere else stands for the value. Names say which plan it is.
 *
 * `{ "linksOf": 3 }` gives every set of directions between the first 3 members; `"leaving"` keeps those that leave what it
 * says, `"count"` and `"seed"` draw so many different ones instead of all.
 */

import { FieldReader, ScenarioError } from "./field-reader.ts";
import { everyLinkSet, leftBy, sampleLinkSets } from "./link-subsets.ts";

type Assignment = Readonly<Record<string, unknown>>;

/** More plans than this are a mistake. */
const plansMax = 10_000;
const wholeMax = 1_000_000_000;

/** The documents of all combinations, the last parameter changing fastest; the document itself if there are none. */
export function expandParameters(document: unknown): readonly unknown[] {
  const root = new FieldReader(document, "");
  const parameters = Object.entries(root.record("parameters"));
  if (parameters.length === 0) return [withoutParameters(document)];
  let assignments: readonly Assignment[] = [{}];
  for (const [name, given] of parameters) {
    const values = valuesOf(name, given);
    assignments = assignments.flatMap((one) => values.map((value) => ({ ...one, [name]: value })));
    if (assignments.length > plansMax)
      throw new ScenarioError("parameters", assignments.length, `make it at most ${plansMax} combinations`);
  }
  return assignments.map((assignment) => {
    const filled = substitute(withoutParameters(document), assignment, "");
    const values = Object.entries(assignment).map(([name, value]) => `${name}=${told(value)}`);
    return Object.assign({}, filled, { name: `${root.text("name")} (${values.join(", ")})` });
  });
}

function withoutParameters(document: unknown): unknown {
  if (typeof document !== "object" || document === null || !("parameters" in document)) return document;
  const { parameters: _, ...rest } = document;
  return rest;
}

function valuesOf(name: string, given: unknown): readonly unknown[] {
  const path = `parameters.${name}`;
  if (Array.isArray(given)) {
    if (given.length === 0) throw new ScenarioError(path, given, "write at least one value");
    return given as readonly unknown[];
  }
  if (typeof given !== "object" || given === null)
    throw new ScenarioError(path, given, 'write a list, or { "from": 1, "to": 10, "step": 1 }');
  const fields = new FieldReader(given, path);
  if (fields.has("linksOf")) return linkSetsOf(fields);
  const from = fields.whole("from", -wholeMax, wholeMax);
  const to = fields.whole("to", from, wholeMax);
  const step = fields.whole("step", 1, wholeMax, 1);
  fields.end();
  const count = Math.floor((to - from) / step) + 1;
  if (count > plansMax) throw new ScenarioError(path, given, `make it at most ${plansMax} values`);
  return Array.from({ length: count }, (_, position) => from + position * step);
}

/** More members than this have more sets than anybody runs. */
const everyLinkSetMembersMax = 3;
/** Sets that are drawn in a row and are no use: there are no more. */
const missesMax = 10_000;

function linkSetsOf(fields: FieldReader): readonly (readonly string[])[] {
  const members = fields.whole("linksOf", 1, 9);
  const count = fields.wholeOrNull("count", 1, plansMax);
  const seed = fields.whole("seed", 0, wholeMax, 1);
  const leaving = fields.choice("leaving", ["anything", "majority", "hub", "nothing"], "anything");
  fields.end();
  const isMeant = (cut: readonly string[]): boolean =>
    leaving === "anything" || leftBy(members, cut) === leaving;
  if (count === null) {
    if (members > everyLinkSetMembersMax)
      throw fields.wrong(
        "count",
        `say how many to draw: only of ${everyLinkSetMembersMax} members all are made`,
      );
    return [...everyLinkSet(members)].filter(isMeant);
  }
  const found = new Map<string, readonly string[]>();
  let misses = 0;
  for (const cut of sampleLinkSets(members, seed)) {
    if (found.size === count) break;
    const name = cut.join(",");
    if (isMeant(cut) && !found.has(name)) {
      found.set(name, cut);
      misses = 0;
    } else if (++misses > missesMax) throw fields.wrong("count", `there are hardly more than ${found.size}`);
  }
  return [...found.values()];
}

function told(value: unknown): string {
  return Array.isArray(value) && value.length === 0 ? "none" : String(value);
}

function substitute(value: unknown, assignment: Assignment, path: string): unknown {
  if (typeof value === "string" && value.startsWith("$")) {
    const name = value.slice(1);
    if (!Object.hasOwn(assignment, name))
      throw new ScenarioError(
        path,
        value,
        `no such parameter; there are ${Object.keys(assignment).join(", ")}`,
      );
    return assignment[name];
  }
  if (Array.isArray(value))
    return value.map((item: unknown, position) => substitute(item, assignment, `${path}[${position}]`));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, field]: [string, unknown]) => {
    return [name, substitute(field, assignment, path === "" ? name : `${path}.${name}`)] as const;
  });
  return Object.fromEntries(entries);
}
