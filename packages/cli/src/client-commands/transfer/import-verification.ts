/**
 * Comparing, after an import, what is there with what should be.
 */

import { kvService, RangeRequest } from "@quorate/etcd-api";
import type { Connection } from "../connection.ts";
import { prefixRange } from "../key-range.ts";
import { quote } from "../output/go-text.ts";
import type { ProgressBar } from "../output/progress-bar.ts";
import type { ImportSource } from "./import-source.ts";
import { keepWanted, type LeaseMode, readPresent, sameBytes, splitBatches } from "./import-writer.ts";

/** How it compares. */
export type Verification = {
  readonly equal: number;
  readonly missing: number;
  readonly different: number;
  /** Missing, but they had a lease that may have ended meanwhile. */
  readonly expired: number;
  /** There under the prefix, and not in the source. */
  readonly surplus: number;
  /** Some of the keys that are missing or different, in quotes. */
  readonly examples: readonly string[];
};

const examplesMax = 5;

/** Reads both once more. */
export async function verifyImport(
  connection: Connection,
  source: ImportSource,
  prefix: Uint8Array,
  leaseMode: LeaseMode,
  bar: ProgressBar,
): Promise<Verification> {
  const counts = { equal: 0, missing: 0, different: 0, expired: 0 };
  const examples: string[] = [];
  for await (const page of source.pages()) {
    for (const batch of splitBatches(await keepWanted(source, leaseMode, page))) {
      const present = await readPresent(connection, batch);
      for (const [index, record] of batch.entries()) {
        const found = present[index] ?? null;
        const isLeased = leaseMode === "keep" && record.lease !== 0n;
        if (found !== null && sameBytes(found.value, record.value)) counts.equal += 1;
        else if (found === null && isLeased) counts.expired += 1;
        else {
          counts[found === null ? "missing" : "different"] += 1;
          if (examples.length < examplesMax) examples.push(quote(record.key));
        }
      }
    }
    bar.add(page.length);
  }
  const request = RangeRequest.create({ ...prefixRange(prefix), countOnly: true });
  const { count } = await connection.call(kvService.methods.range, request);
  return { ...counts, surplus: Math.max(0, count - counts.equal - counts.different), examples };
}
