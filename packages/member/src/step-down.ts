/**
 * A step-down with safety checks (thesis §3.10): leadership goes only where it can be taken up at once.
 */

import { type NodeId, none, type Outcome, Role } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { definitely, perhaps } from "./member-error.ts";
import { tickMs } from "./timing.ts";
import { waitFor } from "./waiting.ts";

/** What is asked for. */
export type StepDownOptions = {
  /** Who should take over; 0 or absent: the live voter with the longest log. */
  readonly to?: NodeId;
  /** Skips the checks of health and lag; the successor still gets the whole log first. */
  readonly force?: boolean;
};

/** Everything that speaks against handing over; empty if nothing does. */
export function objections(engine: Engine, to: NodeId): readonly string[] {
  const { config, progress, lastIndex, commit } = engine.status();
  const { stepDownLagMax } = engine.parts.limits;
  const found: string[] = [];
  if (to === none) return ["no live voter could take over"];
  if (!config.voters.includes(to)) return [`member ${to} is no voter`];
  const others = config.voters.filter((id) => id !== engine.parts.id);
  const silent = others.filter((id) => engine.conditions.health(id) !== "alive");
  if (silent.length > 0) found.push(`heartbeats of member ${silent.join(", ")} are not answered`);
  const known = progress.get(to);
  const lag = lastIndex - (known?.match ?? 0);
  if (lag > stepDownLagMax)
    found.push(`member ${to} is ${lag} entries behind, at most ${stepDownLagMax} allowed`);
  if ((known?.match ?? 0) < commit)
    found.push(`the last committed entry (${commit}) is not durable at member ${to} (${known?.match ?? 0})`);
  return found;
}

/**
 * Hands leadership over; resolves with the new leader.
 * @throws MemberError `refused` with every objection; `timeout` if the successor did not take over in time.
 */
export async function stepDown(engine: Engine, options: StepDownOptions): Promise<NodeId> {
  const { node } = engine;
  if (node.role !== Role.leader) throw definitely("no-leader", "this member does not lead");
  const to = options.to === undefined || options.to === none ? engine.conditions.bestSuccessor() : options.to;
  if (to === engine.parts.id) return to;
  const reasons = objections(engine, to);
  const isUnable = to === none || !engine.node.config.voters.includes(to);
  if (reasons.length > 0 && (isUnable || options.force !== true)) {
    throw definitely("refused", `leadership is not handed over: ${reasons.join("; ")}`);
  }
  return handOver(engine, to);
}

/**
 * Hands leadership to one member, by this member; resolves when that leads.
 * @throws MemberError `not-leader`, `bad-transferee`, `unhealthy`, `timeout`
 */
export async function transferLeadership(engine: Engine, to: NodeId): Promise<NodeId> {
  engine.checkRunning();
  const { node, parts } = engine;
  if (node.role !== Role.leader) {
    const text = node.lead === none ? "no leader is known" : `member ${node.lead} does`;
    throw definitely("not-leader", `this member does not lead; ${text}`);
  }
  if (!node.config.voters.includes(to)) {
    const what = node.config.learners.includes(to) ? "a learner" : "no member";
    throw definitely("bad-transferee", `leadership cannot go to ${to}, which is ${what}`);
  }
  if (to === parts.id) return to;
  if (engine.conditions.health(to) !== "alive") {
    throw definitely("unhealthy", `leadership is not handed to member ${to}, which does not answer`);
  }
  const lead = await handOver(engine, to);
  if (lead === to) return lead;
  throw perhaps("timeout", `member ${lead} became the leader instead of ${to}; ask it to hand over`);
}

async function handOver(engine: Engine, to: NodeId): Promise<NodeId> {
  const { node } = engine;
  const ask = (): Outcome => {
    engine.catchUp();
    return node.transferLeadership(to);
  };
  const outcome = ask();
  if (!outcome.ok) throw definitely("refused", outcome.message);
  engine.wake();
  const { electionTicks, electionSpreadTicks } = engine.parts.timing;
  const timeoutMs = 2 * (electionTicks + electionSpreadTicks) * tickMs + 500;
  const look = (): NodeId | null => {
    if (node.lead !== none && node.lead !== engine.parts.id) return node.lead;
    // A successor that had not applied the last membership change refused; the core gave up, but it may be able now.
    if (node.role === Role.leader && node.status().transferee === none && ask().ok) engine.wake();
    return null;
  };
  const lead = await waitFor(engine, look, timeoutMs);
  if (lead === null)
    throw perhaps(
      "timeout",
      `member ${to} did not take over within ${timeoutMs} ms; this member may lead on`,
    );
  return lead;
}
