/**
 * The invariants of consensus, membership and snapshots: every checker that needs no workload.
 */

import { makeC1 } from "./c1-effective-config.ts";
import { makeC2 } from "./c2-one-pending-change.ts";
import { makeC3 } from "./c3-quorum-overlap.ts";
import { makeC4 } from "./c4-roles.ts";
import type { MakeChecker } from "./checker.ts";
import { makeN1 } from "./n1-snapshot-content.ts";
import { makeN2 } from "./n2-truncation-covered.ts";
import { makeN3 } from "./n3-no-way-back.ts";
import { makeS1 } from "./s1-election-safety.ts";
import { makeS2 } from "./s2-log-matching.ts";
import { makeS3 } from "./s3-leader-append-only.ts";
import { makeS4 } from "./s4-leader-completeness.ts";
import { makeS5 } from "./s5-state-machine-safety.ts";
import { makeS6 } from "./s6-commit-rule.ts";
import { makeS7 } from "./s7-monotonic.ts";
import { makeS8 } from "./s8-vote-once.ts";
import { makeS9 } from "./s9-persist-before-send.ts";
import { makeS10 } from "./s10-acknowledged-kept.ts";
import { makeS11 } from "./s11-no-silent-corruption.ts";
import { makeS12 } from "./s12-committed-survives.ts";
import { makeS13 } from "./s13-follower-commit.ts";
import { makeS14 } from "./s14-message-term.ts";
import { makeS15 } from "./s15-elected-by-majority.ts";
import { makeS16 } from "./s16-answered-append.ts";

export const raftCheckers: readonly MakeChecker[] = [
  ...[makeS1, makeS2, makeS3, makeS4, makeS5, makeS6, makeS7],
  ...[makeS8, makeS9, makeS10, makeS11, makeS12, makeS13, makeS14, makeS15, makeS16],
  ...[makeC1, makeC2, makeC3, makeC4],
  ...[makeN1, makeN2, makeN3],
];
