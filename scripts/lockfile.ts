/**
 * Completes package-lock.json: `npm run lockfile`, after every `npm install` that changed it.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { completeLockfile, findMissing, type Lockfile } from "./tidy/lockfile.ts";

const path = resolve(import.meta.dirname, "../package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8")) as Lockfile;
const missing = findMissing(lock);
if (missing.length > 0) writeFileSync(path, `${JSON.stringify(completeLockfile(lock), null, 2)}\n`);
console.log(missing.length === 0 ? "package-lock.json is complete" : `completed ${missing.length} packages`);
