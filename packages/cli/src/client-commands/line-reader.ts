/**
 * Lines of standard input, as byte strings and numbered.
 */

import { createInterface, type Interface } from "node:readline";
import type { CommandIo } from "./command-io.ts";

/** Reads a line at a time; the terminal's own line editing serves a person. */
export class LineReader {
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;
  /** Number of the line that was read last, from 1. */
  number = 0;

  constructor(io: CommandIo) {
    io.stdin.setEncoding("latin1");
    this.#interface = createInterface({ input: io.stdin, terminal: false });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  /** The next line without the spaces around it; null at the end. */
  async next(): Promise<string | null> {
    const result = await this.#lines.next();
    if (result.done === true) return null;
    this.number += 1;
    return result.value.trim();
  }

  close(): void {
    this.#interface.close();
  }
}
