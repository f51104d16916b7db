/**
 * etcdctl's tutorial of users and roles prints the same whether it talks to etcd or to Quorate.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { authScript } from "./etcdctl-auth-script.ts";
import { differences, runScript } from "./etcdctl-compare.ts";
import { isInstalled, ProcessCluster } from "./process-cluster.ts";

const missing = ["etcd", "etcdctl"].filter((command) => !isInstalled(command));
const skip = missing.length === 0 ? false : `not installed: ${missing.join(", ")} (etcd-server, etcd-client)`;
/** The cheapest that bcrypt has. */
const flags = ["--bcrypt-cost", "4"];

test("etcdctl's users and roles are with Quorate what they are with etcd", {
  skip,
  timeout: 240_000,
}, async () => {
  const clusters: ProcessCluster[] = [];
  try {
    for (const kind of ["etcd", "quorate"] as const)
      clusters.push(await ProcessCluster.start(kind, { flags }));
    const [etcd, quorate] = await Promise.all(clusters.map((cluster) => runScript(cluster, authScript)));
    const listing = differences(etcd ?? [], quorate ?? []).map(
      ({ title, one, other }) => `# ${title}\n--- etcd\n${one}--- quorate\n${other}`,
    );
    assert.equal(listing.length, 0, `\n${listing.join("\n")}`);
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
});
