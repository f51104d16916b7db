/**
 * The invariants of runs with somebody's own state machine: those of the machine, and all of the others that are not about
 * the store's revisions, watches and leases.
 */

import { livenessCheckers } from "./all-checkers.ts";
import type { MakeChecker } from "./checker.ts";
import { makeD1 } from "./d1-deterministic.ts";
import { makeD2 } from "./d2-snapshot-round-trip.ts";
import { makeD3 } from "./d3-same-results.ts";
import { makeD4 } from "./d4-never-throws.ts";
import { makeK1OfCalls } from "./k1-calls-once.ts";
import { makeR1 } from "./r1-linearizable-read.ts";
import { makeR2 } from "./r2-read-index.ts";
import { makeR3 } from "./r3-lease-read.ts";
import { raftCheckers } from "./raft-checkers.ts";

/** Those of the machine come first, since they say in plain words what S5 and N1 see as well. */
export const machineCheckers: readonly MakeChecker[] = [
  ...[makeD4, makeD1, makeD3, makeD2],
  ...raftCheckers,
  ...[makeR1, makeR2, makeR3],
  makeK1OfCalls,
  ...livenessCheckers,
];
