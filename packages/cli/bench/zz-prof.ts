import { ProcessCluster } from "../test/acceptance/process-cluster.ts";
import { findLeader } from "./leader.ts";
import { runLoad } from "./h2load.ts";
import { encode, PutRequest, RangeRequest } from "@quorate/etcd-api";
process.env["NODE_OPTIONS"] = "--cpu-prof --cpu-prof-dir=/tmp/lead/prof";
const c = await ProcessCluster.start("quorate");
const { leader } = await findLeader(c);
const t = new TextEncoder();
const what = process.argv[2] ?? "put";
const [path, msg] = what === "put" ? ["/etcdserverpb.KV/Put", encode(PutRequest, PutRequest.create({ key: t.encode("bench"), value: new Uint8Array(256).fill(120) }))] : ["/etcdserverpb.KV/Range", encode(RangeRequest, RangeRequest.create({ key: t.encode("bench") }))];
console.log(await runLoad(leader, path as string, msg as Uint8Array, { connections: Number(process.argv[3] ?? 50), streams: Number(process.argv[4] ?? 20), seconds: 5 }));
const lead = c.members.find(m => m.clientUrl === leader)!;
console.log("leader pid", lead.child!.pid, "followers", c.members.filter(m=>m!==lead).map(m=>m.child!.pid));
for (const m of c.members) { if (m.child) { const p = new Promise(r => m.child!.once("exit", r)); m.child.kill("SIGTERM"); await p; } }
await c.stop();
