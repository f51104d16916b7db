/**
 * Membership changes as text: `v1 l2 r3 u4` in scripts, and protobuf's text form in log lines.
 */

import {
  type ConfChange,
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  isSingleChange,
} from "../src/index.ts";
import { CommandError, parseNumber } from "./argument.ts";
import { goQuote } from "./go-quote.ts";

const letters = new Map<string, ConfChangeType>([
  ["v", ConfChangeType.addNode],
  ["l", ConfChangeType.addLearnerNode],
  ["r", ConfChangeType.removeNode],
  ["u", ConfChangeType.updateNode],
]);

const typeLetters = new Map([...letters].map(([letter, type]) => [type, letter]));

const typeNames = new Map<ConfChangeType, string>([
  [ConfChangeType.addNode, "ConfChangeAddNode"],
  [ConfChangeType.removeNode, "ConfChangeRemoveNode"],
  [ConfChangeType.updateNode, "ConfChangeUpdateNode"],
  [ConfChangeType.addLearnerNode, "ConfChangeAddLearnerNode"],
]);

const transitionNames = new Map<ConfChangeTransition, string>([
  [ConfChangeTransition.auto, "ConfChangeTransitionAuto"],
  [ConfChangeTransition.jointImplicit, "ConfChangeTransitionJointImplicit"],
  [ConfChangeTransition.jointExplicit, "ConfChangeTransitionJointExplicit"],
]);

/**
 * Reads `v1 l2 …`: make a voter, make a learner, remove (r), update (u).
 * @throws CommandError in the scripts' words for a token that is none.
 */
export function parseChanges(text: string): ConfChangeSingle[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  return trimmed.split(" ").map((token) => {
    if (token.length < 2) throw new CommandError(`unknown token ${token}`);
    const type = letters.get(token.slice(0, 1));
    if (type === undefined) throw new CommandError(`unknown input: ${token}`);
    const digits = token.slice(1);
    if (!/^\d+$/.test(digits)) {
      throw new CommandError(
        `strconv.ParseUint: parsing ${goQuote(new TextEncoder().encode(digits))}: invalid syntax`,
      );
    }
    return { type, nodeId: parseNumber(digits, "a member's id") };
  });
}

/** Writes changes as `v1 l2 …`. */
export function renderChanges(changes: readonly ConfChangeSingle[]): string {
  return changes.map((change) => `${typeLetters.get(change.type) ?? "unknown"}${change.nodeId}`).join(" ");
}

/** A change in protobuf's text form. */
export function renderProtoText(change: ConfChange | ConfChangeV2): string {
  const fields = isSingleChange(change)
    ? singleFields(change)
    : [
        `transition:${transitionNames.get(change.transition) ?? change.transition}`,
        ...change.changes.map((single) => `changes:{${singleFields(single).join(" ")}}`),
      ];
  if (change.context.length > 0) fields.push(`context:${goQuote(change.context)}`);
  return fields.join(" ");
}

function singleFields(change: ConfChangeSingle): string[] {
  return [`type:${typeNames.get(change.type) ?? change.type}`, `node_id:${change.nodeId}`];
}
