/**
 * One call of a client of somebody's machine, and how it ended.
 */

import type { CallFate } from "../subject/subject.ts";

/** See the module. Times are microseconds. */
export type OperationCall = {
  readonly number: number;
  readonly client: number;
  readonly input: unknown;
  readonly kind: "command" | "query" | "serializable query";
  readonly calledAtUs: number;
  fate: CallFate;
  /** What the client was told; counts only if it was answered. */
  output: unknown;
  /** Of a query: the index up to which the member that answered had applied. */
  index: number;
  /** Infinity while there is no answer. */
  returnedAtUs: number;
};
