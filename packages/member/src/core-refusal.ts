/**
 * Refusals of the core, as callers see them.
 */

import type { Refusal } from "@quorate/raft";
import { definitely, type MemberError, perhaps } from "./member-error.ts";

/** A refusal of the core, as a caller sees it: nothing was appended, or nothing that would take effect. */
export function toMemberError(refusal: Refusal): MemberError {
  const { code, message } = refusal;
  switch (code) {
    case "too-much-uncommitted":
      return definitely("too-many-requests", message);
    case "transferring":
      return definitely("transferring", message);
    case "conf-change-pending":
    case "conf-change-joint":
      return definitely("change-pending", message);
    case "conf-change-not-joint":
    case "conf-change-invalid":
    case "transfer-invalid":
    case "lease-reads":
      return definitely("refused", message);
    case "storage":
      return perhaps("failed", message);
    default:
      return definitely("no-leader", message);
  }
}
