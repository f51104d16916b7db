import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress, parseAddress } from "../src/address.ts";
import { completeLimits, type TcpLimits, tcpLimitsDefault } from "../src/limits.ts";

describe("limits", () => {
  it("are complete by default, with the stated times", () => {
    const limits = completeLimits({});
    assert.deepEqual(limits, tcpLimitsDefault);
    const { dialTimeoutMs, requestTimeoutMs, keepAliveMs } = limits;
    assert.deepEqual([dialTimeoutMs, requestTimeoutMs, keepAliveMs], [200, 500, 30_000]);
  });

  it("that cannot work are refused", () => {
    const wrong: Partial<TcpLimits>[] = [
      { chunkBytes: 100 },
      { chunkBytes: 2 << 20 },
      { frameBytesMax: 128 << 20 },
      { silenceMs: 399 },
      { heartbeatMs: 0 },
      { backoffMinMs: 51 },
      { backoffBaseMs: 5000 },
      { urgentQueue: { messagesMax: 0, bytesMax: 1 } },
      { stallMs: Number.NaN },
    ];
    for (const limits of wrong)
      assert.throws(() => completeLimits(limits), { code: "config" }, JSON.stringify(limits));
  });
});

describe("peer addresses", () => {
  it("are host and port", () => {
    for (const [host, port] of [
      ["127.0.0.1", 1],
      ["member-1.example", 65_535],
      ["::1", 2380],
    ] as const) {
      assert.deepEqual(parseAddress(formatAddress(host, port)), { host, port });
    }
  });

  it("of any other form are refused", () => {
    for (const address of [
      "",
      "host",
      "host:",
      ":1",
      "host:0",
      "host:65536",
      "http://host:1",
      "::1:2380",
      "a:1:2",
    ]) {
      assert.throws(() => parseAddress(address), { code: "config" }, address);
    }
  });
});
