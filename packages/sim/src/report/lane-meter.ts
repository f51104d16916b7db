/**
 * The time line of a run: what each member was when, and which faults were on.
 */

import { type NodeId, Role } from "@quorate/raft";
import type { LifeEvent, Observation } from "../observe/observation.ts";
import type { Fault, Selector } from "../plan/plan.ts";
import type { FaultBar, Lane, LaneState, Span } from "./measurement.ts";

type Track = {
  states: { fromMs: number; state: LaneState; term: number }[];
  pauses: Span[];
  pausedAtMs: number | null;
  ends: { atMs: number; what: string; detail: string }[];
  candidaciesMs: number[];
};

const roleStates: Readonly<Record<Role, LaneState>> = {
  [Role.follower]: "follower",
  [Role.preCandidate]: "pre-candidate",
  [Role.candidate]: "candidate",
  [Role.leader]: "leader",
};
const detailMax = 300;

/** See the module. */
export class LaneMeter {
  private readonly tracks = new Map<NodeId, Track>();
  private readonly bars: { id: string; kind: string; whom: string; fromMs: number; toMs: number | null }[] =
    [];
  private readonly planned: ReadonlyMap<string, Fault>;

  constructor(faults: readonly Fault[]) {
    this.planned = new Map(faults.map((fault) => [fault.id, fault]));
  }

  take(observation: Observation): void {
    const atMs = observation.atUs / 1000;
    if (observation.kind === "life")
      this.takeLife(observation.node, observation.what, observation.detail, atMs);
    else if (observation.kind === "raft" && observation.event.kind === "role-changed") {
      const { role, term } = observation.event;
      this.enter(observation.node, roleStates[role], term, atMs);
      if (role === Role.candidate) this.track(observation.node).candidaciesMs.push(atMs);
    } else if (observation.kind === "fault")
      this.takeFault(observation.id, observation.what, observation.on, atMs);
  }

  /** Lanes in the order of the names that members have. */
  finish(
    endMs: number,
    nameOf: (node: NodeId) => string,
    lagOf: (node: NodeId) => Lane["lag"],
  ): { readonly lanes: readonly Lane[]; readonly faults: readonly FaultBar[] } {
    const lanes = [...this.tracks].map(([node, track]) => {
      const { states, pauses, pausedAtMs, ends, candidaciesMs } = track;
      return {
        member: nameOf(node),
        states: states.map((state, position) => ({ ...state, toMs: states[position + 1]?.fromMs ?? endMs })),
        pauses: pausedAtMs === null ? pauses : [...pauses, { fromMs: pausedAtMs, toMs: endMs }],
        ends,
        candidaciesMs,
        lag: lagOf(node),
      };
    });
    const faults = this.bars.map((bar) => ({ ...bar, toMs: bar.toMs ?? endMs }));
    return { lanes: lanes.sort((one, other) => (one.member < other.member ? -1 : 1)), faults };
  }

  private track(node: NodeId): Track {
    let track = this.tracks.get(node);
    if (track === undefined) {
      track = { states: [], pauses: [], pausedAtMs: null, ends: [], candidaciesMs: [] };
      this.tracks.set(node, track);
    }
    return track;
  }

  private enter(node: NodeId, state: LaneState, term: number, atMs: number): void {
    const { states } = this.track(node);
    const last = states.at(-1);
    if (last?.state === state && last.term === term) return;
    states.push({ fromMs: atMs, state, term });
  }

  private takeLife(node: NodeId, what: LifeEvent, detail: string, atMs: number): void {
    const track = this.track(node);
    switch (what) {
      case "started":
        this.enter(node, "starting", 0, atMs);
        break;
      case "running":
        // A core that told no role before it ran is a follower.
        if (track.states.at(-1)?.state === "starting") this.enter(node, "follower", 0, atMs);
        break;
      case "paused":
        track.pausedAtMs ??= atMs;
        break;
      case "resumed":
        this.endPause(track, atMs);
        break;
      case "killed":
      case "crashed":
      case "ended":
      case "wiped":
        this.endPause(track, atMs);
        this.enter(node, what === "wiped" ? "gone" : "down", 0, atMs);
        track.ends.push({ atMs, what, detail: detail.slice(0, detailMax) });
        break;
    }
  }

  private endPause(track: Track, atMs: number): void {
    if (track.pausedAtMs !== null) track.pauses.push({ fromMs: track.pausedAtMs, toMs: atMs });
    track.pausedAtMs = null;
  }

  private takeFault(id: string, kind: string, isOn: boolean, atMs: number): void {
    if (isOn) {
      const planned = this.planned.get(id);
      const whom = planned === undefined ? "" : whomOf(planned);
      this.bars.push({ id, kind, whom, fromMs: atMs, toMs: null });
      return;
    }
    const open = this.bars.findLast((bar) => bar.id === id && bar.toMs === null);
    if (open !== undefined) open.toMs = atMs;
  }
}

function whomOf(fault: Fault): string {
  return fault.kind === "x-link-cut" ? fault.links.join(", ") : describeSelector(fault.selector);
}

/** Whom a selector means, in a few words. */
export function describeSelector(selector: Selector): string {
  switch (selector.mode) {
    case "one":
      return "one member";
    case "all":
      return "all members";
    case "fixed":
      return `${selector.value} members`;
    case "fixed-percent":
      return `${selector.value} % of the members`;
    case "random-max-percent":
      return `up to ${selector.value} % of the members`;
    case "x-role":
      return selector.value === "leader" ? "the leader" : `a ${selector.value}`;
    case "x-target":
      return selector.value;
    case "x-names":
      return selector.value.join(", ");
  }
}
