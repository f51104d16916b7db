/**
 * Sessions: commands that take effect once, however often they have to be sent (thesis §6.3).
 */

import type { Engine } from "./engine.ts";
import { MemberError, perhaps } from "./member-error.ts";

const retryable: ReadonlySet<string> = new Set([
  "no-leader",
  "superseded",
  "transferring",
  "too-many-requests",
]);

/** A try is given up for lost after so long, however patient the caller is. */
const tryMsMax = 2000;

/** A session of one client at one member. Commands go out one after another, in the order of the calls. */
export class Session<Result> {
  /** The session's id: the log index at which it was opened. */
  readonly id: number;
  private readonly engine: Engine;
  private readonly timeoutMs: number;
  private number = 0;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, id: number, timeoutMs: number) {
    this.engine = engine;
    this.id = id;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Proposes a command and repeats it until its outcome is known or the time is over, which is then the only way not to
   * know. A repeated command returns the result of its first execution.
   * @throws MemberError `timeout` (indefinite), `session-expired`, …
   */
  propose(payload: Uint8Array, options: { readonly timeoutMs?: number } = {}): Promise<Result> {
    const run = this.tail.then(() => this.insist(payload, options.timeoutMs ?? this.timeoutMs));
    this.tail = run.catch(() => undefined);
    return run;
  }

  /** Closes the session; its commands are refused afterwards. */
  async close(): Promise<void> {
    await this.tail;
    await this.engine.desk.submit({ kind: "close-session", session: this.id }, this.timeoutMs);
  }

  private async insist(payload: Uint8Array, timeoutMs: number): Promise<Result> {
    const { clock } = this.engine.parts;
    const number = ++this.number;
    const deadlineMs = clock.now() + timeoutMs;
    // Once a try ended unknown, no later refusal makes it certain that the command never takes effect.
    let mayHaveHappened = false;
    for (;;) {
      // Several tries must fit into the time: one that is lost must not use it up.
      const leftMs = deadlineMs - clock.now();
      const tryMs = Math.min(leftMs, Math.max(500, Math.min(timeoutMs / 4, tryMsMax)));
      try {
        const body = { kind: "session-command", session: this.id, number, payload } as const;
        const { result } = await this.engine.desk.submit(body, tryMs);
        return result as Result;
      } catch (error) {
        if (!(error instanceof MemberError)) throw error;
        mayHaveHappened ||= !error.definite;
        const mayRetry = error.code === "timeout" || retryable.has(error.code);
        if (!mayRetry || clock.now() + 10 >= deadlineMs)
          throw mayHaveHappened ? perhaps(error.code, error.message, { cause: error }) : error;
        await new Promise<void>((resolve) => clock.setTimer(resolve, 10));
      }
    }
  }
}
