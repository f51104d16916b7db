/**
 * Leadership as work that needs it sees it: when it begins, proven, and when it ends.
 */

import { Role } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import type { LeadershipSource } from "./leadership.ts";
import { LeadershipProof } from "./leadership-proof.ts";
import { definitely, MemberError } from "./member-error.ts";
import { tickMs } from "./timing.ts";
import { pause } from "./waiting.ts";

/** The leadership of one engine. */
export function makeLeadershipSource(engine: Engine): LeadershipSource {
  let provenAtMs = 0;
  return {
    becomesLeader: async (stop) => {
      for (;;) {
        await waitForRole(engine, stop);
        const { term } = engine.node;
        provenAtMs = engine.parts.clock.now();
        try {
          // A round answered by a quorum: this member leads in this term, and everything before it is applied here.
          await engine.read(() => undefined, "linearizable", engine.parts.limits.requestTimeoutMs);
        } catch (error) {
          if (!(error instanceof MemberError) || !engine.isRunning) throw error;
          // A refusal may come at once, and again at once: let time pass, or nothing else ever happens.
          await pause(engine, tickMs);
          continue;
        }
        if (engine.node.role === Role.leader && engine.node.term === term) return term;
      }
    },
    onLeadershipEnd: (term, callback) => {
      let isOver = false;
      const end = (): void => {
        if (isOver) return;
        isOver = true;
        callback();
      };
      const check = (): void => {
        if (!engine.isRunning || engine.node.role !== Role.leader || engine.node.term !== term) end();
      };
      const proof = new LeadershipProof(engine, provenAtMs, end);
      const withdraw = engine.watchLeadership(check);
      check();
      return () => {
        proof.stop();
        withdraw();
      };
    },
  };
}

/** Resolves when this member leads; rejects when it stops, or `stop` is aborted. */
function waitForRole(engine: Engine, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      if (stop.aborted || !engine.isRunning) {
        finish();
        reject(definitely("stopped", "this member stops"));
      } else if (engine.node.role === Role.leader) {
        finish();
        resolve();
      }
    };
    const withdraw = engine.watchLeadership(settle);
    const finish = (): void => {
      withdraw();
      stop.removeEventListener("abort", settle);
    };
    stop.addEventListener("abort", settle, { once: true });
    settle();
  });
}
