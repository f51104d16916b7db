/**
 * What a server and a client find in the service descriptors.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  kvService,
  maintenanceService,
  messageTypes,
  RangeRequest,
  services,
  watchService,
} from "../src/index.ts";

test("a method knows its path, its types, its streams and its gateway paths", () => {
  const { range } = kvService.methods;
  assert.equal(range.path, "/etcdserverpb.KV/Range");
  assert.equal(range.request, RangeRequest);
  assert.deepEqual(range.gatewayPaths, ["/v3/kv/range"]);
  const { watch } = watchService.methods;
  assert.ok(watch.clientStreams && watch.serverStreams);
  const { snapshot } = maintenanceService.methods;
  assert.ok(!snapshot.clientStreams && snapshot.serverStreams);
});

test("no path is there twice, and every message of a service is listed", () => {
  const methods = services.flatMap((service) =>
    Object.values(service.methods).map((method) => ({ service: service.name, method })),
  );
  for (const { service, method } of methods) {
    assert.equal(method.path, `/${service}/${method.name}`);
    assert.ok(messageTypes.includes(method.request) && messageTypes.includes(method.response));
  }
  const gateway = methods.flatMap(({ method }) => method.gatewayPaths);
  assert.equal(new Set(gateway).size, gateway.length);
  assert.equal(new Set(methods.map(({ method }) => method.path)).size, methods.length);
  assert.deepEqual(services.map(({ name }) => name).toSorted(), [
    "etcdserverpb.Auth",
    "etcdserverpb.Cluster",
    "etcdserverpb.KV",
    "etcdserverpb.Lease",
    "etcdserverpb.Maintenance",
    "etcdserverpb.Watch",
    "grpc.health.v1.Health",
    "v3electionpb.Election",
    "v3lockpb.Lock",
  ]);
});
