/**
 * Interaction scripts: the commands that move work along, one step or until nothing is left.
 */

import { MessageType, type NodeId } from "../src/index.ts";
import { Fault, parseNumber, plainIds } from "./argument.ts";
import type { Node } from "./cluster.ts";
import { checkAlive, stepErrorText } from "./refusal-text.ts";
import { renderMessage } from "./render-message.ts";
import type { Directive } from "./script.ts";
import { type Command, type Stage, setLogLevel } from "./stage.ts";

/** More rounds than any script needs: a core that never comes to rest must not hang the harness. */
const roundsMax = 10_000;

/** The commands, by name. */
export const workCommands: readonly (readonly [name: string, command: Command])[] = [
  ["deliver-msgs", deliverMessages],
  [
    "process-append-thread",
    eachNode("processing append thread", (stage, node) => stage.cluster.processAppendThread(node)),
  ],
  [
    "process-apply-thread",
    eachNode("processing apply thread", (stage, node) => stage.cluster.processApplyThread(node)),
  ],
  ["process-ready", eachNode("handling Ready", (stage, node) => stage.cluster.processReady(node))],
  ["stabilize", stabilize],
];

/** A command that does `work` on each named node; with several, under a header for each. */
function eachNode(title: string, work: (stage: Stage, node: Node) => void): Command {
  return (stage, directive) => {
    const ids = plainIds(directive);
    for (const id of ids) {
      const node = stage.cluster.node(id);
      if (ids.length > 1) underHeader(stage, `${id} ${title}`, () => work(stage, node));
      else work(stage, node);
    }
  };
}

function underHeader(stage: Stage, title: string, work: () => void): void {
  stage.output.write(`> ${title}\n`);
  stage.output.indented(work);
}

type Recipient = { readonly id: NodeId; readonly isDrop: boolean };

function deliverMessages(stage: Stage, directive: Directive): void {
  const recipients: Recipient[] = [];
  let type: MessageType | null = null;
  for (const { key, values } of directive.args) {
    if (values.length === 0) {
      recipients.push({ id: parseNumber(key, "a node"), isDrop: false });
    }
    for (const value of values) {
      if (key === "type") {
        type = parseType(value);
      } else if (key === "drop") {
        const id = parseNumber(value, "a node");
        if (recipients.some((recipient) => recipient.id === id)) {
          throw new Fault(`messages to ${id} cannot be both delivered and dropped`);
        }
        recipients.push({ id, isDrop: true });
      } else {
        throw new Fault(`deliver-msgs has no argument ${key}`);
      }
    }
  }
  let delivered = 0;
  for (const recipient of recipients) delivered += deliver(stage, recipient, type);
  if (delivered === 0) stage.output.write("no messages\n");
}

function parseType(name: string): MessageType {
  const type = new Map<string, MessageType>(Object.entries(MessageType)).get(name);
  if (type === undefined) throw new Fault(`there is no message type ${name}`);
  return type;
}

/** Delivers or drops what is on its way to one node, and tells how many messages it were. */
function deliver(stage: Stage, { id, isDrop }: Recipient, type: MessageType | null): number {
  const { cluster, output } = stage;
  const messages = cluster.takeMessages(id, type, isDrop);
  for (const message of messages) {
    output.write(`${isDrop ? "dropped: " : ""}${renderMessage(message)}\n`);
    if (isDrop) continue; // also to nodes that are not there yet
    const outcome = cluster.node(id).raft.step(message);
    checkAlive(outcome);
    const error = stepErrorText(message.type, outcome);
    if (error !== null) output.write(`${error}\n`);
  }
  return messages.length;
}

function stabilize(stage: Stage, directive: Directive): void {
  const { cluster, output } = stage;
  const ids = plainIds(directive);
  const before = output.level;
  try {
    for (const { key, values } of directive.args) {
      if (values.length > 0 && key !== "log-level") throw new Fault(`stabilize has no argument ${key}`);
      for (const value of values) setLogLevel(output, value);
    }
    const nodes = ids.length === 0 ? cluster.nodes : ids.map((id) => cluster.node(id));
    let rounds = 0;
    while (stabilizeOnce(stage, nodes)) {
      if (++rounds > roundsMax) throw new Fault(`no rest after ${roundsMax} rounds`);
    }
  } finally {
    output.level = before;
  }
}

/** One round over all nodes: every Ready, then every delivery, then the append work, then the apply work. */
function stabilizeOnce(stage: Stage, nodes: readonly Node[]): boolean {
  const { cluster } = stage;
  let isBusy = false;
  const work = (title: string, action: () => void): void => {
    isBusy = true;
    underHeader(stage, title, action);
  };
  for (const node of nodes) {
    if (node.raft.hasReady()) work(`${node.id} handling Ready`, () => cluster.processReady(node));
  }
  for (const { id } of nodes) {
    if (!cluster.hasMessages(id)) continue;
    work(`${id} receiving messages`, () => deliver(stage, { id, isDrop: false }, null));
  }
  for (const node of nodes) {
    if (node.appendWork.length === 0) continue;
    work(`${node.id} processing append thread`, () => {
      while (node.appendWork.length > 0) cluster.processAppendThread(node);
    });
  }
  for (const node of nodes) {
    if (node.applyWork.length === 0) continue;
    work(`${node.id} processing apply thread`, () => {
      while (node.applyWork.length > 0) cluster.processApplyThread(node);
    });
  }
  return isBusy;
}
