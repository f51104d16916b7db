/**
 * A bar for work that takes a while. It is drawn on standard error, and only if that is a terminal that can redraw a line;
 * colours stay away with `NO_COLOR` (no-color.org).
 */

import type { CommandIo } from "../command-io.ts";
import { formatDuration } from "../duration.ts";

/** Milliseconds between two drawings. */
const redrawMs = 100;
const barColumns = 24;

/** See the module. */
export class ProgressBar {
  readonly #io: CommandIo;
  readonly #label: string;
  readonly #show: (amount: number) => string;
  readonly #isShown: boolean;
  readonly #startMs = performance.now();
  #total: number;
  #done = 0;
  #drawnMs = -Infinity;

  /** `total` of 0: not known. `show` writes an amount, as in `1.3 MB`. */
  constructor(io: CommandIo, label: string, total: number, show: (amount: number) => string = String) {
    this.#io = io;
    this.#label = label;
    this.#total = total;
    this.#show = show;
    this.#isShown = io.stderr.isTTY === true && io.env["TERM"] !== "dumb";
  }

  /** What there is to do turned out to be so much. */
  set total(total: number) {
    this.#total = total;
  }

  /** So much more is done. */
  add(amount: number): void {
    this.#done += amount;
    const nowMs = performance.now();
    if (!this.#isShown || nowMs - this.#drawnMs < redrawMs) return;
    this.#drawnMs = nowMs;
    this.#draw();
  }

  /** Takes the bar away, so that results stand by themselves. */
  finish(): void {
    if (this.#isShown) this.#io.stderr.write("\r\u001b[K");
  }

  #draw(): void {
    const columns = this.#io.stderr.columns ?? 80;
    const line = this.#total > 0 ? this.#lineOfTotal() : `${this.#label} ${this.#show(this.#done)}`;
    const plain = line.slice(0, Math.max(10, columns - 1));
    this.#io.stderr.write(`\r${this.#coloured(plain)}\u001b[K`);
  }

  #lineOfTotal(): string {
    const share = Math.min(1, this.#done / this.#total);
    const filled = Math.floor(share * barColumns);
    const bar = `[${"=".repeat(filled)}${" ".repeat(barColumns - filled)}]`;
    const amounts = `${this.#show(this.#done)} / ${this.#show(this.#total)}`;
    return `${this.#label} ${bar} ${Math.floor(share * 100)}% ${amounts}${this.#remaining(share)}`;
  }

  #remaining(share: number): string {
    const tookMs = performance.now() - this.#startMs;
    if (share <= 0 || share >= 1 || tookMs < 1000) return "";
    const leftSeconds = Math.ceil((tookMs / share - tookMs) / 1000);
    return ` ${formatDuration(leftSeconds * 1e9)} left`;
  }

  #coloured(line: string): string {
    if ((this.#io.env["NO_COLOR"] ?? "") !== "") return line;
    return line.replace(/=+/, (filled) => `\u001b[32m${filled}\u001b[0m`);
  }
}
