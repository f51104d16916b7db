/**
 * What clients ask of the store, what they are told, and a model of one key.
 */

import type { Model, Operation } from "../linearizability/history.ts";

/** What a client asks. Values are unique in a run, so a value tells who wrote it. */
export type KvInput =
  | { readonly kind: "put"; readonly key: string; readonly value: string; readonly inSession: boolean }
  | { readonly kind: "get"; readonly key: string; readonly isSerializable: boolean }
  /** Puts `value` if the key has `expected` (null: if it is absent); says what it has otherwise. */
  | { readonly kind: "cas"; readonly key: string; readonly expected: string | null; readonly value: string }
  /** The nonce tells one deletion from another. */
  | { readonly kind: "delete"; readonly key: string; readonly nonce: string }
  /** Reads all keys at once. */
  | { readonly kind: "scan" };

/** A version of a key; null where it is absent. */
export type KvVersion = {
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
};

/** What a client is told; every answer names the store's revision. */
export type KvOutput =
  | { readonly kind: "put"; readonly revision: number }
  | { readonly kind: "get"; readonly revision: number; readonly found: KvVersion | null }
  | {
      readonly kind: "cas";
      readonly revision: number;
      readonly succeeded: boolean;
      /** What it has, if it failed. */
      readonly found: KvVersion | null;
    }
  | { readonly kind: "delete"; readonly revision: number; readonly deleted: number }
  | { readonly kind: "scan"; readonly revision: number; readonly found: ReadonlyMap<string, KvVersion> };

/**
 * How a call ended: with an answer; unknown, so it may take effect at any time or have done so; or certainly without an
 * effect.
 */
export type Fate = "answered" | "unknown" | "refused";

/** One call of one client. Times are microseconds. */
export type KvCall = {
  readonly number: number;
  readonly client: number;
  readonly input: KvInput;
  readonly calledAtUs: number;
  fate: Fate;
  output: KvOutput | null;
  /** Infinity while there is no answer. */
  returnedAtUs: number;
};

/** The value of one key with how often it was written since it came into being; null where it is absent. */
type KeyState = { readonly value: string; readonly version: number } | null;

/** One key, without revisions: what the search for a linearization goes by. */
export const kvModel: Model<KeyState, KvInput, KvOutput> = {
  name: "key",
  initial: null,
  step(state, input, output) {
    switch (input.kind) {
      case "put":
        return { value: input.value, version: (state?.version ?? 0) + 1 };
      case "get":
        return output?.kind !== "get" || isSame(state, output.found) ? state : undefined;
      case "cas": {
        const matches = (state?.value ?? null) === input.expected;
        if (output?.kind === "cas" && output.succeeded !== matches) return undefined;
        if (output?.kind === "cas" && !matches && !isSame(state, output.found)) return undefined;
        return matches ? { value: input.value, version: (state?.version ?? 0) + 1 } : state;
      }
      case "delete":
        if (output?.kind === "delete" && output.deleted !== (state === null ? 0 : 1)) return undefined;
        return null;
      case "scan":
        return state;
    }
  },
  key: (state) => (state === null ? "" : `${state.version} ${state.value}`),
  part: (input) => (input.kind === "scan" ? "" : input.key),
  describe(input, output) {
    const key = input.kind === "scan" ? "all" : input.key;
    const value = input.kind === "put" || input.kind === "cas" ? ` ${input.value}` : "";
    return `${input.kind} ${key}${value} → ${output === null ? "?" : `revision ${output.revision}`}`;
  },
};

function isSame(state: KeyState, found: KvVersion | null): boolean {
  return state === null
    ? found === null
    : found !== null && found.value === state.value && found.version === state.version;
}

/** Calls as a history of single keys: without scans, serializable reads, and what certainly did not happen. */
export function keyHistory(calls: readonly KvCall[]): readonly Operation<KvInput, KvOutput>[] {
  return calls
    .filter(({ input, fate }) => {
      if (fate === "refused" || input.kind === "scan") return false;
      return input.kind !== "get" || (fate === "answered" && !input.isSerializable);
    })
    .map(({ client, input, output, calledAtUs, returnedAtUs, fate }) => ({
      client,
      input,
      output,
      calledAt: calledAtUs,
      returnedAt: fate === "answered" ? returnedAtUs : Number.POSITIVE_INFINITY,
    }));
}
