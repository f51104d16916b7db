/**
 * The clients: they run inside a member's process and call it as an application that embeds it would.
 */

import type { Member } from "@quorate/member";
import type { CountingMachine } from "./counting-machine.ts";
import type { Observer } from "./observer.ts";
import { DurationSample } from "./percentiles.ts";
import type { FirstWrite, Load, LoadFigures } from "./protocol.ts";

/** Stale reads are answered without waiting; after so many the event loop gets its turn, as in a real program. */
const readsPerTurn = 256;
const pauseAfterFailureMs = 10;

/** Runs a closed loop. */
export async function runLoad(
  member: Member<number>,
  machine: CountingMachine,
  load: Load,
): Promise<LoadFigures> {
  const call = callOf(member, machine, load);
  const sample = new DurationSample();
  let failures = 0;
  let failure = "";
  let readsInTurn = 0;
  const startedAtMs = performance.now();
  const client = async (): Promise<void> => {
    for (;;) {
      const calledAtMs = performance.now();
      if (calledAtMs - startedAtMs >= load.durationMs) return;
      try {
        await call();
        sample.add(performance.now() - calledAtMs);
      } catch (error) {
        failures++;
        failure = error instanceof Error ? error.message : String(error);
        await pause(pauseAfterFailureMs);
      }
      if (load.kind === "stale" && ++readsInTurn % readsPerTurn === 0) await nextTurn();
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, client));
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { perSecond: sample.size / seconds, latencyMs: sample.percentiles(), failures, failure };
}

function callOf(member: Member<number>, machine: CountingMachine, load: Load): () => Promise<unknown> {
  const { kind, payloadBytes } = load;
  const payload = new Uint8Array(payloadBytes).fill(0x71);
  if (kind === "propose") return () => member.propose(payload);
  const options = { consistency: kind };
  return () => member.read(() => machine.commands, options);
}

const attemptEveryMs = 5;
const attemptTimeoutMs = 2_000;
const seekTimeoutMs = 30_000;

/**
 * Writes again and again until one is accepted by a leader of a later term than `afterTerm`. A new attempt is made every
 * 5 ms without waiting for the ones before, because an attempt that was on its way to the dead leader is lost.
 */
export function seekFirstWrite(
  member: Member<number>,
  observer: Observer,
  search: { readonly afterTerm: number; readonly payloadBytes: number },
): Promise<FirstWrite> {
  const payload = new Uint8Array(search.payloadBytes).fill(0x71);
  const { pausedMs: pausedMsBefore, windowHighMs } = observer;
  return new Promise((resolve, reject) => {
    let attempts = 0;
    const end = (): void => {
      clearInterval(repeating);
      clearTimeout(givingUp);
    };
    const attempt = (): void => {
      attempts++;
      member.propose(payload, { timeoutMs: attemptTimeoutMs }).then(
        (term) => {
          if (term <= search.afterTerm) return;
          const acceptedAtNs = process.hrtime.bigint().toString();
          end();
          const ledAtNs = observer.ledTerm === term ? observer.ledAtNs : "";
          const pausedMs = observer.pausedMs - pausedMsBefore;
          resolve({ acceptedAtNs, term, attempts, ledAtNs, windowHighMs, pausedMs });
        },
        () => undefined,
      );
    };
    const repeating = setInterval(attempt, attemptEveryMs);
    const givingUp = setTimeout(() => {
      end();
      reject(new Error(`no write was accepted within ${seekTimeoutMs} ms`));
    }, seekTimeoutMs);
    attempt();
  });
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
