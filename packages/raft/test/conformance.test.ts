/**
 * The published scripts of etcd-io/raft, if they lie beside the repository or where QUORATE_CONFORMANCE points.
 */

import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { test } from "node:test";
import { findScripts } from "../conformance/discovery.ts";
import { assertPasses } from "./script-assertion.ts";

const root = resolve(import.meta.dirname, "../../..");
const asked = process.env["QUORATE_CONFORMANCE"];
const folder = asked === undefined ? resolve(root, "../shared/conformance/etcd-raft") : resolve(asked);

// Scripts that were asked for must be there; the default ones may be absent.
if (asked === undefined && !existsSync(folder)) {
  test("published scripts", (t) => {
    t.skip(`no scripts in ${relative(root, folder)}; set QUORATE_CONFORMANCE to a checkout of etcd-io/raft`);
  });
} else {
  for (const script of findScripts([folder])) {
    test(`${script.kind}: ${relative(folder, script.path)}`, () => assertPasses(script));
  }
}
