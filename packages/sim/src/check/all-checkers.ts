/**
 * All invariants of the book, in groups, and what reports call them.
 */

import { makeA1 } from "./a1-permitted.ts";
import { makeA2 } from "./a2-equal-users.ts";
import type { MakeChecker } from "./checker.ts";
import { makeK1 } from "./k1-exactly-once.ts";
import { makeK2 } from "./k2-expiry.ts";
import { makeL1 } from "./l1-lease-kept.ts";
import { makeL2 } from "./l2-lease-inherited.ts";
import { makeM1 } from "./m1-revision-steps.ts";
import { makeM2 } from "./m2-versions.ts";
import { makeR1 } from "./r1-linearizable-read.ts";
import { makeR2 } from "./r2-read-index.ts";
import { makeR3 } from "./r3-lease-read.ts";
import { raftCheckers } from "./raft-checkers.ts";
import { makeV1 } from "./v1-election.ts";
import { makeV2 } from "./v2-term-rests.ts";
import { makeV3 } from "./v3-nothing-pends.ts";
import { makeV4 } from "./v4-convergence.ts";
import { makeW1 } from "./w1-filtered.ts";
import { makeW2 } from "./w2-ordered.ts";
import { makeW3 } from "./w3-unique.ts";
import { makeW4 } from "./w4-atomic.ts";
import { makeW5 } from "./w5-reliable.ts";
import { makeW6 } from "./w6-resumable.ts";
import { makeW7 } from "./w7-bookmarkable.ts";

/** What clients are promised: reads, commands, revisions, watches, leases, permissions. */
export const clientCheckers: readonly MakeChecker[] = [
  ...[makeR1, makeR2, makeR3],
  ...[makeK1, makeK2],
  ...[makeM1, makeM2],
  ...[makeW1, makeW2, makeW3, makeW4, makeW5, makeW6, makeW7],
  ...[makeL1, makeL2],
  ...[makeA1, makeA2],
];

/** What a healed majority must come to. They see nothing before `liveness-begun`. */
export const livenessCheckers: readonly MakeChecker[] = [makeV1, makeV2, makeV3, makeV4];

/** Groups by the part of the system that breaks them. */
export const checkerGroups: Readonly<Record<string, readonly MakeChecker[]>> = {
  consensus: raftCheckers,
  clients: clientCheckers,
  liveness: livenessCheckers,
};

/** All. */
export const allCheckers: readonly MakeChecker[] = Object.values(checkerGroups).flat();

/** Titles by id, for reports. */
export const checkerTitles: ReadonlyMap<string, string> = new Map(
  allCheckers.map((make) => {
    const { id, title } = make();
    return [id, title];
  }),
);
