/**
 * Everything that this server answers, in one router.
 */

import { Router } from "../rpc/router.ts";
import { registerAuth } from "./auth.ts";
import { registerCluster } from "./cluster.ts";
import type { ServerCore } from "./core.ts";
import { registerElection } from "./election.ts";
import { registerHealth } from "./health.ts";
import { registerKv } from "./kv.ts";
import { LeaderGuard } from "./leader-guard.ts";
import { registerLease } from "./lease.ts";
import { registerLock } from "./lock.ts";
import { registerMaintenance } from "./maintenance.ts";
import { registerWatch } from "./watch.ts";

/** Registers all services. What is not there, the front answers with UNIMPLEMENTED. */
export function registerServices(target: Router, core: ServerCore): void {
  const router = new Router();
  const guard = new LeaderGuard(core);
  registerKv(router, core);
  registerWatch(router, core, guard);
  registerLease(router, core, guard);
  registerCluster(router, core);
  registerMaintenance(router, core, guard);
  registerAuth(router, core);
  registerLock(router, core);
  registerElection(router, core, guard);
  registerHealth(router, core);
  for (const route of router.all()) target.add(core.audit.audited(route));
}
