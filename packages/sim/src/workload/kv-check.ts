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
  const first = writes[0];
  if (writes.length > 1)
    return {
      invariant: "K1",
      text: `${describe(call)} took effect at entries ${writes.map(({ index }) => index).join(", ")}`,
    };
  if (fate === "refused" && first !== undefined)
    return {
      invariant: "K1",
      text: `${describe(call)} was refused definitely, and took effect at entry ${first.index}`,
    };
  const mustHave =
    fate === "answered" && (output?.kind === "put" || (output?.kind === "cas" && output.succeeded));
  if (mustHave && first?.revision !== output?.revision)
    return {
      invariant: "K1",
      text: `${describe(call)} was answered with revision ${output?.revision}, and stands at ${first?.revision ?? "none"}`,
    };
  return null;
}

/** Every answer is what stands in the committed order at its revision. */
function checkAnswer(call: KvCall, order: CommittedOrder): Finding | null {
  const { input, output, fate } = call;
  if (fate !== "answered" || output === null) return null;
  const { revision } = output;
  switch (output.kind) {
    case "get":
      return input.kind === "get" ? checkFound(call, order, input.key, revision, output.found) : null;
    case "cas":
      return input.kind === "cas" && !output.succeeded
        ? checkFound(call, order, input.key, revision, output.found)
        : null;
    case "scan": {
      const keys = new Set([...output.found.keys(), ...order.keys()]);
      for (const key of keys) {
        if (!key.startsWith(keyPrefix)) continue;
        const finding = checkFound(call, order, key, revision, output.found.get(key) ?? null);
        if (finding !== null) return finding;
      }
      return null;
    }
    case "delete": {
      if (input.kind !== "delete") return null;
      const before = order.at(input.key, revision - (output.deleted > 0 ? 1 : 0));
      const expected = before === null ? 0 : 1;
      return output.deleted === expected
        ? null
        : {
            invariant: "linearizability",
            text: `${describe(call)} deleted ${output.deleted} at revision ${revision}; there was ${show(before)}`,
          };
    }
    default:
      return null;
  }
}

/** What a call found at a key is what stands there at the revision of its answer. */
function checkFound(
  call: KvCall,
  order: CommittedOrder,
  key: string,
  revision: number,
  found: KvVersion | null,
): Finding | null {
  const expected = order.at(key, revision);
  if (isSame(found, expected)) return null;
  return {
    invariant: "linearizability",
    text: `${describe(call)} found ${show(found)} at ${key}, revision ${revision}; committed there is ${show(expected)}`,
  };
}

type Stamp = { readonly call: KvCall; readonly revision: number; readonly isWrite: boolean };

/** R1 and the order of writes: what began after a revision was known has at least that one; a write a higher one. */
function checkTime(calls: readonly KvCall[], order: CommittedOrder): KvProblem | null {
  const byBegin: Stamp[] = [];
  const byEnd: Stamp[] = [];
  for (const call of calls) {
    const one = stamp(call, order);
    if (one === null) continue;
    insert(byBegin, one, beganLater);
    if (call.fate === "answered") insert(byEnd, one, endedLater);
  }
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

/** Puts one in its place, behind its equals: calls come nearly in order, so that is quicker than to sort them. */
function insert(sorted: Stamp[], one: Stamp, isLater: (other: Stamp, one: Stamp) => boolean): void {
  let at = sorted.push(one) - 1;
  for (; at > 0 && isLater(sorted[at - 1] as Stamp, one); at--) sorted[at] = sorted[at - 1] as Stamp;
  sorted[at] = one;
}

function beganLater(other: Stamp, one: Stamp): boolean {
  return other.call.calledAtUs > one.call.calledAtUs;
}

function endedLater(other: Stamp, one: Stamp): boolean {
  return other.call.returnedAtUs > one.call.returnedAtUs;
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
