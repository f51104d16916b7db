/**
 * One member in one process: a counter that remembers how often this program ran. See README.md.
 */

import { startMember } from "@quorate/member/node";
import { type Added, Counters, encodeAdd } from "./counter.ts";

const counters = new Counters();
const member = await startMember<Added>({
  name: "solo",
  peers: { solo: process.argv[3] ?? "127.0.0.1:7009" },
  dataDir: process.argv[2] ?? "./quorate-data/single",
  stateMachine: counters,
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return process.exit(1);
});

const added = await member.propose(encodeAdd({ name: "runs", amount: 1 }));
const value = await member.read(() => counters.value("runs"));
console.log("the command returned", added);
console.log(`this program ran ${value} ${value === 1 ? "time" : "times"}`);

await member.stop();
