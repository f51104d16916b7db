/**
 * Bytes worked out by hand from the field numbers and types, so that the codec is not its own witness.
 *
 * A tag is `number × 8 + wire type`; type 0 is a varint, type 2 something with its length before it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  AlarmMember,
  AlarmResponse,
  AlarmType,
  AuthRoleGrantPermissionRequest,
  CompactionRequest,
  Compare,
  CompareResult,
  CompareTarget,
  decode,
  Event,
  EventType,
  encode,
  FilterType,
  HashKVResponse,
  KeyValue,
  LeaseGrantRequest,
  LeaseTimeToLiveResponse,
  Member,
  MemberListResponse,
  type MessageType,
  Permission,
  PermissionType,
  PutRequest,
  RangeRequest,
  RangeResponse,
  RequestOp,
  ResponseHeader,
  SortOrder,
  SortTarget,
  Status,
  TxnRequest,
  WatchCreateRequest,
  WatchRequest,
  WatchResponse,
} from "../src/index.ts";
import { fromHex, fromText } from "./hex.ts";

function golden<T extends object>(type: MessageType<T>, init: Partial<T>, hex: string): void {
  test(type.name, () => {
    const message = type.create(init);
    assert.deepEqual(encode(type, message), fromHex(hex));
    assert.deepEqual(decode(type, fromHex(hex)), message);
  });
}

const key = fromText("foo");
const value = fromText("bar");

describe("golden bytes", () => {
  golden(
    ResponseHeader,
    { clusterId: 2n ** 64n - 1n, memberId: 0x8e9e05c52164694dn, revision: 300, raftTerm: 2 ** 32 },
    `08 ffffffffffffffffff01  # 1 << 3: 64 ones are nine groups of seven and one bit
     10 cdd2918bd2b881cf8e01  # 2 << 3: 0x8e9e05c52164694d by sevens, lowest first
     18 ac02                  # 3 << 3: 300 = 2 * 128 + 44
     20 8080808010            # 4 << 3: 2^32 = 16 * 128^4`,
  );
  golden(
    RangeRequest,
    {
      key,
      rangeEnd: fromText("fop"),
      limit: 500,
      revision: -1,
      sortOrder: SortOrder.DESCEND,
      sortTarget: SortTarget.MOD,
      serializable: true,
      countOnly: true,
      maxCreateRevision: 7,
    },
    `0a 03 666f6f  12 03 666f70
     18 f403                  # 500 = 3 * 128 + 116
     20 ffffffffffffffffff01  # -1 in two's complement of 64 bits
     28 02  30 03  38 01  48 01  68 07`,
  );
  golden(
    PutRequest,
    { key, value, lease: 0x694d71ddbf1a2b03n, prevKv: true, ignoreLease: true },
    `0a 03 666f6f  12 03 626172
     18 83d6e8f8dbbbdca669  # the lease by sevens, lowest first
     20 01  30 01`,
  );
  golden(
    RangeResponse,
    {
      header: ResponseHeader.create({ revision: 9 }),
      kvs: [
        KeyValue.create({ key, createRevision: 2, modRevision: 3, version: 2, value, lease: -1n }),
        KeyValue.create(),
      ],
      more: true,
      count: 2,
    },
    `0a 02 1809
     12 1b                       # 27 bytes
        0a 03 666f6f  10 02  18 03  20 02  2a 03 626172
        30 ffffffffffffffffff01
     12 00                       # an element of zeros is there all the same
     18 01  20 02`,
  );
  golden(
    Compare,
    {
      result: CompareResult.NOT_EQUAL,
      target: CompareTarget.MOD,
      key,
      targetUnion: { case: "modRevision", value: 0 },
      rangeEnd: Uint8Array.of(0),
    },
    `08 03  10 02  1a 03 666f6f
     30 00          # a member of a oneof is sent even if it is zero
     8204 01 00     # 64 * 8 + 2 = 514 = 4 * 128 + 2`,
  );
  golden(
    TxnRequest,
    {
      compare: [Compare.create({ key, targetUnion: { case: "version", value: 1 } })],
      success: [
        RequestOp.create({ request: { case: "requestPut", value: PutRequest.create({ key, value }) } }),
      ],
      failure: [
        RequestOp.create({
          request: {
            case: "requestTxn",
            value: TxnRequest.create({
              success: [
                RequestOp.create({ request: { case: "requestRange", value: RangeRequest.create({ key }) } }),
              ],
            }),
          },
        }),
        RequestOp.create(),
      ],
    },
    `0a 07  1a 03 666f6f  20 01
     12 0c  12 0a  0a 03 666f6f  12 03 626172
     1a 0b  22 09  12 07  0a 05  0a 03 666f6f
     1a 00`,
  );
  golden(
    WatchRequest,
    {
      requestUnion: {
        case: "createRequest",
        value: WatchCreateRequest.create({
          key,
          startRevision: 128,
          filters: [FilterType.NODELETE, FilterType.NOPUT],
          prevKv: true,
          watchId: 5n,
          fragment: true,
        }),
      },
    },
    `0a 12
        0a 03 666f6f  18 8001
        2a 02 0100               # numbers of a list are packed
        30 01  38 05  40 01`,
  );
  golden(
    WatchResponse,
    {
      watchId: -1n,
      canceled: true,
      cancelReason: "é",
      events: [Event.create({ type: EventType.DELETE, kv: KeyValue.create({ key, modRevision: 4 }) })],
    },
    `10 ffffffffffffffffff01  20 01
     32 02 c3a9
     5a 0b  08 01  12 07  0a 03 666f6f  18 04`,
  );
  golden(LeaseGrantRequest, { ttl: 60, id: 2n ** 63n - 1n }, "08 3c  10 ffffffffffffffff7f");
  golden(
    LeaseTimeToLiveResponse,
    { id: 1n, ttl: -1, grantedTTL: 5, keys: [key, fromText("")] },
    "10 01  18 ffffffffffffffffff01  20 05  2a 03 666f6f  2a 00",
  );
  golden(
    MemberListResponse,
    {
      members: [
        Member.create({ id: 3n, name: "m", peerURLs: ["a", "b"], clientURLs: ["c"], isLearner: true }),
      ],
    },
    "12 10  08 03  12 01 6d  1a 01 61  1a 01 62  22 01 63  28 01",
  );
  golden(
    AlarmResponse,
    { alarms: [AlarmMember.create({ memberID: 1n, alarm: AlarmType.CORRUPT })] },
    "12 04  08 01  10 02",
  );
  golden(
    HashKVResponse,
    { hash: 2 ** 32 - 1, compactRevision: -1 },
    `10 ffffffff0f  18 ffffffffffffffffff01`,
  );
  golden(
    AuthRoleGrantPermissionRequest,
    { name: "r", perm: Permission.create({ permType: PermissionType.READWRITE, key }) },
    "0a 01 72  12 07  08 02  12 03 666f6f",
  );
  golden(
    CompactionRequest,
    { revision: Number.MAX_SAFE_INTEGER, physical: true },
    "08 ffffffffffffff0f  10 01",
  );
  golden(Status, { code: -1, message: "no" }, "08 ffffffffffffffffff01  12 02 6e6f");
});
