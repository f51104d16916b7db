/**
 * Entries, snapshots and messages as text.
 */

import {
  appendThread,
  applyThread,
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
  type Message,
  messageName,
  type NodeId,
  none,
  type Snapshot,
} from "../src/index.ts";
import { renderChanges } from "./conf-change-text.ts";
import { goQuote } from "./go-quote.ts";
import { renderConfState, renderId } from "./render-config.ts";

const entryTypeNames = new Map<EntryType, string>([
  [EntryType.normal, "EntryNormal"],
  [EntryType.confChange, "EntryConfChange"],
  [EntryType.confChangeV2, "EntryConfChangeV2"],
]);

/** An entry: `term/index Type payload`; a membership change that changes nobody has no payload. */
export function renderEntry(entry: Entry): string {
  const payload = renderPayload(entry);
  const head = `${entry.term}/${entry.index} ${entryTypeNames.get(entry.type) ?? entry.type}`;
  return payload === "" ? head : `${head} ${payload}`;
}

function renderPayload(entry: Entry): string {
  switch (entry.type) {
    case EntryType.normal:
      return goQuote(entry.data);
    case EntryType.confChange:
      return renderChanges([decodeConfChange(entry.data)]);
    case EntryType.confChangeV2:
      return renderChanges(decodeConfChangeV2(entry.data).changes);
  }
}

/** Entries, one per line. */
export function renderEntries(entries: readonly Entry[]): string {
  return entries.map((entry) => `${renderEntry(entry)}\n`).join("");
}

/** A snapshot's metadata. */
export function renderSnapshot(snapshot: Snapshot): string {
  const { index, term, confState } = snapshot.metadata;
  return `Index:${index} Term:${term} ConfState:${renderConfState(confState)}`;
}

/** A message, over several lines if it carries several entries, a snapshot or responses. Without a last newline. */
export function renderMessage(message: Message, indent = ""): string {
  const address = `${renderTarget(message.from)}->${renderTarget(message.to)}`;
  let text = `${indent}${address} ${messageName(message.type)} Term:${message.term}`;
  text += ` Log:${message.logTerm}/${message.index}`;
  if (message.reject) text += ` Rejected (Hint: ${message.rejectHint})`;
  if (message.commit !== 0) text += ` Commit:${message.commit}`;
  if (message.vote !== none) text += ` Vote:${message.vote}`;
  const [first] = message.entries;
  if (first !== undefined && message.entries.length === 1) {
    text += ` Entries:[${renderEntry(first)}]`;
  } else if (message.entries.length > 1) {
    const rows = message.entries.map((entry) => `\n${indent}  ${renderEntry(entry)}`);
    text += ` Entries:[${rows.join("")}\n${indent}]`;
  }
  if (message.snapshot !== null && message.snapshot.metadata.index > 0) {
    text += `\n${indent}  Snapshot: ${renderSnapshot(message.snapshot)}`;
  }
  if (message.responses.length > 0) {
    const rows = message.responses.map((response) => `\n${renderMessage(response, `${indent}  `)}`);
    text += ` Responses:[${rows.join("")}\n${indent}]`;
  }
  return text;
}

function renderTarget(id: NodeId): string {
  if (id === none) return "None";
  if (id === appendThread) return "AppendThread";
  if (id === applyThread) return "ApplyThread";
  return renderId(id);
}
