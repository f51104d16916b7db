/**
 * What to try with a local cluster.
 */

import type { ClusterPlan } from "./cluster-plan.ts";

/** The lines, for a person or for a pipe. */
export function welcome({ members }: ClusterPlan, isLive: boolean): readonly string[] {
  const endpoints = members.map(({ clientPort }) => `127.0.0.1:${clientPort}`).join(",");
  const ways = [
    "",
    "Try, in another window:",
    `  export QUORATE_ENDPOINTS=${endpoints}`,
    "  npx quorate put greeting hello",
    "  npx quorate get greeting",
    "Or with etcd's own client:",
    `  export ETCDCTL_API=3 \\\n    ETCDCTL_ENDPOINTS=${endpoints}`,
    "  etcdctl endpoint status -w table",
  ];
  if (isLive) return ways;
  return [
    ...ways,
    "",
    "Lines on standard input: kill [NAME], stop [NAME], restart [NAME], quit.",
    "Without a name it is the leader, or whoever is dead.",
    "",
  ];
}
