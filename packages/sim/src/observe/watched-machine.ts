/**
 * A state machine with an observer: every entry, applied one by one, with what came of it and the digest after it.
 */

import type { Command, StateMachine } from "@quorate/member";
import type { Outcome } from "@quorate/store";
import type { See } from "./witness.ts";

/** Wraps a store's machine; tells where it begins. */
export function watchMachine(machine: StateMachine<Outcome>, see: See): StateMachine<Outcome> {
  const digest = (): string => machine.digest?.() ?? "";
  const begins = machine.durable?.appliedIndex ?? 0;
  if (begins > 0) see({ kind: "restored", index: begins, digest: digest(), by: "start" });
  const applyOne = (command: Command): Outcome => {
    const [outcome] = machine.apply([command]);
    if (outcome === undefined) throw new Error(`no outcome for entry ${command.index}`);
    const { index, term, data } = command;
    see({ kind: "applied", entry: { index, term, data, outcome }, digest: digest() });
    return outcome;
  };
  return {
    apply: (commands) => commands.map(applyOne),
    snapshot: () => machine.snapshot(),
    restore() {
      const writer = machine.restore();
      return {
        write: (chunk) => writer.write(chunk),
        finish(sidecars) {
          writer.finish(sidecars);
          const index = machine.durable?.appliedIndex ?? 0;
          see({ kind: "restored", index, digest: digest(), by: "snapshot" });
        },
        abort: () => writer.abort(),
      };
    },
    digest,
    ...(machine.results === undefined ? {} : { results: machine.results }),
    durable: machine.durable ?? null,
  };
}
