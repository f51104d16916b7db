/**
 * Refused inputs in the words of the scripts.
 */

import { MessageType, type Outcome, type RefusalCode } from "../src/index.ts";
import { Fault } from "./argument.ts";

/**
 * What a refusal adds to a directive's output; null if nothing: the scripts' implementation takes some inputs
 * without a word that this core refuses with a reason.
 */
export function refusalText(code: RefusalCode): string | null {
  switch (code) {
    case "local-message":
      return "raft: cannot step raft local message";
    case "unknown-peer":
      return "raft: cannot step as peer not found";
    case "conf-change-pending":
    case "conf-change-joint":
    case "conf-change-not-joint":
    case "transfer-invalid":
    case "lease-reads":
      return null;
    default:
      return "raft proposal dropped";
  }
}

/** The same for a delivered message: only proposals can be dropped, other refusals of the role are silent. */
export function stepErrorText(type: MessageType, outcome: Outcome): string | null {
  if (outcome.ok) return null;
  const isAboutSender = outcome.code === "local-message" || outcome.code === "unknown-peer";
  return isAboutSender || type === MessageType.MsgProp ? refusalText(outcome.code) : null;
}

/** A core that failed must not pass for one that merely refused. @throws Fault with the core's own words. */
export function checkAlive(outcome: Outcome): void {
  if (!outcome.ok && outcome.code === "storage") throw new Fault(`the core failed: ${outcome.message}`);
}
