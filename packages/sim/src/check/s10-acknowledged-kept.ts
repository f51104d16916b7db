import { MessageType, type NodeId, Role } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import { MemberMap } from "../observe/member-map.ts";
import type { LogWriteSeen, Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";
import { foundAt, type Recovered } from "./on-disk.ts";

/** Up to where a disk owes its log, and what stands there. */
type Owed = { index: number; hash: number };

/**
 * S10: what a member acknowledged, to another one or as leader to itself, stays on its disk or in a snapshot, unless a
 * later leader replaces it (Raft §5.3), which it never does with what is committed. A loss that leaves no sign excuses;
 * rot does not: whoever finds it in what he acknowledged must not come back without it, but not at all.
 */
export function makeS10(): Checker {
  const owed = new MemberMap<Owed>();
  return {
    id: "S10",
    title: "acknowledged entries are kept",
    kinds: ["sent", "life", "log-writing", "log-durable", "snapshot-installed", "recovered"],
    sent: [MessageType.MsgAppResp],
    see(observation, ghost) {
      const { node } = observation;
      switch (observation.kind) {
        case "sent": {
          const { type, reject, index } = observation.message;
          if (type === MessageType.MsgAppResp && !reject) owe(owed, node, index, ghost);
          return null;
        }
        case "log-durable": {
          const last = observation.write.entries.at(-1);
          if (last !== undefined && ghost.inspect(node)?.role === Role.leader)
            owe(owed, node, last.index, ghost, last.term);
          return null;
        }
        case "log-writing":
          return seeReplacing(node, observation.write, owed, ghost);
        case "snapshot-installed":
          limit(owed, node, observation.metadata.index, ghost);
          return null;
        case "recovered":
          return seeRecovered(observation, owed, ghost);
        default:
          if (isWiped(observation)) owed.delete(node);
          return null;
      }
    },
  };
}

function isWiped(observation: Observation): boolean {
  return observation.kind === "life" && observation.what === "wiped";
}

/** By the hash that the core's log has there, if that is of the same term: two such entries are one (S2). */
function owe(owed: MemberMap<Owed>, node: NodeId, index: number, ghost: Ghost, term?: number): void {
  const known = ghost.nodes.get(node);
  if (known === undefined) return;
  const { log, durable } = known;
  const source = term === undefined ? durable.log : log;
  const hash = source.hash(index);
  if (hash === undefined || index <= source.base) return;
  if (term !== undefined && log.term(index) !== term) return;
  const before = owed.get(node);
  if (before === undefined) owed.set(node, { index, hash });
  else if (before.index <= index) {
    before.index = index;
    before.hash = hash;
  }
}

/** From here on only what lies before an index is owed. */
function limit(owed: MemberMap<Owed>, node: NodeId, index: number, ghost: Ghost): void {
  const before = owed.get(node);
  if (before === undefined || before.index <= index) return;
  const known = ghost.nodes.get(node);
  const hash = known?.durable.log.hash(index);
  if (known === undefined || hash === undefined || index <= known.durable.log.base) owed.delete(node);
  else owed.set(node, { index, hash });
}

/** A later leader's entries take the place of what was owed, from the moment that they are being written. */
function seeReplacing(
  node: NodeId,
  { entries }: LogWriteSeen,
  owed: MemberMap<Owed>,
  ghost: Ghost,
): string | null {
  const before = owed.get(node);
  const [first] = entries;
  const log = ghost.nodes.get(node)?.durable.log;
  if (before === undefined || first === undefined || log === undefined || first.index > before.index)
    return null;
  // Linear in what is replaced; conflicts are rare.
  const conflict = entries.find(({ index, term }) => index <= before.index && log.term(index) !== term);
  if (conflict === undefined) return null;
  const { index } = conflict;
  const committed = ghost.committed[index];
  if (committed !== undefined && committed.hash === log.hash(index))
    return `${node} writes an entry of term ${conflict.term} over the committed entry ${index} of term ${committed.term}`;
  limit(owed, node, index - 1, ghost);
  return null;
}

function seeRecovered(observation: Recovered, owed: MemberMap<Owed>, ghost: Ghost): string | null {
  const { node, snapshot, lastIndex, mayLack } = observation;
  const before = owed.get(node);
  if (before === undefined) return null;
  const { index, hash } = before;
  if (mayLack) {
    owed.delete(node);
    return null;
  }
  const found = foundAt(ghost, observation, index);
  if (found === hash || found === "covered" || found === "unknown") return null;
  // The leader's snapshot was being installed when it died: that replaces the log, and nobody was told yet.
  const isReplaced = snapshot !== null && snapshot.index > (ghost.nodes.get(node)?.durable.log.base ?? 0);
  if (isReplaced && lastIndex === snapshot.index) {
    owed.delete(node);
    return null;
  }
  return found === "missing"
    ? `${node} acknowledged entry ${index}, and came back with a log to ${lastIndex}`
    : `${node} acknowledged entry ${index}, and came back with another one there or before it`;
}
