/**
 * The script that etcd and Quorate both run: what an operator does with etcdctl, step by step, on one cluster.
 */

import { join } from "node:path";
import type { Printed } from "./etcdctl.ts";
import { etcdctl } from "./etcdctl.ts";
import type { ProcessCluster } from "./process-cluster.ts";

/** What a run of the script knows: the cluster, and names for what differs from cluster to cluster. */
export type Scene = {
  readonly cluster: ProcessCluster;
  /** Values by the name that stands for them in normalised output. */
  readonly names: Map<string, string>;
};

/** One step. */
export type Step = {
  readonly title: string;
  readonly run: (scene: Scene) => Promise<Printed>;
  /** Gives a name to the first group of a match in the output. */
  readonly capture?: { readonly name: string; readonly pattern: RegExp };
  /** Replaces what may differ, beyond the names. */
  readonly normalise?: (text: string) => string;
};

type StepOptions = Omit<Step, "title" | "run"> & { readonly stdin?: string; readonly until?: string };

/** A step that runs etcdctl; `<name>` in an argument stands for a captured value. */
export function ctl(line: string, options: StepOptions = {}): Step {
  const { stdin, until, ...rest } = options;
  return {
    title: line,
    run: ({ cluster, names }) =>
      etcdctl(
        cluster,
        splitLine(line).map((part) =>
          part.replaceAll(/<(\w+)>/g, (_, name: string) => names.get(name) ?? `<${name}>`),
        ),
        { ...(stdin === undefined ? {} : { stdin }), ...(until === undefined ? {} : { until }) },
      ),
    ...rest,
  };
}

/** As {@link ctl}; etcd calls itself unhealthy until its members have been connected for five seconds. */
function healthyCtl(line: string, options: StepOptions = {}): Step {
  const step = ctl(line, options);
  return {
    ...step,
    run: async (scene) => {
      for (let attempts = 0; ; attempts++) {
        const printed = await step.run(scene);
        if (attempts === 100 || !printed.stderr.includes("unhealthy cluster")) return printed;
      }
    },
  };
}

/** Splits at blanks; single quotes keep a part together. */
function splitLine(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");
}

/** IDs of members have 13 hexadecimal digits here and 16 there: columns are narrower. */
const squeeze = (text: string): string => text.replaceAll(/ {2,}/g, " ").replaceAll(/-{2,}/g, "--");
const sortLines = (text: string): string => text.split("\n").toSorted().join("\n");
const hideNumbers = (text: string): string => text.replaceAll(/\d+(\.\d+)?/g, "N");
export const hideIndexes = (text: string): string =>
  text.replaceAll(/"(raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|dbSizeInUse)":\d+/g, '"$1":N');
const hideTimes = (text: string): string => text.replaceAll(/took = [\d.]+[µnm]?s/g, "took = T");

const keyValue: readonly Step[] = [
  ctl("put foo bar"),
  ctl("put foo bar2 --prev-kv"),
  ctl("put foo -w json", { stdin: "from stdin", normalise: hideIndexes }),
  ctl("put foo --ignore-value"),
  ctl("put absent --ignore-value"),
  ctl("put foo x --ignore-value"),
  ctl("put foo x --ignore-lease --lease=1"),
  ctl("put foo x --lease=4d2"),
  ctl("put '' x"),
  ...["k1 c", "k2 a", "k3 b", "k2 d", "k10 e", "l1 f"].map((pair) => ctl(`put ${pair}`)),
  ctl("get foo"),
  ctl("get absent"),
  ctl("get foo --print-value-only"),
  ctl("get foo --hex"),
  ctl("get foo -w fields", {
    normalise: (text) => hideIndexes(text).replaceAll(/("RaftTerm" : )\d+/g, "$1N"),
  }),
  ctl("get foo -w json", { normalise: hideIndexes }),
  ctl("get k --prefix"),
  ctl("get k --prefix --keys-only"),
  ctl("get k --prefix --limit 2"),
  ctl("get k --prefix --limit 2 -w json", { normalise: hideIndexes }),
  ctl("get k1 k3"),
  ctl("get k2 --from-key"),
  ctl("get '' --from-key --keys-only"),
  ctl("get k --prefix --order=DESCEND"),
  ctl("get k --prefix --order=ASCEND --sort-by=VALUE"),
  ctl("get k --prefix --sort-by=CREATE --order=DESCEND"),
  ctl("get k --prefix --sort-by=MODIFY"),
  ctl("get k --prefix --sort-by=VERSION --limit 2"),
  ctl("get k --prefix --sort-by=KEY --order=DESCEND --limit 1"),
  ctl("get k --prefix --sort-by=NONSENSE"),
  ctl("get k --prefix --order=NONSENSE"),
  ctl("get k --prefix --rev=6"),
  ctl("get k --prefix --rev=1000"),
  ctl("get k --prefix --consistency=s"),
  ctl("get k --prefix --consistency=x"),
  ctl("get k --prefix --from-key"),
  ctl("get k1 k2 --prefix"),
  ctl("del l1"),
  ctl("del l1"),
  ctl("del k10 --prev-kv"),
  ctl("put d1 1"),
  ctl("put d2 2"),
  ctl("put d3 3"),
  ctl("del d1 d3 --prev-kv"),
  ctl("del d --prefix -w json", { normalise: hideIndexes }),
  ctl("del zzz --from-key"),
];

const transactions: readonly Step[] = [
  ctl("txn", { stdin: 'mod("foo") > "0"\n\nput txn1 yes\nget foo\ndel k1\n\nput txn1 no\n\n' }),
  ctl("txn", { stdin: 'value("foo") = "nonsense"\nver("k2") = "2"\n\nget k2\n\nget k3\nput txn2 else\n\n' }),
  ctl("txn -i", { stdin: 'create("absent") = "0"\n\nput made 1\n\nget made\n\n' }),
  ctl("txn -i", { stdin: 'create("made") = "0"\n\nput made 2\n\nget made\n\n' }),
  ctl("txn -w json", { stdin: 'ver("made") = "1"\n\nget made\nput made 3\n\n\n', normalise: hideIndexes }),
  ctl("txn", { stdin: "\nput twice 1\nput twice 2\n\n\n" }),
  ctl("txn", { stdin: "nonsense\n\n\n\n" }),
  ctl("get twice"),
];

const watches: readonly Step[] = [
  ctl("watch foo --rev=2", { until: "from stdin" }),
  ctl("watch k --prefix --rev=2 --prev-kv", { until: "DELETE\nk1\n" }),
  ctl("watch k2 k4 --rev=2", { until: "k3\nb\n" }),
  ctl("watch -i", { stdin: "watch foo --rev=2\n", until: "from stdin" }),
  ctl("watch -w json k1 --rev=2", { until: "}\n", normalise: hideIndexes }),
  {
    title: "watch new, while it is written",
    run: ({ cluster }) =>
      new Promise((resolve, reject) => {
        const write = async (): Promise<void> => {
          for (let count = 1; count <= 5; count++) await etcdctl(cluster, ["put", "new", `${count}`]);
          await etcdctl(cluster, ["put", "newer", "not watched"]);
          await etcdctl(cluster, ["del", "new"]);
        };
        // A watch from a revision that comes soon: nothing is lost, whenever it begins.
        const begin = async (): Promise<Printed> => {
          const put = await etcdctl(cluster, ["put", "before", "1", "-w", "json"]);
          const { revision } = (JSON.parse(put.stdout) as { header: { revision: number } }).header;
          const watch = etcdctl(cluster, ["watch", "new", `--rev=${revision + 1}`], {
            until: "DELETE\nnew\n",
          });
          await write();
          return watch;
        };
        begin().then(resolve, reject);
      }),
  },
  ctl("watch bad range --rev=nonsense"),
];

const leases: readonly Step[] = [
  ctl("lease grant 600", { capture: { name: "lease1", pattern: /lease (\w+) granted/ } }),
  ctl("lease grant 1", { capture: { name: "lease2", pattern: /lease (\w+) granted/ } }),
  ctl("lease grant 9000000001"),
  ctl("put leased1 a --lease=<lease1>"),
  ctl("put leased2 b --lease=<lease1>"),
  ctl("lease timetolive <lease1>", {
    normalise: (text) => text.replace(/remaining\(\d+s\)/, "remaining(Ns)"),
  }),
  ctl("lease timetolive <lease1> --keys", {
    // etcd lists the keys in the order of a Go map, which is a new one each time.
    normalise: (text) =>
      text
        .replace(/remaining\(\d+s\)/, "remaining(Ns)")
        .replace(/\[(.*)\]/, (_, keys: string) => `[${keys.split(" ").toSorted().join(" ")}]`),
  }),
  ctl("lease timetolive 1234"),
  ctl("lease keep-alive --once <lease1>"),
  ctl("lease keep-alive --once 1234"),
  ctl("get leased1 -w json", {
    normalise: (text) => hideIndexes(text).replaceAll(/"lease":\d+/g, '"lease":N'),
  }),
  ctl("put leased1 c --ignore-lease"),
  ctl("lease revoke <lease1>"),
  ctl("lease revoke <lease1>"),
  ctl("get leased --prefix"),
  ctl("lease revoke nonsense"),
];

const coordination: readonly Step[] = [
  ctl("lock mutex echo locked"),
  ctl("lock mutex --ttl 20 -- sh -c 'echo held; exit 3'"),
  {
    title: "elect",
    run: ({ cluster }) => etcdctl(cluster, ["elect", "office", "alice"], { until: "alice\n" }),
    normalise: (text) => text.replaceAll(/office\/\w+/g, "office/LEASE"),
  },
  {
    title: "elect --listen",
    run: ({ cluster }) =>
      new Promise((resolve, reject) => {
        let listener: Promise<Printed> | null = null;
        const candidate = etcdctl(cluster, ["elect", "chair", "bob"], {
          onText: {
            text: "bob\n",
            run: () => {
              listener = etcdctl(cluster, ["elect", "--listen", "chair"], { until: "bob\n" });
              void listener.then(resolve, reject);
            },
          },
          timeoutMs: 4000,
        });
        candidate.then(() => {
          if (listener === null) reject(new Error("nobody was elected"));
        }, reject);
      }),
    normalise: (text) => text.replaceAll(/chair\/\w+/g, "chair/LEASE"),
  },
  ctl("get office --prefix --keys-only"),
];

const membership: readonly Step[] = [
  ctl("member list", { normalise: sortLines }),
  ctl("member list -w table", { normalise: (text) => sortLines(squeeze(text)) }),
  healthyCtl("member add m9 --learner --peer-urls=http://127.0.0.1:1", {
    capture: { name: "m9", pattern: /Member\s+(\w+) added/ },
    normalise: (text) => sortMemberLine(squeeze(text)),
  }),
  ctl("member list", { normalise: sortLines }),
  ctl("member promote <m9>"),
  ctl("member add m10 --learner --peer-urls=http://127.0.0.1:2"),
  // Within one second etcd calls it the ID that exists, later the URLs.
  ctl("member add m9 --peer-urls=http://127.0.0.1:1", {
    normalise: (text) => text.replace(/member ID already exist|Peer URLs already exists/, "exists already"),
  }),
  ctl("member update <m9> --peer-urls=http://127.0.0.1:3", {
    normalise: (text) => sortMemberLine(squeeze(text)),
  }),
  { ...ctl("member list", { normalise: sortLines }), title: "member list, after an update" },
  ctl("member remove <m9>", { normalise: squeeze }),
  ctl("member remove <m9>"),
  // etcd finds this out, or waits until the client gives up.
  ctl("member promote <m9>", {
    normalise: (text) =>
      text.replace(/context deadline exceeded|etcdserver: member not found/, "no such member"),
  }),
  ctl("member update 1234 --peer-urls=http://127.0.0.1:3"),
  ctl("member add m11 --peer-urls=nonsense"),
  healthyCtl("member add m12 --peer-urls=http://127.0.0.1:4", {
    capture: { name: "m12", pattern: /Member\s+(\w+) added/ },
    normalise: (text) => sortMemberLine(squeeze(text)),
  }),
  ctl("member remove <m12>", { normalise: squeeze }),
  ctl("member remove nonsense"),
];

/** The list of members in ETCD_INITIAL_CLUSTER is in no order that matters. */
function sortMemberLine(text: string): string {
  return text.replace(/ETCD_INITIAL_CLUSTER="([^"]*)"/, (_, list: string) => {
    return `ETCD_INITIAL_CLUSTER="${list.split(",").toSorted().join(",")}"`;
  });
}

const operation: readonly Step[] = [
  ctl("endpoint health", { normalise: (text) => sortLines(hideTimes(text)) }),
  ctl("endpoint health --cluster", { normalise: (text) => sortLines(hideTimes(text)) }),
  ctl("endpoint status", { normalise: (text) => hideStatus(text) }),
  ctl("endpoint status --cluster -w table", { normalise: (text) => hideStatus(text) }),
  ctl("endpoint hashkv", { normalise: (text) => text.replaceAll(/, (?:\d+|<id>)$/gm, ", H") }),
  ctl("alarm list"),
  ctl("alarm disarm"),
  ctl("compaction 5"),
  ctl("compaction 5"),
  ctl("compaction 100000"),
  ctl("compaction 7 --physical"),
  ctl("compaction nonsense"),
  ctl("get k2 --rev=6"),
  ctl("get k2 --rev=7"),
  ctl("watch k2 --rev=2", { until: "Error" }),
  ctl("defrag", { normalise: sortLines }),
  ctl("defrag --cluster", { normalise: sortLines }),
  {
    title: "snapshot save",
    run: ({ cluster }) =>
      etcdctl(cluster, ["snapshot", "save", join(cluster.scratch, "saved.db")], {
        endpoints: cluster.endpoints.split(",")[0] ?? "",
      }),
    normalise: (text) => text.replaceAll(/\S*saved\.db/g, "FILE"),
  },
  {
    title: "move-leader to itself, to nobody, from a follower, and to a follower",
    run: moveLeader,
    normalise: (text) => text.replace(/given at \[.*\]/, "given at [follower]"),
  },
];

function hideStatus(text: string): string {
  return hideNumbers(text)
    .replaceAll(/\b(true|false)\b/g, "BOOL")
    .replaceAll(/N [kM]?B/g, "SIZE")
    .replaceAll(/[ -]+/g, " ");
}

async function moveLeader({ cluster, names }: Scene): Promise<Printed> {
  const endpoints = cluster.endpoints.split(",");
  const status = await etcdctl(cluster, ["endpoint", "status", "-w", "json"]);
  type Line = { Endpoint: string; Status: { header: { member_id: number | bigint }; leader: number } };
  const hex = (text: string, pattern: RegExp): string => BigInt(pattern.exec(text)?.[1] ?? 0).toString(16);
  const lines = (JSON.parse(status.stdout) as Line[]).map(({ Endpoint }, position) => {
    const text = status.stdout.split('"Endpoint"')[position + 1] ?? "";
    return { endpoint: Endpoint, id: hex(text, /"member_id":(\d+)/), leader: hex(text, /"leader":(\d+)/) };
  });
  const leader = lines.find(({ id, leader: lead }) => id === lead);
  const followers = lines.filter((line) => line !== leader);
  const [first, second] = followers;
  if (leader === undefined || first === undefined || second === undefined) {
    throw new Error(`no leader among ${endpoints.join(",")}: ${status.stdout}`);
  }
  names.set("leader", leader.id);
  names.set("follower1", first.id);
  names.set("follower2", second.id);
  const printed: Printed[] = [];
  const move = async (endpoint: string, to: string): Promise<void> => {
    printed.push(await etcdctl(cluster, ["move-leader", to], { endpoints: endpoint }));
  };
  await move(leader.endpoint, leader.id);
  await move(leader.endpoint, "1234");
  await move(first.endpoint, second.id);
  await move(leader.endpoint, first.id);
  return {
    code: 0,
    stdout: printed.map(({ stdout, code }) => `${stdout}exit ${code}\n`).join(""),
    stderr: printed.map(({ stderr }) => stderr).join(""),
  };
}

/** Everything, in order. */
export const script: readonly Step[] = [
  ...keyValue,
  ...transactions,
  ...watches,
  ...leases,
  ...coordination,
  ...membership,
  ...operation,
];
