/**
 * A router of toy handlers over real message types: what the front's tests call.
 */

import {
  kvService,
  LeaseKeepAliveResponse,
  leaseService,
  maintenanceService,
  PutResponse,
  RangeResponse,
  SnapshotResponse,
  WatchResponse,
  watchService,
} from "@quorate/etcd-api";
import type { DuplexHandler, ServerStreamHandler, UnaryHandler } from "../src/rpc/call.ts";
import { Router } from "../src/rpc/router.ts";

/** Handlers to replace; the others echo. */
export type ToyHandlers = {
  readonly range?: UnaryHandler<object, object>;
  readonly put?: UnaryHandler<object, object>;
  readonly snapshot?: ServerStreamHandler<object, object>;
  readonly keepAlive?: DuplexHandler<object, object>;
  readonly watch?: DuplexHandler<object, object>;
};

/** Range: its key and limit come back. Put: answers. Snapshot: ten chunks. Keep-alive: each ID comes back. Watch: answers. */
export function toyRouter(handlers: ToyHandlers = {}): Router {
  const router = new Router();
  const { range, put, snapshot, keepAlive, watch } = kvAndOthers();
  router.unary(range, handlers.range ?? ((request) => RangeResponse.create({ count: request.limit })));
  router.unary(put, handlers.put ?? (() => PutResponse.create()));
  router.serverStream(
    snapshot,
    handlers.snapshot ??
      (async (_request, _context, sink) => {
        for (let left = 9; left >= 0; left--) {
          sink.write(
            SnapshotResponse.create({ remainingBytes: left, blob: new Uint8Array(1000).fill(left) }),
          );
        }
      }),
  );
  router.duplex(
    keepAlive,
    handlers.keepAlive ??
      (async (requests, _context, sink) => {
        for await (const { id } of requests) sink.write(LeaseKeepAliveResponse.create({ id, ttl: 7 }));
      }),
  );
  router.duplex(
    watch,
    handlers.watch ??
      (async (requests, _context, sink) => {
        for await (const request of requests) sink.write(WatchResponse.create({ created: request !== null }));
      }),
  );
  return router;
}

function kvAndOthers() {
  return {
    range: kvService.methods.range,
    put: kvService.methods.put,
    snapshot: maintenanceService.methods.snapshot,
    keepAlive: leaseService.methods.leaseKeepAlive,
    watch: watchService.methods.watch,
  };
}
