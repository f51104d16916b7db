/**
 * Events as lines for people: those that an operator would want to know of, nothing of the daily traffic.
 */

import type { MemberEvent, SourcedEvent } from "@quorate/member";

/** A line, or null if the event is of no interest here. `nameOf` turns a member's ID into its name. */
export function eventLine(sourced: SourcedEvent, nameOf: (id: number) => string): string | null {
  if (sourced.source === "member") return memberLine(sourced.event, nameOf);
  if (sourced.source === "raft") {
    const { event } = sourced;
    return event.kind === "campaign-started" ? `campaigns for term ${event.term + 1}` : null;
  }
  const { event } = sourced;
  switch (event.kind) {
    case "peer-refused":
      return `refused a connection of ${nameOf(event.peer)}: ${event.text}; ${event.remedy}`;
    case "refused-by-peer":
      return `was refused by ${nameOf(event.peer)}: ${event.text}; ${event.remedy}`;
    case "stranger-dropped":
      // Its port changes with every try; the same line again would say nothing new.
      return `dropped a stranger from ${event.address.replace(/:\d+$/, "")}: ${oneLine(event.text)}`;
    case "dial-failed":
      // A peer that is not running refuses connections all the time; only other causes are news.
      return event.text.includes("ECONNREFUSED")
        ? null
        : `cannot reach ${nameOf(event.peer)}: ${oneLine(event.text)}`;
    case "tls-reloaded":
      return `uses a new certificate: ${event.subject}, valid to ${event.validTo}`;
    case "tls-reload-failed":
      return `keeps its old certificate: ${event.text}`;
    default:
      return null;
  }
}

function memberLine(event: MemberEvent, nameOf: (id: number) => string): string | null {
  switch (event.kind) {
    case "leader-changed":
      return event.lead === 0 ? null : `term ${event.term}: the leader is ${nameOf(event.lead)}`;
    case "quorum-lost":
      return `no leader for ${Math.round(event.sinceMs)} ms: a majority is missing, only stale reads are answered`;
    case "quorum-regained":
      return `a majority is there again after ${Math.round(event.lostMs)} ms`;
    case "paused":
      return event.pausedMs > 500 ? `was held up for ${Math.round(event.pausedMs)} ms` : null;
    case "disk-stalled":
      return `the disk has not answered for ${Math.round(event.forMs)} ms`;
    case "disk-recovered":
      return `the disk answers again after ${Math.round(event.afterMs)} ms`;
    case "snapshot-restored":
      return `took a snapshot up to entry ${event.index} (${event.bytes} bytes)`;
    case "membership":
      return `membership, ${event.step}: ${event.message}`;
    case "bootstrap-waiting":
      return `is new and waits for ${event.unheard.join(", ")}`;
    case "recovered":
      return `recovery: ${event.message}`;
    default:
      return null;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
