/**
 * What became of a command, as a handler wants it.
 */

import type { Outcome, Response } from "@quorate/store";
import { refusalError } from "../rpc/error-table.ts";

/** The response of an outcome; throws what a refusal is to a client. */
export function accepted<Kind extends Response["kind"]>(
  outcome: Outcome,
  kind: Kind,
): Extract<Response, { kind: Kind }> {
  if (!outcome.ok) throw refusalError(outcome.code);
  if (outcome.response.kind !== kind) throw new Error(`a ${kind} was answered by ${outcome.response.kind}`);
  return outcome.response as Extract<Response, { kind: Kind }>;
}
