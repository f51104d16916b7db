/**
 * Bad inputs: what a careless, an unlucky or a hostile client sends, and what it is answered in one line.
 */

import { connect as connectSocket } from "node:net";
import { credentials, Metadata, makeGenericClientConstructor } from "@grpc/grpc-js";
import {
  AlarmRequest,
  CompactionRequest,
  clusterService,
  decode,
  encode,
  HashKVRequest,
  kvService,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  leaseService,
  MemberAddRequest,
  MemberPromoteRequest,
  MemberRemoveRequest,
  MemberUpdateRequest,
  type MessageType,
  MoveLeaderRequest,
  maintenanceService,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
  WatchCreateRequest,
  WatchRequest,
  WatchResponse,
  watchService,
} from "@quorate/etcd-api";

/** One bad input. */
export type BadInput = {
  readonly title: string;
  /** Sends it to a server (its client URL; the leader's); returns what it was answered. */
  readonly send: (url: string) => Promise<string>;
};

const text = new TextEncoder();
const callTimeoutMs = 10_000;

/** Calls a method with any bytes; the answer is `OK`, or the status' code and text. */
export function callRaw(
  url: string,
  path: string,
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const Client = makeGenericClientConstructor({}, "bad");
  const client = new Client(url.replace("http://", ""), credentials.createInsecure());
  const headers = new Metadata();
  for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      (request: Uint8Array) => Buffer.from(request),
      (answer: Buffer) => answer,
      bytes,
      headers,
      { deadline: Date.now() + callTimeoutMs },
      (error) => {
        client.close();
        resolve(error === null ? "OK" : `${error.code} ${error.details}`);
      },
    );
  });
}

function call<Message extends object>(
  method: { readonly path: string; readonly request: MessageType<Message> },
  message: Message,
): (url: string) => Promise<string> {
  return (url) => callRaw(url, method.path, encode(method.request, message));
}

/** Sends watch requests on one stream; the answer is what the first so many responses say. */
function watch(requests: readonly WatchRequest[], responses: number): (url: string) => Promise<string> {
  return (url) => {
    const Client = makeGenericClientConstructor({}, "bad");
    const client = new Client(url.replace("http://", ""), credentials.createInsecure());
    const stream = client.makeBidiStreamRequest(
      watchService.methods.watch.path,
      (request: WatchRequest) => Buffer.from(encode(WatchRequest, request)),
      (bytes: Buffer) => decode(WatchResponse, bytes),
      new Metadata(),
      { deadline: Date.now() + callTimeoutMs },
    );
    const lines: string[] = [];
    return new Promise((resolve) => {
      const end = (): void => {
        client.close();
        resolve(lines.join("; "));
      };
      stream.on("error", (error: Error) => {
        lines.push(error.message);
        end();
      });
      stream.on("data", (response: WatchResponse) => {
        const { watchId, created, canceled, compactRevision, cancelReason } = response;
        lines.push(
          `id ${watchId} created ${created} canceled ${canceled} at ${compactRevision} "${cancelReason}"`,
        );
        if (lines.length < responses) return;
        stream.removeAllListeners("error").on("error", () => undefined);
        stream.cancel();
        end();
      });
      for (const request of requests) stream.write(request);
    });
  };
}

function create(fields: Partial<WatchCreateRequest>): WatchRequest {
  return { requestUnion: { case: "createRequest", value: WatchCreateRequest.create(fields) } };
}

function putOp(key: string): RequestOp {
  const value = PutRequest.create({ key: text.encode(key), value: text.encode("x") });
  return RequestOp.create({ request: { case: "requestPut", value } });
}

/** Sends bytes to the port; the answer says whether the server closed the connection, and how a healthy call goes on. */
function sendBytes(bytes: Uint8Array): (url: string) => Promise<string> {
  return (url) => {
    const { hostname, port } = new URL(url);
    return new Promise((resolve) => {
      const socket = connectSocket(Number(port), hostname, () => socket.write(bytes));
      socket.resume();
      socket.on("error", () => undefined);
      socket.setTimeout(callTimeoutMs, () => {
        socket.destroy();
        resolve("left open");
      });
      socket.on("close", () => resolve("closed"));
    });
  };
}

async function http(url: string, path: string, init: RequestInit): Promise<string> {
  const response = await fetch(url + path, init);
  const body = await response.text();
  const message = /"message":"([^"]*)"/.exec(body)?.[1];
  return `${response.status} ${message ?? body.trim()}`;
}

const key = text.encode("bad");
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const settingsFrame = "\0\0\0\x04\0\0\0\0\0";
const kv = kvService.methods;
const lease = leaseService.methods;
const cluster = clusterService.methods;
const maintenance = maintenanceService.methods;
const bytes = (latin1: string): Uint8Array => Uint8Array.from(Buffer.from(latin1, "latin1"));

/** Requests that mean nothing, or too much. */
const requests: readonly BadInput[] = [
  { title: "put without a key", send: call(kv.put, PutRequest.create({ value: key })) },
  {
    title: "put of a value beyond the request limit",
    send: call(kv.put, PutRequest.create({ key, value: new Uint8Array(1_600_000) })),
  },
  {
    title: "put of a key beyond the message limit",
    send: call(kv.put, PutRequest.create({ key: new Uint8Array(3_000_000).fill(97) })),
  },
  {
    title: "put that keeps a value that is not there",
    send: call(kv.put, PutRequest.create({ key, ignoreValue: true })),
  },
  {
    title: "put with an unknown lease",
    send: call(kv.put, PutRequest.create({ key, value: key, lease: 12_345n })),
  },
  {
    title: "transaction of 129 operations",
    send: call(
      kv.txn,
      TxnRequest.create({ success: Array.from({ length: 129 }, (_, position) => putOp(`k${position}`)) }),
    ),
  },
  {
    title: "transaction that puts a key twice",
    send: call(kv.txn, TxnRequest.create({ success: [putOp("k"), putOp("k")] })),
  },
  {
    title: "transaction with an empty operation",
    send: call(kv.txn, TxnRequest.create({ success: [RequestOp.create()] })),
  },
  { title: "range without a key", send: call(kv.range, RangeRequest.create({})) },
  { title: "range with a negative limit", send: call(kv.range, RangeRequest.create({ key, limit: -5 })) },
  { title: "range at a negative revision", send: call(kv.range, RangeRequest.create({ key, revision: -7 })) },
  {
    title: "range at a future revision",
    send: call(kv.range, RangeRequest.create({ key, revision: 9_000_000 })),
  },
  { title: "range in an unknown order", send: call(kv.range, RangeRequest.create({ key, sortOrder: 9 })) },
  {
    title: "compaction of the future",
    send: call(kv.compact, CompactionRequest.create({ revision: 9_000_000 })),
  },
  {
    title: "compaction of a negative revision",
    send: call(kv.compact, CompactionRequest.create({ revision: -1 })),
  },
];

const administration: readonly BadInput[] = [
  {
    title: "lease for three hundred years",
    send: call(lease.leaseGrant, LeaseGrantRequest.create({ ttl: 9_000_000_001 })),
  },
  {
    title: "lease twice with the same ID",
    send: async (url) => {
      const grant = call(lease.leaseGrant, LeaseGrantRequest.create({ ttl: 60, id: 777n }));
      return `${await grant(url)}, then ${await grant(url)}`;
    },
  },
  {
    title: "revoke an unknown lease",
    send: call(lease.leaseRevoke, LeaseRevokeRequest.create({ id: 999n })),
  },
  {
    title: "remove an unknown member",
    send: call(cluster.memberRemove, MemberRemoveRequest.create({ id: 5n })),
  },
  {
    title: "promote an unknown member",
    send: call(cluster.memberPromote, MemberPromoteRequest.create({ id: 5n })),
  },
  {
    title: "update an unknown member",
    send: call(
      cluster.memberUpdate,
      MemberUpdateRequest.create({ id: 5n, peerURLs: ["http://127.0.0.1:1"] }),
    ),
  },
  {
    title: "add a member with a bad URL",
    send: call(cluster.memberAdd, MemberAddRequest.create({ peerURLs: ["127.0.0.1:1"] })),
  },
  {
    title: "add a member without a URL",
    send: call(cluster.memberAdd, MemberAddRequest.create({ isLearner: true, peerURLs: [] })),
  },
  {
    title: "move the leadership to nobody",
    send: call(maintenance.moveLeader, MoveLeaderRequest.create({ targetID: 5n })),
  },
  {
    title: "hash of a future revision",
    send: call(maintenance.hashKV, HashKVRequest.create({ revision: 9_000_000 })),
  },
  {
    title: "alarm of an unknown kind",
    send: call(maintenance.alarm, AlarmRequest.create({ action: 2, alarm: 9 })),
  },
];

const streams: readonly BadInput[] = [
  {
    title: "two watches with one ID",
    send: watch([create({ key, watchId: 5n }), create({ key, watchId: 5n })], 2),
  },
  {
    title: "watch of an empty range",
    send: watch([create({ key: text.encode("b"), rangeEnd: text.encode("a") })], 1),
  },
  { title: "watch from a negative revision", send: watch([create({ key, startRevision: -5 })], 1) },
];

const wire: readonly BadInput[] = [
  {
    title: "bytes that are no message",
    send: async (url) => {
      const answer = await callRaw(url, kv.range.path, Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1));
      return answer.replace(/:.*/, "");
    },
  },
  { title: "unknown method", send: (url) => callRaw(url, "/etcdserverpb.KV/Nothing", new Uint8Array(0)) },
  { title: "unknown service", send: (url) => callRaw(url, "/nobody.Here/Range", new Uint8Array(0)) },
  { title: "garbage instead of a preface", send: sendBytes(bytes("\x16\x03\x01\x02garbage\r\n\r\n\0\xff")) },
  {
    title: "HTTP/2 frame of an impossible length",
    send: sendBytes(bytes(`${preface}${settingsFrame}\xff\xff\xff\0\0\0\0\0\x01`)),
  },
  {
    title: "HTTP/2 headers that are no HPACK",
    send: sendBytes(bytes(`${preface}${settingsFrame}\0\0\x04\x01\x05\0\0\0\x01\xff\xff\xff\xff`)),
  },
  {
    title: "HTTP/2 data for a stream that was never opened",
    send: sendBytes(bytes(`${preface}${settingsFrame}\0\0\x01\0\0\0\0\0\x09x`)),
  },
  {
    title: "gateway: body that is no JSON",
    send: async (url) => (await http(url, "/v3/kv/range", { method: "POST", body: "{nonsense" })).slice(0, 3),
  },
  {
    title: "gateway: unknown path",
    send: async (url) => (await http(url, "/v3/nowhere", { method: "POST", body: "{}" })).slice(0, 3),
  },
  {
    title: "gateway: put without a key",
    send: (url) => http(url, "/v3/kv/put", { method: "POST", body: "{}" }),
  },
  {
    title: "health by the wrong method",
    send: async (url) => (await http(url, "/health", { method: "POST", body: "{}" })).slice(0, 3),
  },
];

export const badInputs: readonly BadInput[] = [...requests, ...administration, ...streams, ...wire];
