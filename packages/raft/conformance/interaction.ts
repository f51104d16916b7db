/**
 * Interaction scripts: the commands that set up, look at or prod single nodes. Those that move work are in
 * `interaction-work.ts`.
 */

import {
  type ConfChange,
  ConfChangeTransition,
  type ConfChangeV2,
  MessageType,
  makeMessage,
  type NodeId,
  noData,
  type Outcome,
  unlimited,
} from "../src/index.ts";
import {
  CommandError,
  Fault,
  needBoolean,
  needKey,
  needValue,
  pairs,
  parseBoolean,
  parseNumber,
  plainIds,
} from "./argument.ts";
import { Cluster, electionTicks, heartbeatTicks, latest, type Node, type NodeSettings } from "./cluster.ts";
import { parseChanges } from "./conf-change-text.ts";
import { workCommands } from "./interaction-work.ts";
import { Output } from "./output.ts";
import { checkAlive, stepErrorText } from "./refusal-text.ts";
import { renderProgressMap, renderRole } from "./render-config.ts";
import { renderEntries, renderMessage } from "./render-message.ts";
import type { Directive } from "./script.ts";
import { type Command, type Stage, setLogLevel } from "./stage.ts";

const commands = new Map<string, Command>([
  ["_breakpoint", () => {}],
  ["add-nodes", addNodes],
  ["campaign", (stage, directive) => report(MessageType.MsgHup, firstNode(stage, directive).raft.campaign())],
  ["compact", compact],
  ["forget-leader", (stage, directive) => checkAlive(firstNode(stage, directive).raft.forgetLeader())],
  ["log-level", (stage, directive) => setLogLevel(stage.output, needKey(directive, 0, "a level"))],
  ["propose", propose],
  ["propose-conf-change", proposeConfChange],
  ["raft-log", (stage, directive) => describeLog(stage, firstNode(stage, directive))],
  ["raft-state", describeStates],
  ["report-unreachable", reportUnreachable],
  ["send-snapshot", sendSnapshot],
  ["set-randomized-election-timeout", setElectionTimeout],
  ["status", describeStatus],
  ["tick-election", (stage, directive) => tick(firstNode(stage, directive), electionTicks)],
  ["tick-heartbeat", (stage, directive) => tick(firstNode(stage, directive), heartbeatTicks)],
  ["transfer-leadership", transferLeadership],
  ...workCommands,
]);

/** The commands of interaction scripts. */
export const interactionCommands: ReadonlySet<string> = new Set(commands.keys());

/** Starts an interaction script: gives the function that carries out one directive after another. */
export function startInteraction(): (directive: Directive) => string {
  const output = new Output();
  const stage: Stage = { cluster: new Cluster(output), output };
  return (directive) => {
    const command = commands.get(directive.command);
    if (command === undefined) {
      const known = [...interactionCommands].sort().join(", ");
      throw new Fault(`unknown command ${directive.command}; interaction scripts have ${known}`);
    }
    output.take();
    try {
      command(stage, directive);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // Silence does not hide a refusal.
      if (output.quiet) return error.message;
      output.write(error.message);
    }
    const text = output.take();
    return text === "" ? "ok" : text;
  };
}

/** The node that the first argument names. */
function firstNode(stage: Stage, directive: Directive): Node {
  return stage.cluster.node(parseNumber(needKey(directive, 0, "a node"), "a node"));
}

function report(type: MessageType, outcome: Outcome): void {
  checkAlive(outcome);
  const text = stepErrorText(type, outcome);
  if (text !== null) throw new CommandError(text);
}

// --- setting up

function addNodes(stage: Stage, directive: Directive): void {
  const count = parseNumber(needKey(directive, 0, "the number of nodes"), "the number of nodes");
  const settings: { -readonly [Key in keyof NodeSettings]: NodeSettings[Key] } = {};
  const voters: NodeId[] = [];
  const learners: NodeId[] = [];
  let index = 0;
  let data = noData;
  for (const [key, value] of pairs(directive.args.slice(1))) {
    switch (key) {
      case "voters":
        voters.push(parseNumber(value, "a voter"));
        break;
      case "learners":
        learners.push(parseNumber(value, "a learner"));
        break;
      case "index":
        index = parseNumber(value, key);
        settings.applied = index;
        break;
      case "content":
        data = new TextEncoder().encode(value);
        break;
      default:
        applySetting(settings, key, value);
    }
  }
  const isBootstrapped = voters.length > 0 || learners.length > 0 || index > 0 || data.length > 0;
  const confState = { voters, votersOutgoing: [], learners, learnersNext: [], autoLeave: false };
  const bootstrap = isBootstrapped ? { metadata: { index, term: 1, confState }, data } : null;
  stage.cluster.addNodes(count, settings, bootstrap);
}

function applySetting(
  settings: { -readonly [Key in keyof NodeSettings]: NodeSettings[Key] },
  key: string,
  value: string,
): void {
  switch (key) {
    case "inflight":
      settings.inflightMessagesMax = parseNumber(value, key);
      break;
    case "async-storage-writes":
      settings.asyncStorageWrites = needBoolean(value, key);
      break;
    case "prevote":
      settings.preVote = needBoolean(value, key);
      break;
    case "checkquorum":
      settings.checkQuorum = needBoolean(value, key);
      break;
    case "max-committed-size-per-ready":
      // Zero means "as a message", and messages are not limited here.
      settings.applyBytesMax = parseNumber(value, key) || unlimited;
      break;
    case "disable-conf-change-validation":
      settings.disableConfChangeValidation = needBoolean(value, key);
      break;
    case "step-down-on-removal":
      settings.stepDownOnRemoval = needBoolean(value, key);
      break;
    case "read-only":
      if (value !== "safe" && value !== "lease-based") {
        throw new CommandError(`invalid read-only option ${JSON.stringify(value)}`);
      }
      settings.readMode = value === "safe" ? "safe" : "lease";
      break;
    default:
      throw new Fault(`add-nodes has no setting ${key}`);
  }
}

// --- prodding

function compact(stage: Stage, directive: Directive): void {
  const node = firstNode(stage, directive);
  if (!node.disk.compact(parseNumber(needKey(directive, 1, "an index"), "an index"))) {
    throw new CommandError("requested index is unavailable due to compaction");
  }
  describeLog(stage, node);
}

function propose(stage: Stage, directive: Directive): void {
  const node = firstNode(stage, directive);
  if (directive.args.length !== 2 || directive.args[1]?.values.length !== 0) {
    throw new Fault("propose takes a node and one word");
  }
  const data = new TextEncoder().encode(needKey(directive, 1, "a word"));
  report(MessageType.MsgProp, node.raft.propose(data));
}

const transitions = new Map<string, ConfChangeTransition>([
  ["auto", ConfChangeTransition.auto],
  ["implicit", ConfChangeTransition.jointImplicit],
  ["explicit", ConfChangeTransition.jointExplicit],
]);

function proposeConfChange(stage: Stage, directive: Directive): void {
  const node = firstNode(stage, directive);
  let isV1 = false;
  let transition: ConfChangeTransition = ConfChangeTransition.auto;
  for (const [key, value] of pairs(directive.args.slice(1))) {
    if (key === "v1") {
      const parsed = parseBoolean(value);
      if (parsed === null) {
        throw new CommandError(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
      }
      isV1 = parsed;
    } else if (key === "transition") {
      const parsed = transitions.get(value);
      if (parsed === undefined) throw new CommandError(`unknown transition ${value}`);
      transition = parsed;
    } else {
      throw new CommandError(`unknown command ${key}`);
    }
  }
  const changes = parseChanges(directive.input);
  const [first] = changes;
  let change: ConfChange | ConfChangeV2 = { transition, changes, context: noData };
  if (isV1) {
    if (changes.length > 1 || transition !== ConfChangeTransition.auto) {
      throw new CommandError("v1 conf change can only have one operation and no transition");
    }
    if (first === undefined) throw new Fault("a v1 change needs one operation, such as v2, as its input");
    change = { type: first.type, nodeId: first.nodeId, context: noData };
  }
  report(MessageType.MsgProp, node.raft.proposeConfChange(change));
}

function tick(node: Node, ticks: number): void {
  for (let count = 0; count < ticks; count++) checkAlive(node.raft.tick());
}

function setElectionTimeout(stage: Stage, directive: Directive): void {
  const ticks = parseNumber(needValue(directive, "timeout"), "timeout");
  if (ticks === 0) throw new Fault("timeout must be at least 1");
  firstNode(stage, directive).raft.setRandomizedElectionTicks(ticks);
}

function transferLeadership(stage: Stage, directive: Directive): void {
  const from = stage.cluster.node(parseNumber(needValue(directive, "from"), "from"));
  const to = stage.cluster.node(parseNumber(needValue(directive, "to"), "to"));
  checkAlive(from.raft.transferLeadership(to.id));
}

function reportUnreachable(stage: Stage, directive: Directive): void {
  const [reporter, peer, ...others] = plainIds(directive);
  if (reporter === undefined || peer === undefined || others.length > 0) {
    throw new CommandError(
      "must specify exactly two node indexes: node on which to report, and reported node",
    );
  }
  checkAlive(stage.cluster.node(reporter).raft.reportUnreachable(stage.cluster.node(peer).id));
}

function sendSnapshot(stage: Stage, directive: Directive): void {
  const [from, to, ...others] = plainIds(directive);
  if (from === undefined || to === undefined || others.length > 0) {
    throw new Fault("send-snapshot takes two nodes: the sender and the receiver");
  }
  const sender = stage.cluster.node(from);
  const { term } = sender.raft.status();
  const message = makeMessage(MessageType.MsgSnap, { from, to, term, snapshot: latest(sender.history) });
  stage.cluster.messages.push(message);
  stage.output.write(renderMessage(message));
}

// --- looking

function describeLog(stage: Stage, node: Node): void {
  const first = node.disk.firstIndex();
  const last = node.disk.lastIndex();
  if (last < first) {
    stage.output.write(`log is empty: first index=${first}, last index=${last}`);
    return;
  }
  const entries = node.disk.entries(first, last + 1, unlimited);
  if (typeof entries === "string") throw new Fault(`the log of node ${node.id} cannot be read: ${entries}`);
  stage.output.write(renderEntries(entries));
}

function describeStates(stage: Stage): void {
  for (const { raft } of stage.cluster.nodes) {
    const { id, role, term, lead, config } = raft.status();
    const isVoter = config.voters.includes(id) || config.votersOutgoing.includes(id);
    const membership = isVoter ? "(Voter)" : "(Non-Voter)";
    stage.output.write(`${id}: ${renderRole(role)} ${membership} Term:${term} Lead:${lead}\n`);
  }
}

function describeStatus(stage: Stage, directive: Directive): void {
  stage.output.write(renderProgressMap(firstNode(stage, directive).raft.status().progress));
}
