/**
 * Configurations as bytes: four counts and the auto-leave flag (4 bytes each), then the ids (8 bytes each).
 */

import type { ConfState, NodeId } from "@quorate/raft";
import { getNumber, setNumber } from "./layout.ts";

const headBytes = 20;

/** Bytes that a configuration takes. */
export function confStateBytes(confState: ConfState): number {
  return headBytes + 8 * listsOf(confState).reduce((sum, list) => sum + list.length, 0);
}

/** Writes a configuration. */
export function putConfState(view: DataView, offset: number, confState: ConfState): void {
  let position = offset + headBytes;
  for (const [number, list] of listsOf(confState).entries()) {
    view.setUint32(offset + 4 * number, list.length, true);
    for (const id of list) {
      setNumber(view, position, id);
      position += 8;
    }
  }
  view.setUint32(offset + 16, confState.autoLeave ? 1 : 0, true);
}

/** Reads a configuration; null if it does not fit into the view. */
export function getConfState(view: DataView, offset: number): ConfState | null {
  if (offset + headBytes > view.byteLength) return null;
  const lists: NodeId[][] = [];
  let position = offset + headBytes;
  for (let number = 0; number < 4; number++) {
    const count = view.getUint32(offset + 4 * number, true);
    if (position + 8 * count > view.byteLength) return null;
    const list: NodeId[] = [];
    for (let item = 0; item < count; item++, position += 8) list.push(getNumber(view, position));
    lists.push(list);
  }
  const [voters = [], votersOutgoing = [], learners = [], learnersNext = []] = lists;
  return {
    voters,
    votersOutgoing,
    learners,
    learnersNext,
    autoLeave: view.getUint32(offset + 16, true) === 1,
  };
}

function listsOf(confState: ConfState): readonly (readonly NodeId[])[] {
  return [confState.voters, confState.votersOutgoing, confState.learners, confState.learnersNext];
}
