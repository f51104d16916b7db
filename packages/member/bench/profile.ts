/**
 * Where the time goes: V8's sampling profiler in the process under load.
 */

import { writeFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import { basename } from "node:path";

const sampleMicros = 200;

/** A function's own time, without its callees', as a share of the time that was not idle. */
export type SelfTime = { readonly name: string; readonly place: string; readonly percent: number };

/** Begins to profile this process; the returned function ends it and writes the profile for a viewer. */
export async function startProfile(): Promise<(file: string) => Promise<readonly SelfTime[]>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: sampleMicros });
  await session.post("Profiler.start");
  return async (file) => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    writeFileSync(file, JSON.stringify(profile));
    return selfTimes(profile);
  };
}

function selfTimes(profile: Profiler.Profile): readonly SelfTime[] {
  const samples = new Map<string, { name: string; place: string; count: number }>();
  let busy = 0;
  let all = 0;
  for (const { callFrame, hitCount = 0 } of profile.nodes) {
    const { functionName, url, lineNumber } = callFrame;
    const name = functionName === "" ? "(anonymous)" : functionName;
    all += hitCount;
    if (name !== "(idle)") busy += hitCount;
    const place = url === "" ? "" : `${packageOf(url)}${basename(url)}:${lineNumber + 1}`;
    const key = `${name} ${place}`;
    const known = samples.get(key) ?? { name, place, count: 0 };
    known.count += hitCount;
    samples.set(key, known);
  }
  return [...samples.values()]
    .toSorted((one, other) => other.count - one.count)
    .map(({ name, place, count }) => ({
      name,
      place,
      percent: (count / (name === "(idle)" ? all : busy)) * 100,
    }));
}

/** `raft/` for a file of this repository's package raft. */
function packageOf(url: string): string {
  const found = /packages\/([^/]+)\//.exec(url);
  return found === null ? "" : `${found[1]}/`;
}
