/**
 * Confchange scripts: the rules of membership changes alone, without logs or messages.
 */

import {
  applySimple,
  type ConfChangeSingle,
  emptyMembership,
  enterJoint,
  leaveJoint,
  type Membership,
  type Refusal,
} from "../src/index.ts";
import { CommandError, Fault, needBoolean, needValue } from "./argument.ts";
import { parseChanges } from "./conf-change-text.ts";
import { renderConfig, renderProgressMap } from "./render-config.ts";
import type { Directive } from "./script.ts";

/** The commands of confchange scripts. */
export const confchangeCommands: ReadonlySet<string> = new Set(["simple", "enter-joint", "leave-joint"]);

const inflightMessagesMax = 10;

/** Starts a confchange script: gives the function that carries out one directive after another. */
export function startConfchange(): (directive: Directive) => string {
  let membership: Membership = emptyMembership;
  // It rises with every directive, so that a new member's `next` tells when it came.
  let lastIndex = 0;
  return (directive) => {
    const context = { lastIndex, inflightMessagesMax, inflightBytesMax: 0 };
    lastIndex++;
    try {
      const result = change(directive, membership, context, parseChanges(directive.input));
      if ("ok" in result) return `${result.message}\n`;
      membership = result;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return error.message;
    }
    const views = new Map([...membership.progress].map(([id, progress]) => [id, progress.view()]));
    return `${renderConfig(membership.config)}\n${renderProgressMap(views)}`;
  };
}

function change(
  directive: Directive,
  membership: Membership,
  context: Parameters<typeof leaveJoint>[1],
  changes: readonly ConfChangeSingle[],
): Membership | Refusal {
  switch (directive.command) {
    case "simple":
      return applySimple(membership, changes, context);
    case "enter-joint": {
      const autoLeave =
        directive.args.length > 0 && needBoolean(needValue(directive, "autoleave"), "autoleave");
      return enterJoint(membership, autoLeave, changes, context);
    }
    case "leave-joint":
      if (changes.length > 0) throw new CommandError("this command takes no input\n");
      return leaveJoint(membership, context);
    default:
      throw new Fault(
        `unknown command ${directive.command}; confchange scripts have ${[...confchangeCommands].join(", ")}`,
      );
  }
}
