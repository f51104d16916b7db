/**
 * What a peer may say: checked before a message is handed up.
 */

import { isLocalMessage, type Message, messageName, type NodeId } from "@quorate/raft";
import { isForwardable } from "./lane.ts";
import { WireError } from "./transport-error.ts";

/**
 * Checks that a message is for this member, from this peer, and of a type that peers may send. A message that a
 * follower forwards names the member that asked.
 *
 * @throws WireError `forbidden`
 */
export function checkInbound(message: Message, self: NodeId, peer: NodeId): void {
  if (isLocalMessage(message.type)) {
    throw new WireError("forbidden", `${messageName(message.type)} is never sent between members`);
  }
  if (message.to !== self)
    throw new WireError("forbidden", `a message for member ${message.to} came to ${self}`);
  if (message.from !== peer && !isForwardable(message.type)) {
    throw new WireError("forbidden", `member ${peer} sent a message in the name of ${message.from}`);
  }
}
