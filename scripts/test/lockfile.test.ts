/**
 * The lockfile is completed with what its own entries say, and with nothing else.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { completeLockfile, findMissing, type Lockfile } from "../tidy/lockfile.ts";

function wanting(optionalDependencies: Record<string, string>): Lockfile {
  return { packages: { "": {}, "node_modules/tool": { version: "2.0.0", dev: true, optionalDependencies } } };
}

test("a complete lockfile stays as it is", () => {
  const packages = { "": {}, "node_modules/tool": { version: "1.0.0" } };
  assert.deepEqual(findMissing({ packages }), []);
  assert.deepEqual(completeLockfile({ packages }), { packages });
});

test("a missing package is named with what wants it", () => {
  const missing = findMissing(wanting({ "@tool/linux-x64": "2.0.0" }));
  assert.deepEqual(missing, [
    { name: "@tool/linux-x64", version: "2.0.0", wantedBy: "node_modules/tool", dev: true },
  ]);
});

test("a package is not missing where Node would find it", () => {
  const { packages } = wanting({ inner: "1.0.0" });
  const tool = { version: "2.0.0", optionalDependencies: { inner: "1.0.0" } };
  const path = "packages/raft/node_modules/";
  assert.deepEqual(
    findMissing({ packages: { ...packages, "node_modules/tool/node_modules/inner": {} } }),
    [],
  );
  assert.deepEqual(findMissing({ packages: { [`${path}tool`]: tool, [`${path}inner`]: {} } }), []);
  assert.equal(findMissing({ packages: { [`${path}tool`]: tool } }).length, 1);
});

const platforms: readonly [name: string, platform: object][] = [
  ["@tool/cli-darwin-arm64", { cpu: ["arm64"], os: ["darwin"] }],
  ["@tool/binding-linux-x64-musl", { cpu: ["x64"], libc: ["musl"], os: ["linux"] }],
  ["@tool/binding-linux-ppc64-gnu", { cpu: ["ppc64"], libc: ["glibc"], os: ["linux"] }],
  ["@tool/binding-linux-arm-gnueabihf", { cpu: ["arm"], libc: ["glibc"], os: ["linux"] }],
  ["@tool/binding-win32-ia32-msvc", { cpu: ["ia32"], os: ["win32"] }],
  ["tool-for-all", {}],
];
for (const [name, platform] of platforms) {
  test(`the platform of ${name} stands in its name`, () => {
    const { packages } = completeLockfile(wanting({ [name]: "2.0.0" }));
    const expected = { version: "2.0.0", dev: true, optional: true, ...platform };
    assert.deepEqual(packages[`node_modules/${name}`], expected);
  });
}

test("the completed lockfile lacks nothing and keeps npm's order", () => {
  const lock = completeLockfile(wanting({ "@tool/linux-x64": "2.0.0", zoo: "1.0.0" }));
  assert.deepEqual(findMissing(lock), []);
  const paths = ["", "node_modules/@tool/linux-x64", "node_modules/tool", "node_modules/zoo"];
  assert.deepEqual(Object.keys(lock.packages), paths);
});

test("what a program needs is not marked as development's", () => {
  const tool = { version: "2.0.0", optionalDependencies: { "tool-for-all": "2.0.0" } };
  const { packages } = completeLockfile({ packages: { "node_modules/tool": tool } });
  assert.deepEqual(packages["node_modules/tool-for-all"], { version: "2.0.0", optional: true });
});

test("a range cannot be completed", () => {
  assert.throws(() => completeLockfile(wanting({ other: "^1.0.0" })), /other@\^1\.0\.0 is a range/);
});
