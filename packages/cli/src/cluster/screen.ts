/**
 * Where the cluster command writes: on a terminal, what happens scrolls by above a part that is drawn in place;
 * elsewhere what happens, line by line.
 */

import { stripVTControlCharacters } from "node:util";

const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

/** An output; a terminal if it has columns. */
export type ScreenOutput = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** See the module. */
export class Screen {
  readonly isLive: boolean;
  readonly isColoured: boolean;
  private readonly output: ScreenOutput;
  private drawn: readonly string[] = [];

  constructor(output: ScreenOutput, environment: NodeJS.ProcessEnv) {
    this.output = output;
    this.isLive = output.isTTY === true && environment["TERM"] !== "dumb";
    this.isColoured = this.isLive && (environment["NO_COLOR"] ?? "") === "";
    if (this.isLive) output.write(hideCursor);
  }

  get columns(): number {
    return this.output.columns ?? 80;
  }

  /** Prints a line that stays. */
  say(line: string): void {
    if (this.drawn.length === 0) {
      this.output.write(`${line}\n`);
      return;
    }
    const { drawn } = this;
    this.output.write(`${this.home()}\u001b[0J${line}\n${drawn.join("\n")}\n`);
  }

  /** Draws the part in place; nothing but on a terminal. Lines must not be wider than it. */
  draw(lines: readonly string[]): void {
    if (!this.isLive || lines.join("\n") === this.drawn.join("\n")) return;
    const home = this.home();
    this.drawn = lines;
    // Line by line over the old ones, and the rest erased: nothing flickers.
    this.output.write(`${home}${lines.map((line) => `${line}\u001b[K`).join("\n")}\n\u001b[0J`);
  }

  /** Takes away what was drawn. After a change of the terminal's width nothing else is sure. */
  erase(): void {
    if (this.drawn.length === 0) return;
    this.output.write(`${this.home()}\u001b[0J`);
    this.drawn = [];
  }

  /** Gives the terminal back. */
  end(): void {
    this.erase();
    if (this.isLive) this.output.write(showCursor);
  }

  /** To the beginning of what was drawn, which a narrower terminal may have broken into more lines. */
  private home(): string {
    const { columns } = this;
    const widths = this.drawn.map((line) => stripVTControlCharacters(line).length);
    const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? "" : `\u001b[${rows}A\r`;
  }
}
