/**
 * Where the time goes: V8's sampling profiler around a workload.
 */

import { writeFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { basename } from "node:path";
import type { Workload } from "./measure.ts";

/** Microseconds between samples. */
const sampleMicros = 100;

/** A function's own time, without its callees'. */
export type SelfTime = { readonly name: string; readonly place: string; readonly percent: number };

/**
 * Runs the workload under the profiler for `durationMs`, writes the profile to `file` (for Chrome's or an editor's
 * viewer), and returns the functions by falling self time. Inlined functions are told apart.
 */
export async function profileWorkload(
  workload: Workload,
  durationMs: number,
  file: string,
): Promise<readonly SelfTime[]> {
  workload.runFor(500);
  globalThis.gc?.();
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: sampleMicros });
    await session.post("Profiler.start");
    workload.runFor(durationMs);
    const { profile } = await session.post("Profiler.stop");
    writeFileSync(file, JSON.stringify(profile));
    return selfTimes(profile);
  } finally {
    session.disconnect();
  }
}

function selfTimes(profile: Profiler.Profile): readonly SelfTime[] {
  const counts = new Map<string, { name: string; place: string; samples: number }>();
  let total = 0;
  for (const { callFrame, hitCount } of profile.nodes) {
    const samples = hitCount ?? 0;
    const name = callFrame.functionName || "(anonymous)";
    const place = callFrame.url === "" ? "" : `${basename(callFrame.url)}:${callFrame.lineNumber + 1}`;
    const key = `${name} ${place}`;
    const known = counts.get(key) ?? { name, place, samples: 0 };
    known.samples += samples;
    counts.set(key, known);
    total += samples;
  }
  const functions = [...counts.values()].sort((one, other) => other.samples - one.samples);
  return functions.map(({ name, place, samples }) => ({ name, place, percent: (samples / total) * 100 }));
}
