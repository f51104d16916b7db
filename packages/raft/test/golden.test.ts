/**
 * The project's own scripts. QUORATE_UPDATE=1 writes what happens as the new expectation.
 */

import { relative, resolve } from "node:path";
import { test } from "node:test";
import { findScripts } from "../conformance/discovery.ts";
import { assertPasses } from "./script-assertion.ts";

const folder = resolve(import.meta.dirname, "golden");
const update = process.env["QUORATE_UPDATE"] === "1";

for (const script of findScripts([folder])) {
  test(relative(folder, script.path), () => assertPasses(script, { update }));
}
