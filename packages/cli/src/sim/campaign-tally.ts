/**
 * What a campaign came to so far, and the lines that tell it.
 */

import { type CampaignRun, expectedMarks } from "@quorate/sim";
import { exitCodeOf, worse } from "./sim-verdict.ts";

const minuteUs = 60_000_000;

/** See the module. */
export class CampaignTally {
  runs = 0;
  failed = 0;
  exitCode = 0;
  private virtualUs = 0;
  private readonly verdicts = new Map<string, number>();
  private readonly contracts = new Map<string, number>();
  private readonly flavours = new Map<string, number>();
  /** How often what happened. */
  readonly marks = new Map<string, number>();
  private readonly expected: readonly string[];

  /** `expected`: what should have happened. */
  constructor(expected: readonly string[] = expectedMarks) {
    this.expected = expected;
  }

  /** Takes a run. `isExpected`: whether it came to what it should; default: it passed. */
  add(
    { plan, report }: CampaignRun,
    flavour: string,
    isExpected: boolean = report.verdict.kind === "pass",
  ): void {
    this.runs++;
    this.virtualUs += report.virtualUs;
    for (const [name, count] of report.coverage) raise(this.marks, name, count);
    raise(this.contracts, plan.contract, 1);
    raise(this.flavours, flavour === "" ? "none" : flavour, 1);
    if (isExpected) return;
    this.failed++;
    // A scenario may expect something else than it came to.
    raise(this.verdicts, report.verdict.kind === "pass" ? "not as expected" : report.verdict.kind, 1);
    this.exitCode = worse(this.exitCode, exitCodeOf(report.verdict));
  }

  /** How fast it goes, in a few words. */
  speed(realMs: number): string {
    const times = this.virtualUs / 1000 / realMs;
    const perHour = (this.runs / realMs) * 3_600_000;
    return `${times.toFixed(0)} times as fast as time, ${perHour.toFixed(0)} seeds an hour`;
  }

  /** One line. */
  summary(realMs: number): string {
    const kinds = [...this.verdicts].map(([kind, count]) => `${count} ${kind}`).join(", ");
    const verdict = this.failed === 0 ? "all passed" : `${this.failed} failed (${kinds})`;
    const minutes = this.virtualUs / minuteUs;
    const virtual =
      minutes < 120 ? `${minutes.toFixed(1)} virtual minutes` : `${(minutes / 60).toFixed(1)} virtual hours`;
    return `${this.runs} ${this.runs === 1 ? "run" : "runs"}, ${verdict}; ${virtual} in ${(realMs / 1000).toFixed(1)} s: ${this.speed(realMs)}`;
  }

  /** What kinds of runs there were, and what happened in them; with `isFull` how often. */
  details(isFull: boolean): readonly string[] {
    const { expected } = this;
    const missing = expected.filter((name) => !this.marks.has(name));
    const tried = expected.length - missing.length;
    const lines = [`contracts: ${counts(this.contracts)}`, `flavours: ${counts(this.flavours)}`];
    lines.push(
      `coverage: ${tried} of ${expected.length} situations, ${this.marks.size} kinds of observations`,
    );
    if (missing.length > 0) lines.push(`never happened: ${missing.join(", ")}`);
    return isFull ? [...lines, ...this.markLines()] : lines;
  }

  /** How often what happened, a line each. */
  markLines(): readonly string[] {
    return [...this.marks]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, count]) => `${String(count).padStart(12)}  ${name}`);
  }
}

function raise(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

/** `safe 190, failstop 10`: most first. */
function counts(map: ReadonlyMap<string, number>): string {
  return [...map]
    .sort(([one, many], [other, more]) => more - many || (one < other ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}
