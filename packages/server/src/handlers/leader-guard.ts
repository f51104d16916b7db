/**
 * Ends the streams of clients that insist on a leader (`hasleader`) when there has been none for three election timeouts
 * (reference §3): a watch on a member that is cut off would be silent for ever.
 */

import type { CallContext } from "../rpc/call.ts";
import { etcdError } from "../rpc/error-table.ts";
import type { ServerCore } from "./core.ts";
import { wantsLeader } from "./gatekeeper.ts";

const electionTimeoutsMax = 3;

/** See the module. One for all streams of a server. */
export class LeaderGuard {
  private readonly core: ServerCore;
  private readonly streams = new Set<AbortController>();
  private silentLooks = 0;
  private isArmed = false;

  constructor(core: ServerCore) {
    this.core = core;
  }

  /** Runs a stream's handler; ends it with `no leader` when there is none for too long. */
  async run(context: CallContext, handle: (context: CallContext) => Promise<void>): Promise<void> {
    if (!wantsLeader(context)) return handle(context);
    if (!this.core.hasLeader) throw etcdError("noLeader");
    const lost = new AbortController();
    this.streams.add(lost);
    this.arm();
    try {
      await handle(withSignal(context, AbortSignal.any([context.signal, lost.signal])));
    } catch (error) {
      throw lost.signal.aborted ? lost.signal.reason : error;
    } finally {
      this.streams.delete(lost);
    }
    if (lost.signal.aborted) throw lost.signal.reason;
  }

  /** Looks once per election timeout, while there is a stream to look for. */
  private arm(): void {
    if (this.isArmed || this.streams.size === 0) return;
    this.isArmed = true;
    this.core.clock.setTimer(() => {
      this.isArmed = false;
      this.look();
      this.arm();
    }, this.core.settings.electionMaxMs);
  }

  private look(): void {
    this.silentLooks = this.core.hasLeader ? 0 : this.silentLooks + 1;
    if (this.silentLooks < electionTimeoutsMax) return;
    for (const stream of this.streams) stream.abort(etcdError("noLeader"));
    this.streams.clear();
    this.silentLooks = 0;
  }
}

/** A context that differs in its signal only. */
function withSignal(context: CallContext, signal: AbortSignal): CallContext {
  return {
    path: context.path,
    metadata: (name) => context.metadata(name),
    peer: context.peer,
    certificateName: context.certificateName,
    via: context.via,
    timeoutMs: context.timeoutMs,
    signal,
    // The gatekeeper sees the other one.
    get identity() {
      return context.identity;
    },
    set identity(identity) {
      context.identity = identity;
    },
    get refusal() {
      return context.refusal;
    },
    set refusal(refusal) {
      context.refusal = refusal;
    },
  };
}
