/**
 * Which event becomes which log line: the one table between events as data and the log.
 *
 * `debug`: what happens all the time. `info`: what an operator would like to have known afterwards. `warn`: what somebody
 * should look at. `error`: what ends the member. An event that is not in the table is a `debug` line with its plain fields. `null`: never a line. Entries and messages carry
 * what clients store, so nothing nested is ever printed as it comes.
 */

import type { SourcedEvent } from "@quorate/member";
import type { LogFields } from "./log.ts";
import type { LogLevel } from "./log-settings.ts";

/** A line. */
export type EventLine = { readonly level: LogLevel; readonly message: string; readonly fields: LogFields };

/** A member's name; its ID in hexadecimal while the name is unknown. */
export type NameOf = (id: number) => string;

type Source = SourcedEvent["source"];
type EventOf<From extends Source> = Extract<SourcedEvent, { source: From }>["event"];
/** The variant that has a kind, also where several kinds share one. */
type OfKind<Event, Kind> = Event extends { readonly kind: infer Kinds }
  ? Kind extends Kinds
    ? Event
    : never
  : never;
type Row<Event> = {
  readonly level: LogLevel | ((event: Event) => LogLevel);
  readonly message: string | ((event: Event, nameOf: NameOf) => string);
  readonly fields?: (event: Event, nameOf: NameOf) => LogFields;
};
type Table<Event extends { readonly kind: string }> = {
  readonly [Kind in Event["kind"]]?: Row<OfKind<Event, Kind>> | null;
};

const rounded = (ms: number): number => Math.round(ms);
/** A process that is held up this long is worth a line; less is a garbage collection. */
const pauseToTellMs = 500;
const voteRefusals = [
  "none",
  "stale term",
  "already voted",
  "leader known",
  "last term behind",
  "log shorter",
];

const memberLines: Table<EventOf<"member">> = {
  "leader-changed": {
    // Who lost its leader says next that it campaigns, or that a majority is missing.
    level: ({ lead }) => (lead === 0 ? "debug" : "info"),
    message: ({ lead }, nameOf) => (lead === 0 ? "no leader is known" : `the leader is ${nameOf(lead)}`),
  },
  "quorum-lost": {
    level: "warn",
    message: "a majority is missing: only serializable reads are answered",
    fields: ({ sinceMs }) => ({ sinceMs: rounded(sinceMs) }),
  },
  "quorum-regained": {
    level: "info",
    message: "a majority is there again",
    fields: ({ lostMs }) => ({ lostMs: rounded(lostMs) }),
  },
  paused: {
    level: ({ pausedMs }) => (pausedMs >= pauseToTellMs ? "warn" : "debug"),
    message: "the process was held up",
    fields: ({ pausedMs }) => ({ pausedMs: rounded(pausedMs) }),
  },
  "disk-stalled": {
    level: "warn",
    message: "the disk does not answer",
    fields: ({ forMs }) => ({ forMs: rounded(forMs) }),
  },
  "disk-recovered": {
    level: "info",
    message: "the disk answers again",
    fields: ({ afterMs }) => ({ afterMs: rounded(afterMs) }),
  },
  "peer-suspected": peerLine("debug", "is suspected: nothing was heard of it"),
  "peer-failed": peerLine("warn", "does not answer"),
  "peer-alive": peerLine("info", "answers"),
  "election-window": {
    level: "debug",
    message: "the election window follows what is measured",
    fields: ({ lowMs, highMs }) => ({ lowMs: rounded(lowMs), highMs: rounded(highMs) }),
  },
  "snapshot-restored": {
    level: "info",
    message: "took over the state of the leader",
    fields: ({ index, bytes }) => ({ upTo: index, bytes }),
  },
  "snapshot-failed": {
    level: "warn",
    message: "a snapshot failed",
    fields: ({ index, message }) => ({ upTo: index, error: message }),
  },
  membership: {
    level: "info",
    message: ({ message }) => `membership: ${message}`,
    fields: ({ step }) => ({ step }),
  },
  isolated: {
    level: "warn",
    message: ({ on }) => (on ? "isolated by an administrator" : "no longer isolated"),
  },
  "bootstrap-waiting": {
    level: "info",
    message: "new, and waiting to hear from the other members",
    fields: ({ unheard }) => ({ unheard }),
  },
  recovered: { level: "warn", message: ({ message }) => `the log was repaired: ${message}` },
  failed: { level: "error", message: ({ message }) => `the member ends: ${message}` },
};

const raftLines: Table<EventOf<"raft">> = {
  "campaign-started": {
    level: "info",
    message: ({ transfer }) => (transfer ? "takes over leadership" : "campaigns"),
  },
  "vote-refused": {
    level: "info",
    message: ({ candidate }, nameOf) => `refused ${nameOf(candidate)} its vote`,
    fields: ({ refusal, candidateTerm, candidateLastIndex, lastIndex }) => ({
      cause: voteRefusals[refusal],
      candidateTerm,
      candidateLastIndex,
      lastIndex,
    }),
  },
  "stepped-down": { level: "warn", message: ({ cause }) => `no longer leads: ${cause.replace("-", " ")}` },
  "config-switched": {
    level: "info",
    message: "a new configuration is in force",
    fields: ({ config: { voters, votersOutgoing, learners } }, nameOf) => ({
      voters: voters.map(nameOf),
      ...(votersOutgoing.length === 0 ? {} : { outgoing: votersOutgoing.map(nameOf) }),
      ...(learners.length === 0 ? {} : { learners: learners.map(nameOf) }),
    }),
  },
  "transfer-started": {
    level: "info",
    message: ({ transferee }, nameOf) => `hands leadership over to ${nameOf(transferee)}`,
  },
  "transfer-timed-out": {
    level: "warn",
    message: ({ transferee }, nameOf) => `${nameOf(transferee)} did not take leadership over in time`,
  },
  "snapshot-sent": {
    level: "info",
    message: ({ peer }, nameOf) => `${nameOf(peer)} lags too far for the log: it gets a snapshot`,
    fields: ({ snapshot }) => ({ upTo: snapshot.index }),
  },
  "message-received": null,
  "message-queued": null,
  failed: { level: "error", message: ({ message }) => `the core ends: ${message}` },
};

const transportLines: Table<EventOf<"transport">> = {
  connected: {
    level: "debug",
    message: ({ peer }, nameOf) => `connected with ${nameOf(peer)}`,
    fields: ({ lane, direction, address, version }) => ({ lane, direction, address, version }),
  },
  disconnected: {
    level: "debug",
    message: ({ peer }, nameOf) => `disconnected from ${nameOf(peer)}`,
    fields: ({ lane, direction, cause, text }) => ({ lane, direction, cause, error: text }),
  },
  "dial-failed": {
    // A member that is down refuses connections all the time; "does not answer" has told it.
    level: ({ text }) => (/ECONNREFUSED|ECONNRESET/.test(text) ? "debug" : "warn"),
    message: ({ peer }, nameOf) => `cannot connect to ${nameOf(peer)}`,
    fields: ({ address, cause, text }) => ({ address, cause, error: text }),
  },
  "peer-refused": {
    level: "warn",
    message: ({ peer, text, remedy }, nameOf) =>
      `refused a connection of ${nameOf(peer)}: ${text}. ${remedy}`,
    fields: ({ address, cause }) => ({ address, cause }),
  },
  "refused-by-peer": {
    level: "warn",
    message: ({ peer, text, remedy }, nameOf) => `${nameOf(peer)} refused this member: ${text}. ${remedy}`,
    fields: ({ address, cause }) => ({ address, cause }),
  },
  "stranger-dropped": {
    level: "warn",
    message: "dropped a connection that no member made",
    fields: ({ address, cause, text }) => ({ address, cause, error: text }),
  },
  "peer-restarted": { level: "info", message: ({ peer }, nameOf) => `${nameOf(peer)} was started again` },
  "messages-dropped": {
    level: "warn",
    message: ({ peer }, nameOf) => `dropped messages for ${nameOf(peer)}`,
    fields: ({ lane, cause, count }) => ({ lane, cause, count }),
  },
  "tls-reloaded": {
    level: "info",
    message: "uses a new certificate towards members",
    fields: ({ subject, validTo }) => ({ subject, validTo }),
  },
  "tls-reload-failed": {
    level: "warn",
    message: ({ text }) => `keeps its certificate towards members: ${text}`,
  },
  "snapshot-sending": snapshotLine("info", "sends a snapshot to"),
  "snapshot-sent": snapshotLine("info", "sent a snapshot to"),
  "snapshot-receiving": snapshotLine("info", "receives a snapshot from"),
  "snapshot-received": snapshotLine("info", "received a snapshot from"),
  "snapshot-failed": {
    level: "warn",
    message: ({ peer, direction }, nameOf) =>
      `a snapshot ${direction === "out" ? "to" : "from"} ${nameOf(peer)} broke off and is tried again`,
    fields: ({ text }) => ({ error: text }),
  },
};

function peerLine(level: LogLevel, what: string): Row<{ readonly peer: number; readonly silentMs: number }> {
  return {
    level,
    message: ({ peer }, nameOf) => `${nameOf(peer)} ${what}`,
    fields: ({ silentMs }) => ({ silentMs: rounded(silentMs) }),
  };
}

function snapshotLine(
  level: LogLevel,
  what: string,
): Row<{ readonly peer: number; readonly totalBytes: number; readonly offset?: number }> {
  return {
    level,
    message: ({ peer }, nameOf) => `${what} ${nameOf(peer)}`,
    fields: ({ totalBytes, offset = 0 }) =>
      offset === 0 ? { bytes: totalBytes } : { bytes: totalBytes, from: offset },
  };
}

type AnyRow = Row<{ readonly kind: string }>;

const tables: Readonly<Record<string, Readonly<Record<string, AnyRow | null | undefined>>>> = {
  member: memberLines as Readonly<Record<string, AnyRow | null | undefined>>,
  raft: raftLines as Readonly<Record<string, AnyRow | null | undefined>>,
  transport: transportLines as Readonly<Record<string, AnyRow | null | undefined>>,
};

/** The event as a line, or null if lines of its level are not written. */
export function eventLine(
  { source, event }: { readonly source: string; readonly event: { readonly kind: string } },
  nameOf: NameOf,
  isEnabled: (level: LogLevel) => boolean,
): EventLine | null {
  const row = tables[source]?.[event.kind];
  if (row === null) return null;
  const level = row === undefined ? "debug" : typeof row.level === "string" ? row.level : row.level(event);
  if (!isEnabled(level)) return null;
  if (row === undefined) {
    const plain = Object.entries(event).filter(
      ([name, value]) => name !== "kind" && typeof value !== "object",
    );
    return {
      level,
      message: event.kind.replaceAll("-", " "),
      fields: { source, ...Object.fromEntries(plain) },
    };
  }
  return {
    level,
    message: typeof row.message === "string" ? row.message : row.message(event, nameOf),
    fields: row.fields?.(event, nameOf) ?? {},
  };
}
