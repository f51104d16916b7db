/**
 * Were the answers right? By the committed order as a witness: every answer must be what stands there, and whatever began
 * after another call had ended must stand behind it.
 */

import type { CommittedOrder } from "./committed-order.ts";
import type { KvCall, KvVersion } from "./kv-operation.ts";
import { keyPrefix } from "./kv-request.ts";

/** What is wrong, by which invariant, and when the call returned. */
export type KvProblem = { readonly invariant: string; readonly atUs: number; readonly text: string };

/** The first thing that is wrong, or null. */
export function checkCalls(calls: readonly KvCall[], order: CommittedOrder): KvProblem | null {
  for (const call of calls) {
    const problem = checkEffect(call, order) ?? checkAnswer(call, order);
    if (problem !== null) return { ...problem, atUs: endOf(call) };
  }
  return checkTime(calls, order);
}

type Finding = { readonly invariant: string; readonly text: string };

function endOf({ returnedAtUs, calledAtUs }: KvCall): number {
  return Number.isFinite(returnedAtUs) ? returnedAtUs : calledAtUs;
}

/** K1: what was answered happened once, what was refused never, and nothing twice. */
function checkEffect(call: KvCall, order: CommittedOrder): Finding | null {
  const { input, fate, output } = call;
  if (input.kind !== "put" && input.kind !== "cas") return null;
  const writes = order.writesOf(input.value);
  const name = describe(call);
  if (writes.length > 1)
    return {
      invariant: "K1",
      text: `${name} took effect at entries ${writes.map(({ index }) => index).join(", ")}`,
    };
  if (fate === "refused" && writes.length > 0)
    return {
      invariant: "K1",
      text: `${name} was refused definitely, and took effect at entry ${writes[0]?.index}`,
    };
  const mustHave =
    fate === "answered" && (output?.kind === "put" || (output?.kind === "cas" && output.succeeded));
  if (mustHave && writes[0]?.revision !== output?.revision)
    return {
      invariant: "K1",
      text: `${name} was answered with revision ${output?.revision}, and stands at ${writes[0]?.revision ?? "none"}`,
    };
  return null;
}

/** Every answer is what stands in the committed order at its revision. */
function checkAnswer(call: KvCall, order: CommittedOrder): Finding | null {
  const { input, output, fate } = call;
  if (fate !== "answered" || output === null) return null;
  const wrong = (found: KvVersion | null, key: string): Finding | null => {
    const expected = order.at(key, output.revision);
    return isSame(found, expected)
      ? null
      : {
          invariant: "linearizability",
          text: `${describe(call)} found ${show(found)} at ${key}, revision ${output.revision}; committed there is ${show(expected)}`,
        };
  };
  switch (output.kind) {
    case "get":
      return input.kind === "get" ? wrong(output.found, input.key) : null;
    case "cas":
      return input.kind === "cas" && !output.succeeded ? wrong(output.found, input.key) : null;
    case "scan": {
      const keys = new Set([...output.found.keys(), ...order.keys()]);
      for (const key of keys) {
        if (!key.startsWith(keyPrefix)) continue;
        const finding = wrong(output.found.get(key) ?? null, key);
        if (finding !== null) return finding;
      }
      return null;
    }
    case "delete": {
      if (input.kind !== "delete") return null;
      const before = order.at(input.key, output.revision - (output.deleted > 0 ? 1 : 0));
      const expected = before === null ? 0 : 1;
      return output.deleted === expected
        ? null
        : {
            invariant: "linearizability",
            text: `${describe(call)} deleted ${output.deleted} at revision ${output.revision}; there was ${show(before)}`,
          };
    }
    default:
      return null;
  }
}

type Stamp = { readonly call: KvCall; readonly revision: number; readonly isWrite: boolean };

/** R1 and the order of writes: what began after a revision was known has at least that one; a write a higher one. */
function checkTime(calls: readonly KvCall[], order: CommittedOrder): KvProblem | null {
  const stamps = calls.map((call) => stamp(call, order)).filter((one) => one !== null);
  const byEnd = stamps
    .filter(({ call }) => call.fate === "answered")
    .toSorted((one, other) => one.call.returnedAtUs - other.call.returnedAtUs);
  const byBegin = stamps.toSorted((one, other) => one.call.calledAtUs - other.call.calledAtUs);
  let highest: Stamp | null = null;
  let ended = 0;
  for (const one of byBegin) {
    for (; ended < byEnd.length; ended++) {
      const other = byEnd[ended] as Stamp;
      if (other.call.returnedAtUs >= one.call.calledAtUs) break;
      if (highest === null || other.revision > highest.revision) highest = other;
    }
    if (highest === null || one.revision > highest.revision) continue;
    if (!one.isWrite && one.revision === highest.revision) continue;
    return {
      invariant: one.isWrite ? "linearizability" : "R1",
      atUs: endOf(one.call),
      text: `${describe(one.call)} is of revision ${one.revision}, but began after ${describe(highest.call)} had been answered with ${highest.revision}`,
    };
  }
  return null;
}

function stamp(call: KvCall, order: CommittedOrder): Stamp | null {
  const { input, output, fate } = call;
  if (input.kind === "get" && input.isSerializable) return null;
  if (fate === "answered" && output !== null) {
    const isWrite =
      output.kind === "put" ||
      (output.kind === "cas" && output.succeeded) ||
      (output.kind === "delete" && output.deleted > 0);
    return { call, revision: output.revision, isWrite };
  }
  if (input.kind !== "put" && input.kind !== "cas") return null;
  const write = order.writesOf(input.value)[0];
  return write === undefined ? null : { call, revision: write.revision, isWrite: true };
}

function isSame(one: KvVersion | null, other: KvVersion | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.value === other.value &&
    one.version === other.version &&
    one.createRevision === other.createRevision &&
    one.modRevision === other.modRevision
  );
}

function show(version: KvVersion | null): string {
  if (version === null) return "nothing";
  return `${version.value} (created ${version.createRevision}, modified ${version.modRevision}, version ${version.version})`;
}

function describe({ number, client, input }: KvCall): string {
  const what = input.kind === "scan" ? "scan" : `${input.kind} ${input.key}`;
  const value = input.kind === "put" || input.kind === "cas" ? ` ${input.value}` : "";
  return `call ${number} of client ${client} (${what}${value})`;
}
