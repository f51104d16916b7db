/**
 * Three members with mutual TLS, their certificates made as the examples' README says; whoever shows a certificate of
 * another authority stays outside, and both sides say so.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { RealCluster } from "./real-process.ts";

const makeCertificates = resolve(import.meta.dirname, "../../../examples/tls/make-certificates.ts");

/** The options of a member whose certificate is of this authority. */
function tlsArgs(directory: string, name: string): readonly string[] {
  return [
    ...["--cert", join(directory, `${name}.crt`)],
    ...["--key", join(directory, `${name}.key`)],
    ...["--ca", join(directory, "ca.crt")],
  ];
}

test("members with certificates of one authority work together, one of another is refused", async (t) => {
  const cluster = await RealCluster.make(t, []);
  const [ours, foreign] = ["ours", "foreign"].map((name) => join(cluster.directory, name)) as [
    string,
    string,
  ];
  for (const directory of [ours, foreign])
    execFileSync(process.execPath, [makeCertificates, "--out", directory], { stdio: "ignore" });
  const names = ["a", "b", "c"];
  await cluster.reserve(names);
  for (const name of names) await cluster.add(name, names, { args: tlsArgs(ours, name) });
  cluster.start();
  await cluster.leader();
  assert.equal(await cluster.add1("default"), 1);

  const good = cluster.member("c");
  await good.stop();
  const impostor = await cluster.add("c", names, {
    args: tlsArgs(foreign, "c"),
    dataDir: good.settings.dataDir,
  });
  impostor.start();
  const others = [cluster.member("a"), cluster.member("b")];
  await cluster.until("both sides say that the certificate is refused", async () => {
    const isSaid = others.some(({ lines }) => lines.some((line) => /certificate|signature/i.test(line)));
    const isHeard = impostor.lines.some((line) => /certificate|alert|disconnected|signature/i.test(line));
    return isSaid && isHeard ? true : null;
  });
  assert.equal(await cluster.add1("default", others), 2);
  // What it knows is at most what it knew before; nothing came through since.
  const outside = await cluster.until("an answer of the impostor", () =>
    impostor.ask("GET", "/value?consistency=stale"),
  );
  assert.ok(Number(outside.body["value"]) < 2);
  t.diagnostic(
    others.flatMap(({ lines }) => lines.filter((line) => /certificate|signature/i.test(line)))[0] ?? "",
  );
  t.diagnostic(impostor.lines.findLast((line) => /cannot reach|dropped/.test(line)) ?? "");

  await impostor.stop();
  const back = await cluster.add("c", names, { args: tlsArgs(ours, "c"), dataDir: good.settings.dataDir });
  back.start();
  await cluster.leader();
  assert.equal((await cluster.agreement()).get("default"), 2);
});
