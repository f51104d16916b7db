/**
 * The messages that a busy member sees most, in sizes as they are.
 */

import {
  Compare,
  CompareTarget,
  Event,
  encode,
  KeyValue,
  type MessageType,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseHeader,
  TxnRequest,
  WatchResponse,
} from "../src/index.ts";

/** A message under measurement. */
export type Sample = {
  readonly name: string;
  readonly type: MessageType<object>;
  readonly message: object;
  readonly bytes: Uint8Array;
};

const keyBytes = 30;
const valueBytes = 256;

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
const key = bytesOf(keyBytes, 1);
const value = bytesOf(valueBytes, 2);
const header = ResponseHeader.create({
  clusterId: 14841639068965178418n,
  memberId: 10276657743932975437n,
  revision: 223_456,
  raftTerm: 7,
});

function keyValue(seed: number): KeyValue {
  return KeyValue.create({
    key: bytesOf(keyBytes, seed),
    createRevision: 123_456 + seed,
    modRevision: 223_456,
    version: 3,
    value,
  });
}

/** The samples. */
export function createSamples(): Sample[] {
  const range = RangeRequest.create({ key, rangeEnd: bytesOf(keyBytes, 9), limit: 100, revision: 223_400 });
  const kvs = Array.from({ length: 10 }, (_, index) => keyValue(index));
  const txn = TxnRequest.create({
    compare: [
      Compare.create({
        target: CompareTarget.MOD,
        key,
        targetUnion: { case: "modRevision", value: 223_456 },
      }),
    ],
    success: [
      RequestOp.create({ request: { case: "requestPut", value: PutRequest.create({ key, value }) } }),
    ],
    failure: [RequestOp.create({ request: { case: "requestRange", value: RangeRequest.create({ key }) } })],
  });
  const event = Event.create({ kv: keyValue(1), prevKv: keyValue(2) });
  return [
    sample("RangeRequest", RangeRequest, range),
    sample("RangeResponse, 10 keys", RangeResponse, RangeResponse.create({ header, kvs, count: 10 })),
    sample("PutRequest", PutRequest, PutRequest.create({ key, value, lease: 7587862094873690123n })),
    sample("PutResponse", PutResponse, PutResponse.create({ header })),
    sample("TxnRequest", TxnRequest, txn),
    sample("WatchResponse", WatchResponse, WatchResponse.create({ header, watchId: 5n, events: [event] })),
  ];
}

function sample<T extends object>(name: string, type: MessageType<T>, message: T): Sample {
  return { name, type, message, bytes: encode(type, message) };
}
