/**
 * One register with read, write and compare-and-set: what Jepsen's etcd tests record.
 */

import type { Model } from "./history.ts";

export type RegisterInput =
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly value: number }
  | { readonly kind: "cas"; readonly expected: number; readonly value: number };

/** A value that was read, whether a cas succeeded, or that a write was acknowledged. */
export type RegisterOutput =
  | { readonly kind: "read"; readonly value: number | null }
  | { readonly kind: "write" }
  | { readonly kind: "cas"; readonly succeeded: boolean };

/** The register's value; null before the first write. */
export const registerModel: Model<number | null, RegisterInput, RegisterOutput> = {
  name: "register",
  initial: null,
  step(state, input, output) {
    switch (input.kind) {
      case "read":
        return output?.kind !== "read" || output.value === state ? state : undefined;
      case "write":
        return input.value;
      case "cas": {
        const matches = state === input.expected;
        if (output?.kind === "cas" && output.succeeded !== matches) return undefined;
        return matches ? input.value : state;
      }
    }
  },
  key: (state) => `${state}`,
  describe(input, output) {
    switch (input.kind) {
      case "read":
        return `read → ${output?.kind === "read" ? (output.value ?? "nil") : "?"}`;
      case "write":
        return `write ${input.value}${output === null ? " → ?" : ""}`;
      case "cas": {
        const answer = output?.kind === "cas" ? (output.succeeded ? "yes" : "no") : "?";
        return `cas ${input.expected} to ${input.value} → ${answer}`;
      }
    }
  },
};
