/**
 * Somebody's machine inside of a member: it is handed what the member hands it, batch by batch, and what it does is told.
 *
 * Three things are harder on it than a quiet life would be: batches are as large as the run makes them, so that a machine
 * which depends on how commands are grouped shows; chunks of a snapshot are cut anywhere and their memory is used again, as
 * the interface allows; and every snapshot that is taken is given to a fresh machine at once.
 */

import type { Command, SnapshotReader, SnapshotWriter, StateMachine } from "@quorate/member";
import type { MachineSeen } from "../observe/machine-observation.ts";
import type { See } from "../observe/witness.ts";
import { fingerprint, resultText } from "./result-text.ts";
import type { SimulatedMachine } from "./simulated-machine.ts";
import { StrayInputs, type StraySources } from "./stray-inputs.ts";

/** Without `digest()` a look at the state takes a snapshot: a large one is taken after indexes that this divides. */
const largeEvery = 8;
const largeBytes = 4096;

type Threw = Extract<MachineSeen, { readonly kind: "machine-threw" }>["what"];

/** See the module. */
export class TestedMachine {
  /** What the member gets. */
  readonly stateMachine: StateMachine;
  private readonly definition: SimulatedMachine;
  private readonly machine: StateMachine;
  private readonly see: See;
  private readonly stray: StrayInputs;
  /** The last command; 0: none in this life. */
  private lastIndex = 0;
  private isLarge = false;

  /** @throws what `create()` throws */
  constructor(definition: SimulatedMachine, see: See, sources: StraySources) {
    this.definition = definition;
    this.see = see;
    this.stray = new StrayInputs(sources);
    this.machine = this.guard("create", () => definition.create());
    const { results } = this.machine;
    this.stateMachine = {
      apply: (commands) => this.apply(commands),
      snapshot: () => this.snapshot(),
      restore: () => this.restore(),
      digest: () => this.digest(),
      ...(results === undefined ? {} : { results }),
    };
  }

  /** Runs a query on it. */
  ask(query: (machine: StateMachine) => unknown): unknown {
    return this.guard("query", () => query(this.machine));
  }

  /** The member says of which index the snapshot was that it restored. */
  restoredAt(index: number): void {
    this.lastIndex = index;
    const digest = this.digest();
    this.see({ kind: "restored", index, digest, by: "snapshot" });
  }

  private apply(commands: readonly Command[]): readonly unknown[] {
    const first = commands[0];
    const last = commands.at(-1);
    if (first === undefined || last === undefined) return [];
    this.stray.asked.clear();
    const results = this.guard("apply", () => this.machine.apply(commands), first.index);
    for (const what of this.stray.asked) this.see({ kind: "machine-strayed", index: first.index, what });
    this.lastIndex = last.index;
    // The member will say what is wrong with it.
    if (results.length !== commands.length) return results;
    const digest = this.isLarge && last.index % largeEvery !== 0 ? "" : this.digest();
    for (const { index, term, data } of commands) {
      const entry = { index, term, data, outcome: null };
      this.see({ kind: "applied", entry, digest: index === last.index ? digest : "" });
    }
    for (const [position, { index, data }] of commands.entries()) {
      const output = results[position];
      const result = this.guard("results.encode", () => resultText(this.machine, output), index);
      this.see({ kind: "machine-result", index, data, result, output });
    }
    return results;
  }

  private snapshot(): Uint8Array | SnapshotReader {
    const digest = this.digest();
    const copy = this.guard("snapshot", () => bytesOf(this.machine.snapshot()));
    const fresh = this.guard("create", () => this.definition.create());
    const restored = this.guard("restore", () => {
      const writer = fresh.restore();
      writeInPieces(writer, copy);
      writer.finish();
      return fingerprint(contentOf(fresh));
    });
    this.see({ kind: "machine-snapshot", index: this.lastIndex, digest, restored });
    // Another one than was looked at: it is read bit by bit while the machine goes on.
    return this.guard("snapshot", () => this.machine.snapshot());
  }

  private restore(): SnapshotWriter {
    const writer = this.guard("restore", () => this.machine.restore());
    return {
      write: (chunk) => this.guard("restore", () => writeInPieces(writer, chunk)),
      finish: () => {
        this.guard("restore", () => writer.finish());
        this.lastIndex = 0;
      },
      abort: () => this.guard("restore", () => writer.abort()),
    };
  }

  /** The digest of the state; that of the snapshot's bytes if the machine has none. */
  private digest(): string {
    return this.guard("digest", () => {
      const content = contentOf(this.machine);
      this.isLarge = content instanceof Uint8Array && content.length > largeBytes;
      return fingerprint(content);
    });
  }

  private guard<Value>(what: Threw, callback: () => Value, index = this.lastIndex): Value {
    try {
      return this.stray.run(callback);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.see({ kind: "machine-threw", what, index, message });
      throw error;
    }
  }
}

/** What stands for a state. */
function contentOf(machine: StateMachine): string | Uint8Array {
  return machine.digest?.() ?? bytesOf(machine.snapshot());
}

function bytesOf(snapshot: Uint8Array | SnapshotReader): Uint8Array {
  if (snapshot instanceof Uint8Array) return snapshot.slice();
  const chunks: Uint8Array[] = [];
  for (let chunk = snapshot.next(); chunk !== null; chunk = snapshot.next()) chunks.push(chunk.slice());
  snapshot.close();
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Two pieces, from memory that means something else afterwards. */
function writeInPieces(writer: SnapshotWriter, bytes: Uint8Array): void {
  const half = bytes.length >>> 1;
  for (const piece of [bytes.subarray(0, half), bytes.subarray(half)]) {
    if (piece.length === 0) continue;
    const lent = piece.slice();
    writer.write(lent);
    lent.fill(0xaa);
  }
}
