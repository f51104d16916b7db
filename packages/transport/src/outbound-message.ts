/**
 * What a member may send: asserted before a message is queued.
 */

import { isLocalMessage, isLocalTarget, type Message, messageName, type NodeId } from "@quorate/raft";

/** Asserts that a message is one for a peer. @throws RangeError: anything else is a programmer's error. */
export function checkOutbound(message: Message, self: NodeId): void {
  const { type, to } = message;
  if (isLocalMessage(type) || isLocalTarget(to) || to === self || !(Number.isSafeInteger(to) && to > 0)) {
    throw new RangeError(`${messageName(type)} to ${to} is not for a peer of member ${self}`);
  }
}
