/**
 * The state machine of the benchmark: as little as can be, so that the figures are the member's own.
 */

import type { Command, SnapshotWriter, StateMachine } from "@quorate/member";

/** Counts commands and their bytes; a command's result is the term in which it was proposed. */
export class CountingMachine implements StateMachine<number> {
  commands = 0;
  bytes = 0;

  apply(commands: readonly Command[]): readonly number[] {
    return commands.map(({ term, data }) => {
      this.commands++;
      this.bytes += data.length;
      return term;
    });
  }

  snapshot(): Uint8Array {
    return Buffer.from(JSON.stringify([this.commands, this.bytes]));
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    return {
      write: (chunk) => void chunks.push(chunk.slice()),
      finish: () => {
        const [commands, bytes] = JSON.parse(Buffer.concat(chunks).toString()) as [number, number];
        this.commands = commands;
        this.bytes = bytes;
      },
      abort: () => undefined,
    };
  }
}
