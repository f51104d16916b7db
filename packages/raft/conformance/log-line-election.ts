/**
 * Log lines of elections and terms.
 */

import { type MessageName, MessageType, messageName, type RaftEvent } from "../src/index.ts";
import type { LogLine } from "./output.ts";
import { renderId } from "./render-config.ts";

type VoteEvent = RaftEvent & { kind: "vote-granted" | "vote-refused" | "vote-ignored" };

/** The line of an event about campaigns, votes and terms, or null. */
export function electionLine(event: RaftEvent): LogLine | null {
  const id = renderId(event.id);
  switch (event.kind) {
    case "campaign-started":
      return info(`${id} is starting a new election at term ${event.term}`);
    case "campaign-refused":
      return campaignRefusedLine(event);
    case "vote-requested": {
      const end = `[logterm: ${event.lastTerm}, index: ${event.lastIndex}]`;
      const request = `${messageName(event.type)} request to ${renderId(event.to)}`;
      return info(`${id} ${end} sent ${request} at term ${event.term}`);
    }
    case "vote-granted":
    case "vote-refused":
    case "vote-ignored":
      return info(voteText(event));
    case "vote-received": {
      const answer = event.granted ? responseName(event.type) : `${responseName(event.type)} rejection`;
      return info(`${id} received ${answer} from ${renderId(event.from)} at term ${event.term}`);
    }
    case "votes-tallied": {
      const votes = `${event.granted} ${responseName(event.type)} votes and ${event.refused} vote rejections`;
      return info(`${id} has received ${votes}`);
    }
    case "higher-term-seen": {
      const sender = `from ${renderId(event.from)} [term: ${event.messageTerm}]`;
      const what = `a ${messageName(event.type)} message with higher term`;
      return info(`${id} [term: ${event.term}] received ${what} ${sender}`);
    }
    case "lower-term-ignored": {
      const sender = `from ${renderId(event.from)} [term: ${event.messageTerm}]`;
      const what = `a ${messageName(event.type)} message with lower term`;
      return info(`${id} [term: ${event.term}] ignored ${what} ${sender}`);
    }
    case "stable-outdated": {
      const what = `entry appends from a ${messageName(event.type)} message with lower term`;
      return info(`${id} [term: ${event.term}] ignored ${what} [term: ${event.messageTerm}]`);
    }
    default:
      return null;
  }
}

function info(text: string): LogLine {
  return { level: "INFO", text };
}

function campaignRefusedLine(event: RaftEvent & { kind: "campaign-refused" }): LogLine {
  const id = renderId(event.id);
  switch (event.cause) {
    case "already-leader":
      return { level: "DEBUG", text: `${id} ignoring MsgHup because already leader` };
    case "not-promotable":
      return { level: "WARN", text: `${id} is unpromotable and can not campaign` };
    case "conf-change-unapplied": {
      const why = "there are still pending configuration changes to apply";
      return { level: "WARN", text: `${id} cannot campaign at term ${event.term} since ${why}` };
    }
  }
}

function voteText(event: VoteEvent): string {
  const own = `[logterm: ${event.lastTerm}, index: ${event.lastIndex}, vote: ${renderId(event.vote)}]`;
  const theirs = `[logterm: ${event.candidateLastTerm}, index: ${event.candidateLastIndex}]`;
  const type = messageName(event.type);
  const candidate = `${renderId(event.candidate)} ${theirs} at term ${event.term}`;
  const voter = `${renderId(event.id)} ${own}`;
  switch (event.kind) {
    case "vote-granted":
      return `${voter} cast ${type} for ${candidate}`;
    case "vote-refused":
      return `${voter} rejected ${type} from ${candidate}`;
    case "vote-ignored":
      return `${voter} ignored ${type} from ${candidate}: lease is not expired (remaining ticks: ${event.leaseTicks})`;
  }
}

/** Votes are counted under the name of the answer, whichever of the two the event names. */
function responseName(type: MessageType): MessageName {
  if (type === MessageType.MsgVote) return "MsgVoteResp";
  return type === MessageType.MsgPreVote ? "MsgPreVoteResp" : messageName(type);
}
