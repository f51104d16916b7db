/**
 * The state machine of these tests: it remembers every command it was given, so that loss, doubling and order show.
 */

import type { Command, SnapshotWriter, StateMachine } from "../src/index.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A log of texts. The result of a command is its position, from 1. */
export class Tally implements StateMachine<number> {
  /** Everything applied, oldest first. */
  texts: string[] = [];

  apply(commands: readonly Command[]): readonly number[] {
    return commands.map(({ data }) => this.texts.push(decoder.decode(data)));
  }

  snapshot(): Uint8Array {
    return encoder.encode(JSON.stringify(this.texts));
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    return {
      write: (chunk) => void chunks.push(chunk.slice()),
      finish: () => {
        this.texts = JSON.parse(Buffer.concat(chunks).toString("utf8")) as string[];
      },
      abort: () => undefined,
    };
  }

  digest(): string {
    return this.texts.join("|");
  }
}

/** A command of a {@link Tally}. */
export function text(value: string): Uint8Array {
  return encoder.encode(value);
}
