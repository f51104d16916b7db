/**
 * `npm run bench:etcd-api`: messages encoded and decoded per second, beside protobufjs on the same bytes.
 *
 * Rates are per second of processor time, helper threads included, so that other work on the machine disturbs little.
 * All samples warm up first, ours and theirs, so that the code under measurement has seen more than one type: what a
 * server's code looks like after an hour.
 */

import { cpus } from "node:os";
import { resolve } from "node:path";
import protobuf from "protobufjs";
import { decode, encode } from "../src/index.ts";
import { createSamples, type Sample } from "./messages.ts";

const warmUpCalls = 20_000;
const runMs = 200;
/** Calls between two looks at the clock. */
const callsPerLook = 500;
const runs = 5;

type Action = { readonly name: string; readonly call: () => unknown };
type Row = { readonly sample: Sample; readonly actions: readonly Action[] };

const root = new protobuf.Root();
root.resolvePath = (_origin, target) => resolve(import.meta.dirname, "../proto", target);
root.loadSync(["kv.proto", "watch.proto"]);

let kept: unknown;
const rows = createSamples().map(prepare);
for (const { actions } of rows) {
  for (const { call } of actions) for (let index = 0; index < warmUpCalls; index++) kept = call();
}
console.log(
  `${cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}; 1000 calls per processor second, best of ${runs}\n`,
);
console.log(
  ["message".padEnd(24), "bytes", ...(rows[0]?.actions ?? []).map(({ name }) => name.padStart(10))].join(" "),
);
for (const { sample, actions } of rows) {
  const rates = actions.map(({ call }) =>
    Math.round(measure(call) / 1000)
      .toString()
      .padStart(10),
  );
  console.log([sample.name.padEnd(24), String(sample.bytes.length).padStart(5), ...rates].join(" "));
}
if (kept === null) throw new Error("nothing was measured");

function prepare(sample: Sample): Row {
  const { type, message, bytes } = sample;
  const theirs = root.lookupType(type.name);
  const theirMessage = theirs.decode(bytes);
  const room = new Uint8Array(bytes.length + 64);
  return {
    sample,
    actions: [
      { name: "encode", call: () => encode(type, message) },
      { name: "into room", call: () => type.write(message, room, 64 + type.size(message)) },
      { name: "decode", call: () => decode(type, bytes) },
      { name: "pbjs enc", call: () => theirs.encode(theirMessage).finish() },
      { name: "pbjs dec", call: () => theirs.decode(bytes) },
    ],
  };
}

/** Calls per second of processor time, the best of the runs: what disturbs a run only makes it slower. */
function measure(call: () => unknown): number {
  let best = 0;
  for (let run = 0; run < runs; run++) {
    const startedMs = processorMs();
    let calls = 0;
    let elapsedMs = 0;
    while (elapsedMs < runMs) {
      for (let index = 0; index < callsPerLook; index++) kept = call();
      calls += callsPerLook;
      elapsedMs = processorMs() - startedMs;
    }
    best = Math.max(best, (calls / elapsedMs) * 1000);
  }
  return best;
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
