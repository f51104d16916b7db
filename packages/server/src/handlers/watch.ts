/**
 * etcdserverpb.Watch (reference §3).
 */

import { watchService } from "@quorate/etcd-api";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";
import type { LeaderGuard } from "./leader-guard.ts";
import { WatchStream } from "./watch-stream.ts";

/** Registers the service. */
export function registerWatch(router: Router, core: ServerCore, guard: LeaderGuard): void {
  router.duplex(watchService.methods.watch, (requests, context, sink) =>
    guard.run(context, (guarded) => new WatchStream(core, guarded, sink).run(requests)),
  );
}
