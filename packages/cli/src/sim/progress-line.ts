/**
 * One line on a terminal that says how far something is; elsewhere nothing. Colours stay away with `NO_COLOR`.
 */

import type { ScreenOutput } from "../cluster/screen.ts";

const barColumns = 24;
const redrawMs = 100;
const green = 32;
const red = 31;

/** A bar: `[######------]`. `share` in [0, 1]. */
export function progressBar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barColumns);
  return `[${"#".repeat(full)}${"-".repeat(barColumns - full)}]`;
}

/** See the module. */
export class ProgressLine {
  private readonly output: ScreenOutput;
  private readonly isLive: boolean;
  private readonly isColoured: boolean;
  private drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(output: ScreenOutput, environment: NodeJS.ProcessEnv) {
    this.output = output;
    this.isLive = output.isTTY === true && environment["TERM"] !== "dumb";
    this.isColoured = (environment["NO_COLOR"] ?? "") === "";
  }

  /** Shows a text in the place of the last one, unless that was drawn a moment ago. `isBad`: something failed already. */
  show(text: () => string, isBad = false): void {
    const nowMs = performance.now();
    if (!this.isLive || nowMs - this.drawnAtMs < redrawMs) return;
    this.drawnAtMs = nowMs;
    const line = text().slice(0, (this.output.columns ?? 80) - 1);
    this.output.write(`\r\u001b[K${this.isColoured ? coloured(line, isBad) : line}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.isLive) this.output.write("\r\u001b[K");
    this.drawnAtMs = Number.NEGATIVE_INFINITY;
  }
}

function coloured(line: string, isBad: boolean): string {
  return line.replace(/#+/, (full) => `\u001b[${isBad ? red : green}m${full}\u001b[0m`);
}
