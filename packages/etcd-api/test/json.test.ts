/**
 * The gateway's JSON, as etcd writes and takes it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  AlarmResponse,
  AuthRoleGrantPermissionRequest,
  CompactionRequest,
  Compare,
  fromJson,
  fromJsonText,
  HashKVResponse,
  JsonError,
  KeyValue,
  LeaseGrantRequest,
  LeaseTimeToLiveResponse,
  Member,
  MemberAddRequest,
  MemberListResponse,
  type MessageType,
  messageTypes,
  PutRequest,
  PutResponse,
  parseJson,
  RangeRequest,
  RangeResponse,
  ResponseHeader,
  SortOrder,
  TxnRequest,
  toJson,
  toJsonText,
  WatchRequest,
  WatchResponse,
} from "../src/index.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";
import { fromText } from "./hex.ts";

const header = ResponseHeader.create({
  clusterId: 14841639068965178418n,
  memberId: 10276657743932975437n,
  revision: 2,
  raftTerm: 3,
});
const headerText =
  '"header":{"cluster_id":"14841639068965178418","member_id":"10276657743932975437","revision":"2","raft_term":"3"}';

describe("out", () => {
  test("64-bit integers are strings, bytes base64, zeros left out, names as in the definitions", () => {
    const kv = KeyValue.create({
      key: fromText("foo"),
      createRevision: 2,
      modRevision: 2,
      version: 1,
      value: fromText("bar"),
    });
    assert.equal(
      toJsonText(RangeResponse, RangeResponse.create({ header, kvs: [kv], count: 1 })),
      `{${headerText},"kvs":[{"key":"Zm9v","create_revision":"2","mod_revision":"2","version":"1","value":"YmFy"}],"count":"1"}`,
    );
    assert.equal(toJsonText(PutResponse, PutResponse.create({ header })), `{${headerText}}`);
    assert.equal(toJsonText(PutResponse, PutResponse.create()), "{}");
  });

  test("32-bit integers are numbers", () => {
    assert.equal(
      toJsonText(HashKVResponse, HashKVResponse.create({ hash: 7, hashRevision: 8 })),
      '{"hash":7,"hash_revision":"8"}',
    );
  });

  test("field names that are not in snake case stay as they are", () => {
    const member = Member.create({ id: 1n, name: "m1", peerURLs: ["http://a"], isLearner: true });
    assert.equal(
      toJsonText(MemberListResponse, MemberListResponse.create({ members: [member] })),
      '{"members":[{"ID":"1","name":"m1","peerURLs":["http://a"],"isLearner":true}]}',
    );
    const ttl = LeaseTimeToLiveResponse.create({ id: 7n, ttl: -1, grantedTTL: 60 });
    assert.equal(toJsonText(LeaseTimeToLiveResponse, ttl), '{"ID":"7","TTL":"-1","grantedTTL":"60"}');
  });

  test("enums by name; one without a name as its number", () => {
    const alarms = AlarmResponse.create({
      alarms: [
        { memberID: 0n, alarm: 1 },
        { memberID: 0n, alarm: 77 },
      ],
    });
    assert.equal(toJsonText(AlarmResponse, alarms), '{"alarms":[{"alarm":"NOSPACE"},{"alarm":77}]}');
  });

  test("a member of a oneof appears even if it is zero, and its group does not", () => {
    const compare = Compare.create({ key: fromText("k"), targetUnion: { case: "createRevision", value: 0 } });
    assert.equal(toJsonText(Compare, compare), '{"key":"aw==","create_revision":"0"}');
  });

  test("a message that is there and empty is an empty object", () => {
    const response = WatchResponse.create({ header: ResponseHeader.create(), created: true });
    assert.equal(toJsonText(WatchResponse, response), '{"header":{},"created":true}');
  });
});

describe("in", () => {
  test("what clients send", () => {
    assert.deepEqual(
      fromJsonText(RangeRequest, '{"key":"Zm9v","range_end":"Zm9w","limit":"10","serializable":true}'),
      RangeRequest.create({ key: fromText("foo"), rangeEnd: fromText("fop"), limit: 10, serializable: true }),
    );
    const txn = `{"compare":[{"result":"EQUAL","target":"CREATE","key":"Zm9v","createRevision":"2"}],
      "success":[{"requestPut":{"key":"Zm9v","value":"YmFy"}}],"failure":[{"request_range":{"key":"Zm9v"}}]}`;
    const key = fromText("foo");
    assert.deepEqual(
      fromJsonText(TxnRequest, txn),
      TxnRequest.create({
        compare: [Compare.create({ target: 1, key, targetUnion: { case: "createRevision", value: 2 } })],
        success: [
          { request: { case: "requestPut", value: PutRequest.create({ key, value: fromText("bar") }) } },
        ],
        failure: [{ request: { case: "requestRange", value: RangeRequest.create({ key }) } }],
      }),
    );
    assert.deepEqual(
      fromJsonText(WatchRequest, '{"create_request":{"key":"Zm9v"},"unknown":[1]}').requestUnion?.case,
      "createRequest",
    );
  });

  test("no text is a message of zeros, and null is zero", () => {
    assert.deepEqual(fromJsonText(RangeRequest, " \n"), RangeRequest.create());
    assert.deepEqual(fromJsonText(RangeRequest, '{"key":null,"limit":null}'), RangeRequest.create());
    assert.deepEqual(fromJsonText(WatchRequest, '{"create_request":null}'), WatchRequest.create());
  });

  test("either name of a field, but not both", () => {
    assert.equal(fromJson(LeaseGrantRequest, { TTL: 5, ID: "6" }).id, 6n);
    assert.equal(fromJson(PutRequest, { prevKv: true }).prevKv, true);
    refuses(PutRequest, '{"prevKv":true,"prev_kv":true}', "prev_kv");
    refuses(WatchRequest, '{"create_request":{},"cancel_request":{}}', "cancel_request");
  });

  test("integers as numbers or strings, with all their bits", () => {
    assert.equal(fromJsonText(LeaseGrantRequest, '{"ID":7587862094873690123}').id, 7587862094873690123n);
    assert.equal(fromJsonText(LeaseGrantRequest, '{"ID":"-9223372036854775808"}').id, -(2n ** 63n));
    assert.equal(fromJsonText(LeaseGrantRequest, '{"TTL":1e3}').ttl, 1000);
    assert.equal(fromJsonText(CompactionRequest, '{"revision":9223372036854775807}').revision, 2 ** 53 - 1);
    refuses(LeaseGrantRequest, '{"ID":9223372036854775808}', "ID");
    refuses(LeaseGrantRequest, '{"ID":"9223372036854775808"}', "ID");
    refuses(LeaseGrantRequest, '{"TTL":1.5}', "TTL");
    refuses(LeaseGrantRequest, '{"TTL":1e30}', "TTL");
    refuses(LeaseGrantRequest, '{"TTL":"1.0"}', "TTL");
    refuses(LeaseGrantRequest, '{"TTL":""}', "TTL");
    refuses(LeaseGrantRequest, '{"TTL":true}', "TTL");
    refuses(ResponseHeader, '{"revision":"9007199254740992"}', "revision");
    refuses(ResponseHeader, '{"member_id":-1}', "member_id");
    refuses(HashKVResponse, '{"hash":4294967296}', "hash");
  });

  test("enums by name or number", () => {
    assert.equal(fromJson(RangeRequest, { sort_order: "DESCEND" }).sortOrder, SortOrder.DESCEND);
    assert.equal(fromJson(RangeRequest, { sortOrder: 1 }).sortOrder, SortOrder.ASCEND);
    assert.equal(fromJson(RangeRequest, { sortOrder: 9 }).sortOrder, 9);
    refuses(RangeRequest, '{"sort_order":"descend"}', "sort_order");
    refuses(RangeRequest, '{"sort_order":"toString"}', "sort_order");
  });

  test("bytes in either base64, with or without padding", () => {
    for (const text of ["+/8=", "-_8=", "-_8", "+/8"]) {
      assert.deepEqual(fromJson(PutRequest, { key: text }).key, Uint8Array.of(0xfb, 0xff));
    }
    for (const text of ["a", "abcde", "ab=", "a===", "ab c", "ü"])
      refuses(PutRequest, JSON.stringify({ key: text }), "key");
  });

  test("what does not fit is refused with its place", () => {
    refuses(
      TxnRequest,
      '{"success":[{"request_put":{"key":"Zm9v"}},{"request_put":{"lease":[]}}]}',
      "success[1].request_put.lease",
    );
    refuses(TxnRequest, '{"success":{}}', "success");
    refuses(TxnRequest, '{"success":[null]}', "success[0]");
    refuses(MemberAddRequest, '{"peerURLs":[1]}', "peerURLs[0]");
    refuses(RangeRequest, '{"serializable":"true"}', "serializable");
    refuses(AuthRoleGrantPermissionRequest, '{"perm":"READ"}', "perm");
    refuses(RangeRequest, "[]", "");
    refuses(RangeRequest, "{", "");
    refuses(RangeRequest, "7", "");
  });

  test("no depth of nesting does harm", () => {
    const txn = '{"success":[{"request_txn":'.repeat(200) + "{}" + "}]}".repeat(200);
    assert.throws(() => fromJsonText(TxnRequest, txn), /nested too deep/);
    assert.throws(() => parseJson("[".repeat(200_000)), JsonError);
    assert.throws(() => fromJsonText(TxnRequest, `${"[".repeat(200_000)}${"]".repeat(200_000)}`), JsonError);
  });

  test("names of object properties are no fields", () => {
    const text = '{"__proto__":{"key":"Zm9v"},"constructor":1,"hasOwnProperty":2}';
    assert.deepEqual(fromJsonText(PutRequest, text), PutRequest.create());
  });
});

test("every message comes back as it went", () => {
  fc.assert(
    fc.property(
      fc
        .constantFrom(...messageTypes)
        .chain((type) => fc.record({ type: fc.constant(type), message: arbitraryMessage(type) })),
      ({ type, message }) => {
        assert.deepEqual(fromJsonText(type, toJsonText(type, message)), message);
        assert.deepEqual(fromJson(type, camelCase(toJson(type, message))), message);
      },
    ),
    { numRuns: 2000, seed: 20_260_804 },
  );
});

/** The same JSON with names as a JavaScript client writes them. */
function camelCase(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(camelCase);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      camelCase(value),
    ]),
  );
}

function refuses(type: MessageType<object>, text: string, path: string): void {
  assert.throws(
    () => fromJsonText(type, text),
    (error) => error instanceof JsonError && error.path === path,
    text,
  );
}
