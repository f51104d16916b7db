/**
 * `put`, `get`, `del` beside etcdctl.
 */

import { after, before, describe, test } from "node:test";
import { startTwins, type Twins } from "./command-comparison.ts";
import { etcdIsAbsent } from "./debian-etcd.ts";

describe("put, get and del print what etcdctl prints", { skip: etcdIsAbsent }, () => {
  let twins: Twins;
  before(async () => {
    twins = await startTwins();
  });
  after(() => twins.stop());

  test("put", () =>
    twins.compare([
      ["put", "foo", "bar"],
      ["put", "foo", "bar2", "--prev-kv"],
      ["put", "foo", "bar3", "--prev-kv", "-w", "json"],
      ["put", "foo", "bar4", "--prev-kv", "-w", "fields"],
      ["put", "foo", "bar5", "-w", "protobuf"],
      ["put", "foo", "bar6", "-w", "table"],
      { args: ["put", "piped"], stdin: "from\nstandard input\n" },
      ["put", "foo"],
      ["put"],
      ["put", "", "x"],
      ["put", "--", "dash", "-value"],
      ["put", "dash", "--", "--other"],
      ["put", "foo", "--ignore-value"],
      ["put", "absent", "--ignore-value"],
      ["put", "foo", "x", "--ignore-value"],
      ["put", "foo", "x", "--ignore-lease"],
      ["put", "foo", "x", "--lease", "1234"],
      ["put", "foo", "x", "--lease=xyz"],
      ["put", "foo", "x", "--lease=12", "--ignore-lease"],
      ["lease", "grant", "500"],
      ["put", "leased", "x", "--lease=$LEASE"],
      ["get", "leased", "-w", "json"],
      ["get", "leased", "-w", "fields"],
    ]));

  test("get", () =>
    twins.compare([
      ["put", "k1", "v1"],
      ["put", "k2", "v2"],
      ["put", "k3", '<a href="x">&\u2028'],
      ["get", "k1"],
      ["get", "k1", "--hex"],
      ["get", "k1", "--hex", "-w", "json"],
      ["get", "k3", "--hex=true"],
      ["get", "k", "--prefix"],
      ["get", "k", "--prefix=true", "--keys-only"],
      ["get", "k", "--prefix=false"],
      ["get", "k", "--prefix", "--keys-only", "-w=json"],
      ["get", "k", "--prefix", "--print-value-only"],
      ["get", "k", "--prefix", "-w", "fields"],
      ["get", "k", "--prefix", "-w", "protobuf"],
      ["get", "k", "--prefix", "-w", "table"],
      ["get", "k2", "--from-key"],
      ["get", "", "--from-key"],
      ["get", "", "--prefix", "--keys-only"],
      ["get", "k1", "k3"],
      ["get", "k", "--prefix", "--limit", "2", "-w", "json"],
      ["get", "k", "--prefix", "--limit=2", "-w", "fields"],
      ["get", "k", "--prefix", "--order", "DESCEND", "--sort-by", "MODIFY", "--limit", "2"],
      ["get", "k", "--prefix", "--order=descend"],
      ["get", "k", "--prefix", "--sort-by=value"],
      ["get", "k", "--prefix", "--sort-by=VERSION", "--order=ASCEND"],
      ["get", "k1", "--consistency=s"],
      ["get", "foo", "--rev=3"],
      ["get", "absent"],
      ["get", "absent", "-w", "json"],
      ["get", "--write-out=json", "--", "dash"],
      ["get"],
      ["get", ""],
      ["get", "k", "--prefix", "--from-key"],
      ["get", "k1", "k2", "--prefix"],
      ["get", "k", "--order", "sideways"],
      ["get", "k", "--sort-by", "colour"],
      ["get", "k", "--consistency", "x"],
      ["get", "k", "--rev", "100000"],
      ["get", "k", "-w", "yaml"],
      ["get", "k", "--print-value-only", "-w", "json"],
    ]));

  test("del", () =>
    twins.compare([
      ["put", "d1", "v1"],
      ["put", "d2", "v2"],
      ["put", "d3", "v3"],
      ["put", "d4", "v4"],
      ["put", "d5", "v5"],
      ["del", "d1"],
      ["del", "d2", "--prev-kv"],
      ["del", "d3", "--prev-kv", "-w", "fields"],
      ["del", "d", "--prefix", "--prev-kv", "-w", "json"],
      ["del", "d"],
      ["del", "d", "-w", "json"],
      ["del", "d", "-w", "fields"],
      ["del", "d", "-w", "table"],
      ["del", "k1", "k3"],
      ["del"],
      ["del", ""],
      ["del", "a", "b", "c"],
      ["del", "a", "--prefix", "--from-key"],
      ["del", "a", "b", "--prefix"],
      ["del", "", "--from-key"],
    ]));
});
