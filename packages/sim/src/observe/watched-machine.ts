/**
 * A state machine with an observer: every entry, applied one by one, with what came of it and the digest after it; and users
 * and roles, whose own digest goes by what they are and not by how they came about.
 */

import type { Command, StateMachine } from "@quorate/member";
import { type Outcome, StoreMachine } from "@quorate/store";
import { appliedSeen } from "./often-seen.ts";
import type { See } from "./witness.ts";

/** Wraps a store's machine; tells where it begins. */
export function watchMachine(machine: StateMachine<Outcome>, see: See): StateMachine<Outcome> {
  const digest = (): string => machine.digest?.() ?? "";
  const seeAuth = watchAuth(machine, see);
  const begins = machine.durable?.appliedIndex ?? 0;
  if (begins > 0) seeAuth();
  if (begins > 0) see({ kind: "restored", index: begins, digest: digest(), by: "start" });
  const applyOne = (command: Command): Outcome => {
    const [outcome] = machine.apply([command]);
    if (outcome === undefined) throw new Error(`no outcome for entry ${command.index}`);
    const { index, term, data } = command;
    seeAuth();
    see(appliedSeen({ index, term, data, outcome }, digest()));
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
          seeAuth(true);
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

/** Tells of users and roles when they changed since it last looked; `anew`: also if they are the same, but came anew. */
function watchAuth(machine: StateMachine<Outcome>, see: See): (anew?: boolean) => void {
  if (!(machine instanceof StoreMachine)) return () => {};
  const { auth } = machine.store;
  let { enabled, revision } = blank;
  return (anew = false) => {
    const wasEnabled = enabled;
    const revisionBefore = revision;
    enabled = auth.enabled;
    revision = auth.revision;
    const isSame = enabled === wasEnabled && revision === revisionBefore;
    const isBlank = !enabled && revision === blank.revision;
    if (!isSame || (anew && !isBlank)) see({ kind: "auth-state", digest: auth.digest() });
  };
}

/** A store that never heard of a user. */
const blank = { enabled: false, revision: 1 };
