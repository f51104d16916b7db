/**
 * What is committed under src/gen is what the definitions say.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { findStaleFiles, generateFiles } from "../scripts/generated-files.ts";
import { parseProto } from "../scripts/proto-parser.ts";
import { linkFiles } from "../scripts/schema.ts";
import * as api from "../src/index.ts";

test("src/gen is what would be generated", () => {
  assert.deepEqual(findStaleFiles(generateFiles()), [], "stale; remedy: npm run generate");
});

test("the index exports every generated message, enum and service", () => {
  const names = [...generateFiles()]
    .filter(([file]) => file !== "registry.ts")
    .flatMap(([, text]) => [...text.matchAll(/^export const (\w+)/gm)].map((match) => match[1] as string));
  assert.ok(names.length > 120);
  assert.deepEqual(
    names.filter((name) => !Object.hasOwn(api, name)),
    [],
  );
});

function link(body: string): () => void {
  return () => void linkFiles([parseProto("x.proto", `syntax = "proto3";\npackage x;\n${body}`)]);
}

test("definitions that would generate nonsense are refused with their place", () => {
  assert.throws(link("message A { map<string, string> a = 1; }"), /x\.proto:3: "<" is no name/);
  assert.throws(link("message A { option deprecated = true; }"), /x\.proto:3/);
  assert.throws(link("message A { B b = 1; }"), /x\.A\.b: there is no type B/);
  assert.throws(link("message A { bool a = 1; bool b = 1; }"), /number 1 twice/);
  assert.throws(link("message A { bool a_b = 1; bool aB = 2; }"), /"aB" twice/);
  assert.throws(link("message A { int64 a = 1; }"), /add it to long-fields\.ts/);
  assert.throws(link("message A { double a = 1; }"), /no type double/);
  assert.throws(link("enum E { ONE = 1; }"), /the first value must be 0/);
  assert.throws(link("message A {"), /ends too early/);
  assert.throws(link("service S { rpc M(A) returns (A); } message A { }"), /add it to gateway-paths\.ts/);
});
