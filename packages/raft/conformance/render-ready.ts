/**
 * A Ready as text.
 */

import { type HardState, none, type ReadState, type Ready } from "../src/index.ts";
import { renderList, renderRole } from "./render-config.ts";
import { renderEntries, renderMessage, renderSnapshot } from "./render-message.ts";

/** Describes a Ready, each line ended; an empty one is a phrase without a newline. */
export function renderReady(ready: Ready): string {
  let text = "";
  if (ready.softState !== null)
    text += `Lead:${ready.softState.lead} State:${renderRole(ready.softState.role)}\n`;
  if (ready.hardState !== null && !isEmpty(ready.hardState)) text += `${renderHardState(ready.hardState)}\n`;
  if (ready.readStates.length > 0)
    text += `ReadStates ${renderList(ready.readStates.map(renderReadState))}\n`;
  if (ready.entries.length > 0) text += `Entries:\n${renderEntries(ready.entries)}`;
  if (ready.snapshot !== null) text += `Snapshot ${renderSnapshot(ready.snapshot)}\n`;
  if (ready.committedEntries.length > 0)
    text += `CommittedEntries:\n${renderEntries(ready.committedEntries)}`;
  if (ready.messages.length > 0) {
    text += `Messages:\n${ready.messages.map((message) => `${renderMessage(message)}\n`).join("")}`;
  }
  return text === "" ? "<empty Ready>" : `Ready MustSync=${ready.mustSync}:\n${text}`;
}

function isEmpty(state: HardState): boolean {
  return state.term === 0 && state.vote === none && state.commit === 0;
}

function renderHardState(state: HardState): string {
  const vote = state.vote === none ? "" : ` Vote:${state.vote}`;
  return `HardState Term:${state.term}${vote} Commit:${state.commit}`;
}

/** Scripts show a request's context byte by byte; ours is one number. */
function renderReadState(state: ReadState): string {
  return `{${state.index} [${state.requestId}]}`;
}
