/**
 * TLS between members: who is accepted, and how certificates are replaced.
 */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Inquirer, type InquiryAnswer } from "../src/inquirer.ts";
import type { TlsOptions } from "../src/tls-identity.ts";
import type { ContractNetwork } from "./contract-network.ts";
import { eventually, turns } from "./eventually.ts";
import { ManualClock } from "./manual-clock.ts";
import { append, heartbeat } from "./messages.ts";
import { RawDialer } from "./raw-peer.ts";
import { clusterId, type TcpMember, type TcpMemberOptions, TcpNetwork } from "./tcp-network.ts";
import { type CertificateFields, TestAuthority } from "./test-certificates.ts";
import { describeTransportContract } from "./transport-contract.ts";

const authority = new TestAuthority("Test CA");
const otherAuthority = new TestAuthority("Other CA");
const local: CertificateFields = { commonName: "member", addresses: ["127.0.0.1"] };

/** A directory with certificate files, and a network whose members use them. */
class TlsNetwork implements ContractNetwork {
  readonly tcp: TcpNetwork = new TcpNetwork();
  directory = "";

  /** Writes the files of one member. */
  async files(
    name: string,
    signer: TestAuthority,
    fields: CertificateFields,
    trusted: string,
  ): Promise<TlsOptions> {
    if (this.directory === "") this.directory = await mkdtemp(join(tmpdir(), "quorate-tls-"));
    const { cert, key } = signer.issue(fields);
    const [certFile, keyFile, caFile] = ["cert", "key", "ca"].map((each) =>
      join(this.directory, `${name}.${each}`),
    ) as [string, string, string];
    await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key), writeFile(caFile, trusted)]);
    return { certFile, keyFile, caFile };
  }

  async add(id: number, options: TcpMemberOptions = {}): Promise<TcpMember> {
    const tls = options.tls ?? (await this.files(`member-${id}`, authority, local, authority.cert));
    return this.tcp.add(id, { ...options, tls });
  }

  addresses(): Map<number, readonly string[]> {
    return this.tcp.addresses();
  }

  settle(condition: () => boolean): Promise<void> {
    return this.tcp.settle(condition);
  }

  exhaust(): Promise<void> {
    return this.tcp.exhaust();
  }

  async close(): Promise<void> {
    await this.tcp.close();
    if (this.directory !== "") await rm(this.directory, { recursive: true });
  }
}

describeTransportContract("TLS", () => new TlsNetwork());

function test(title: string, body: (network: TlsNetwork) => Promise<void>): void {
  it(title, { timeout: 30_000 }, async () => {
    const network = new TlsNetwork();
    try {
      await body(network);
    } finally {
      await network.close();
    }
  });
}

function dialEachOther(...members: TcpMember[]): void {
  const addresses = new Map(members.map((member) => [member.id, [member.address]]));
  for (const member of members) member.transport.setPeers(addresses);
}

describe("TLS", () => {
  test("members of one authority talk", async (network) => {
    const [one, two] = [await network.add(1), await network.add(2)];
    dialEachOther(one, two);
    await eventually(() => one.transport.stats(2)?.connected === true);
    const large = append(1, 2, 1, 5 << 20);
    one.transport.send([heartbeat(1, 2, 1), large]);
    await eventually(() => two.messages.length === 2);
    assert.deepEqual(two.messages.at(-1), large);
  });

  test("who asks without identity needs a member's certificate all the same", async (network) => {
    const tls = await network.files("strict", authority, local, authority.cert);
    const one = await network.add(1, { tls: { ...tls, allowedNames: ["member"] } });
    one.inquiryHandler = async () => Uint8Array.of(7);
    const ask = async (files: TlsOptions | null): Promise<InquiryAnswer> => {
      const inquirer = await Inquirer.open({
        clusterId,
        tls: files,
        clock: new ManualClock(),
        wallNow: Date.now,
      });
      try {
        return await inquirer.ask(one.address, Uint8Array.of(1));
      } finally {
        inquirer.close();
      }
    };
    const mine = await network.files("asker", authority, local, authority.cert);
    assert.deepEqual(await ask(mine), { ok: true, bytes: Uint8Array.of(7) });
    const named = await network.files("named", authority, { ...local, commonName: "else" }, authority.cert);
    assert.deepEqual(await ask(named), {
      ok: false,
      cause: "certificateName",
      text: "the certificate's name is not allowed",
    });
    const stranger = await network.files("stranger", otherAuthority, local, authority.cert);
    const mistrusting = await network.files("mistrusting", authority, local, otherAuthority.cert);
    for (const files of [stranger, mistrusting, null]) {
      const answer = await ask(files);
      assert.deepEqual([answer.ok, answer.ok ? "" : answer.cause], [false, null]);
    }
    assert.equal(one.of("inquiry-answered").length, 1);
  });

  test("a certificate of another authority is refused by the acceptor", async (network) => {
    const one = await network.add(1);
    const tls = await network.files("stranger", otherAuthority, local, authority.cert);
    const two = await network.add(2, { tls });
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => one.of("stranger-dropped").length > 0 && two.of("dial-failed").length > 0);
    assert.equal(one.of("connected").length, 0);
    assert.equal(two.of("connected").length, 0);
  });

  test("a certificate of another authority is refused by the dialer", async (network) => {
    const tls = await network.files("stranger", otherAuthority, local, authority.cert);
    const one = await network.add(1, { tls });
    const two = await network.add(2);
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => two.of("dial-failed").length > 0);
    assert.equal(two.of("dial-failed")[0]?.cause, "error");
    assert.match(two.of("dial-failed")[0]?.text ?? "", /certificate|self.signed|verify/i);
  });

  test("a certificate for another address is refused by the dialer", async (network) => {
    const elsewhere = { commonName: "member", addresses: ["10.0.0.1"] };
    const one = await network.add(1, {
      tls: await network.files("one", authority, elsewhere, authority.cert),
    });
    const two = await network.add(2);
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => two.of("dial-failed").length > 0);
    assert.match(two.of("dial-failed")[0]?.text ?? "", /127\.0\.0\.1/);
  });

  test("plain TCP gets nowhere", async (network) => {
    const one = await network.add(1);
    const dialer = new RawDialer(one.tcp.port);
    dialer.hello();
    await eventually(() => dialer.closed);
    await eventually(() => one.of("stranger-dropped").length === 1);
    assert.equal(one.of("connected").length, 0);
  });

  test("a peer that never begins TLS is cut off by time", async (network) => {
    const one = await network.add(1);
    const dialer = new RawDialer(one.tcp.port);
    await eventually(() => dialer.connected);
    await turns();
    one.clock.advance(500);
    await eventually(() => dialer.closed);
    assert.equal(one.of("stranger-dropped")[0]?.cause, "timeout");
  });

  test("only allowed names are let in", async (network) => {
    const files = await network.files("one", authority, local, authority.cert);
    const one = await network.add(1, { tls: { ...files, allowedNames: ["good", "good.example"] } });
    const named = async (name: string, fields: CertificateFields): Promise<TlsOptions> =>
      network.files(name, authority, { ...fields, addresses: ["127.0.0.1"] }, authority.cert);
    const bad = await network.add(2, { tls: await named("bad", { commonName: "bad" }) });
    const common = await network.add(3, { tls: await named("common", { commonName: "good" }) });
    const dns = await network.add(4, {
      tls: await named("dns", { commonName: "x", dnsNames: ["good.example"] }),
    });
    for (const member of [bad, common, dns]) member.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => bad.of("refused-by-peer").length > 0);
    assert.equal(bad.of("refused-by-peer")[0]?.cause, "certificateName");
    await eventually(() => [common, dns].every((member) => member.transport.stats(1)?.connected === true));
  });

  test("without requireClientCert a peer needs no certificate of the authority", async (network) => {
    const files = await network.files("one", authority, local, authority.cert);
    const one = await network.add(1, { tls: { ...files, requireClientCert: false } });
    const two = await network.add(2, {
      tls: await network.files("two", otherAuthority, local, authority.cert),
    });
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => two.transport.stats(1)?.connected === true);
  });

  test("a new authority and new certificates are used without a restart, found by polling", async (network) => {
    const [one, two] = [await network.add(1), await network.add(2)];
    // Both trust both authorities from now on, and show certificates of the new one.
    const both = authority.cert + otherAuthority.cert;
    for (const member of [one, two]) {
      await network.files(`member-${member.id}`, otherAuthority, { ...local, commonName: "renewed" }, both);
      member.clock.advance(10_000);
      await eventually(() => member.of("tls-reloaded").length === 1);
    }
    assert.match(one.of("tls-reloaded")[0]?.subject ?? "", /renewed/);
    dialEachOther(one, two);
    await eventually(
      () => one.transport.stats(2)?.connected === true && two.transport.stats(1)?.connected === true,
    );
    // Who trusts only the new authority gets in as well.
    const three = await network.add(3, {
      tls: await network.files("three", otherAuthority, local, otherAuthority.cert),
    });
    three.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => three.transport.stats(1)?.connected === true);
  });

  test("an authority that is not trusted any more is refused after a reload", async (network) => {
    const [one, two] = [await network.add(1), await network.add(2)];
    await network.files("member-1", authority, local, otherAuthority.cert);
    assert.equal(await one.tcp.reloadTls(), true);
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => two.of("dial-failed").length > 0 && one.of("stranger-dropped").length > 0);
    assert.equal(one.of("connected").length, 0);
  });

  test("bad files are reported once, and the old ones stay in use", async (network) => {
    const [one, two] = [await network.add(1), await network.add(2)];
    const keyFile = join(network.directory, "member-1.key");
    const { key } = authority.issue(local);
    await writeFile(keyFile, key);
    const { timers } = one.clock;
    one.clock.advance(10_000);
    await eventually(() => one.of("tls-reload-failed").length === 1);
    assert.match(one.of("tls-reload-failed")[0]?.text ?? "", /is not the key of .*the old files stay in use/);
    // Twice more the files are looked at, and found as they were.
    for (let look = 0; look < 2; look++) {
      await eventually(() => one.clock.timers === timers);
      one.clock.advance(10_000);
    }
    await eventually(() => one.clock.timers === timers);
    assert.equal(one.of("tls-reload-failed").length, 1);
    dialEachOther(one, two);
    await eventually(() => two.transport.stats(1)?.connected === true);
    assert.equal(await one.tcp.reloadTls(), false);
  });

  test("files that cannot work stop the start with what is wrong", async (network) => {
    const files = await network.files("one", authority, local, authority.cert);
    const expired = { ...local, validTo: new Date("1970-01-01T00:10:00Z") };
    const old = await network.files("old", authority, expired, authority.cert);
    const empty = await network.files("empty", authority, local, "no certificate here");
    const cases: [TlsOptions, RegExp][] = [
      [{ ...files, certFile: "/nonexistent" }, /cannot be read/],
      [{ ...files, certFile: files.keyFile }, /cannot be used/],
      [{ ...files, keyFile: old.keyFile }, /is not the key of/],
      [old, /expired on/],
      [empty, /holds no certificate/],
      [{ ...files, requireClientCert: false, allowedNames: ["x"] }, /allowedNames/],
    ];
    for (const [tls, message] of cases)
      await assert.rejects(network.add(9, { tls }), { code: "config", message });
  });
});
