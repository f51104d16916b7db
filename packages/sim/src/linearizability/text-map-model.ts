/**
 * A map of texts with get, put and append; every key begins empty and is an object of its own.
 */

import type { Model } from "./history.ts";

export type TextMapInput = {
  readonly kind: "get" | "put" | "append";
  readonly key: string;
  /** What is written; empty for a get. */
  readonly value: string;
};

/** What a get returned; empty for the others. */
export type TextMapOutput = { readonly value: string };

/** The text under one key. */
export const textMapModel: Model<string, TextMapInput, TextMapOutput> = {
  name: "map of texts",
  initial: "",
  step(state, input, output) {
    switch (input.kind) {
      case "get":
        return output === null || output.value === state ? state : undefined;
      case "put":
        return input.value;
      case "append":
        return state + input.value;
    }
  },
  key: (state) => state,
  part: ({ key }) => key,
  describe({ kind, key, value }, output) {
    if (kind === "get") return `get ${key} → ${output === null ? "?" : JSON.stringify(output.value)}`;
    return `${kind} ${key} ${JSON.stringify(value)}${output === null ? " → ?" : ""}`;
  },
};
