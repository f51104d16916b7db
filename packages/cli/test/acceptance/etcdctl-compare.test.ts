/**
 * etcdctl prints the same whether it talks to etcd or to Quorate, but for the differences listed here.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, runScript } from "./etcdctl-compare.ts";
import { script } from "./etcdctl-script.ts";
import { knownDifferences } from "./known-differences.ts";
import { isInstalled, ProcessCluster } from "./process-cluster.ts";

const missing = ["etcd", "etcdctl"].filter((command) => !isInstalled(command));
const skip = missing.length === 0 ? false : `not installed: ${missing.join(", ")} (etcd-server, etcd-client)`;
/** The timing that etcd has, since some answers depend on it. */
const flags = ["--heartbeat-interval", "100", "--election-timeout", "1000"];

test("etcdctl prints with Quorate what it prints with etcd", { skip, timeout: 240_000 }, async () => {
  const clusters: ProcessCluster[] = [];
  try {
    const kinds = ["etcd", "quorate"] as const;
    for (const kind of kinds) clusters.push(await ProcessCluster.start(kind, { flags }));
    const [etcd, quorate] = await Promise.all(clusters.map((cluster) => runScript(cluster, script)));
    const found = differences(etcd ?? [], quorate ?? []);
    const unexpected = found.filter(({ title }) => !knownDifferences.has(title));
    const listing = unexpected.map(
      ({ title, one, other }) => `# ${title}\n--- etcd\n${one}--- quorate\n${other}`,
    );
    assert.equal(unexpected.length, 0, `\n${listing.join("\n")}`);
    const gone = [...knownDifferences.keys()].filter((title) => !found.some((one) => one.title === title));
    assert.deepEqual(gone, [], "listed differences that are none any more");
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
});
