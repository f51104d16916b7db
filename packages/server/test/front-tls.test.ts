import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { type ConnectionOptions, connect as tlsConnect } from "node:tls";
import { kvService, RangeResponse } from "@quorate/etcd-api";
import { type CertificateFields, type Issued, TestAuthority } from "@quorate/transport/test-certificates";
import type { FrontEvent } from "../src/front/front-event.ts";
import { opensslCiphers } from "../src/front/tls-ciphers.ts";
import type { TlsSettings } from "../src/settings.ts";
import { TestClient } from "./front-client.ts";
import { closeLater, serve } from "./front-fixture.ts";

const { range } = kvService.methods;
const authority = new TestAuthority("clients' authority");
const stranger = new TestAuthority("somebody else");
let directory = "";

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorate-tls-"));
  closeLater(() => rm(directory, { recursive: true }));
});

const server: CertificateFields = { commonName: "server", dnsNames: ["localhost"], addresses: ["127.0.0.1"] };

/** Writes files for a server and gives its settings. */
async function files(
  changes: Partial<TlsSettings> = {},
  issued: Issued = authority.issue(server),
): Promise<TlsSettings> {
  const path = (name: string): string => join(directory, name);
  await writeFile(path("cert.pem"), issued.cert);
  await writeFile(path("key.pem"), issued.key);
  await writeFile(path("ca.pem"), authority.cert);
  return {
    certFile: path("cert.pem"),
    keyFile: path("key.pem"),
    caFile: null,
    clientCertAuth: false,
    crlFile: null,
    allowedCn: [],
    allowedHostnames: [],
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    cipherSuites: [],
    ...changes,
  };
}

async function serveTls(tls: TlsSettings) {
  const names: (string | null)[] = [];
  const fixture = await serve(
    {
      range: (_request, context) => {
        names.push(context.certificateName);
        return RangeResponse.create();
      },
    },
    { urls: ["https://localhost:0"], tls },
  );
  return { ...fixture, names };
}

/** Makes a call over a connection of its own; `refused` if it does not come to one. */
async function attempt(url: string, options: ConnectionOptions = {}): Promise<string> {
  const client = new TestClient(url, { ca: authority.cert, ...options });
  const failed = new Promise<string>((resolve) => {
    client.session.on("error", () => resolve("refused"));
    client.session.on("close", () => resolve("refused"));
  });
  try {
    return await Promise.race([
      failed,
      client.call(range, {}).then(({ code }) => (code === 0 ? "ok" : "refused")),
    ]);
  } finally {
    client.close();
  }
}

describe("TLS", () => {
  test("both protocols, by ALPN and without it", async () => {
    const { url } = await serveTls(await files());
    assert.equal(await attempt(url), "ok");
    const port = Number(new URL(url).port);
    const text = (ALPNProtocols: string[] | null, bytes: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({
          host: "localhost",
          port,
          ca: authority.cert,
          ...(ALPNProtocols === null ? {} : { ALPNProtocols }),
        });
        socket.on("error", reject);
        socket.write(Buffer.from(bytes, "latin1"));
        socket.once("data", (data: Buffer) => {
          resolve(data.toString("latin1"));
          socket.destroy();
        });
      });
    const request = "GET /nope HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert.match(await text(["http/1.1"], request), /^HTTP\/1\.1 404/);
    assert.match(await text(null, request), /^HTTP\/1\.1 404/);
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    // The server's SETTINGS.
    assert.equal((await text(null, preface)).charCodeAt(3), 4);
    assert.equal((await text(["h2"], preface)).charCodeAt(3), 4);
  });

  test("a client that speaks plainly is sent away, and others are served", async () => {
    const { url, events } = await serveTls(await files());
    const plain = new TestClient(url.replace("https", "http"));
    closeLater(() => plain.close());
    await new Promise((resolve) => plain.session.on("close", resolve));
    assert.equal(await attempt(url), "ok");
    assert.ok(events.some(({ kind }) => kind === "client-refused"));
  });

  test("versions and cipher suites are those of the settings", async () => {
    const suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    const { url } = await serveTls(await files({ maxVersion: "TLSv1.2", cipherSuites: [suite] }));
    assert.equal(await attempt(url, { minVersion: "TLSv1.3" }), "refused");
    assert.equal(await attempt(url, { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384" }), "refused");
    assert.equal(await attempt(url, { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }), "ok");
    assert.throws(() => opensslCiphers(["TLS_NOPE"]), /there is no cipher suite "TLS_NOPE"; known are/);
  });
});

describe("client certificates", () => {
  const demanded = { caFile: "", clientCertAuth: true } as const;
  const withCa = async (changes: Partial<TlsSettings> = {}): Promise<TlsSettings> =>
    files({ ...demanded, caFile: join(directory, "ca.pem"), ...changes });

  test("are demanded and verified; their common name is the client's", async () => {
    const { url, names } = await serveTls(await withCa());
    assert.equal(await attempt(url), "refused");
    assert.equal(await attempt(url, stranger.issue({ commonName: "root" })), "refused");
    assert.equal(await attempt(url, authority.issue({ commonName: "alice" })), "ok");
    assert.deepEqual(names, ["alice"]);
  });

  test("a CA file alone demands them, too", async () => {
    const { url } = await serveTls(await withCa({ clientCertAuth: false }));
    assert.equal(await attempt(url), "refused");
  });

  test("without a CA nobody has a name", async () => {
    const { url, names } = await serveTls(await files());
    assert.equal(await attempt(url, authority.issue({ commonName: "root" })), "ok");
    assert.deepEqual(names, [null]);
  });

  test("names may be limited", async () => {
    const byCn = await serveTls(await withCa({ allowedCn: ["alice"] }));
    assert.equal(await attempt(byCn.url, authority.issue({ commonName: "alice" })), "ok");
    assert.equal(await attempt(byCn.url, authority.issue({ commonName: "bob" })), "refused");
    const byHost = await serveTls(await withCa({ allowedHostnames: ["client.example"] }));
    const named = authority.issue({ commonName: "x", dnsNames: ["client.example"] });
    assert.equal(await attempt(byHost.url, named), "ok");
    assert.equal(
      await attempt(byHost.url, authority.issue({ commonName: "client", dnsNames: ["a.example"] })),
      "refused",
    );
    assert.ok(byHost.events.some((event) => "what" in event && /none of the allowed names/.test(event.what)));
  });

  test("that were revoked are refused", async (context) => {
    const made = makeRevoked();
    if (made === null) {
      context.skip("no openssl here to make a revocation list");
      return;
    }
    await writeFile(join(directory, "revoking.pem"), made.ca);
    await writeFile(join(directory, "crl.pem"), made.crl);
    const { url } = await serveTls(
      await files({ caFile: join(directory, "revoking.pem"), crlFile: join(directory, "crl.pem") }),
    );
    assert.equal(await attempt(url, made.good), "ok");
    assert.equal(await attempt(url, made.revoked), "refused");
  });
});

/** An authority with a good and a revoked certificate, made by openssl; null without it. */
function makeRevoked(): { ca: string; crl: string; good: Issued; revoked: Issued } | null {
  const script = `set -e; cd "$1"; mkdir pki; cd pki; touch index.txt; echo 01 > serial; echo 01 > crlnumber
cat > c.cnf <<EOF
[ca]
default_ca=d
[d]
dir=.
database=index.txt
serial=serial
crlnumber=crlnumber
new_certs_dir=.
default_md=sha256
default_days=10
default_crl_days=10
policy=p
[p]
commonName=supplied
EOF
openssl ecparam -name prime256v1 -genkey -noout -out ca.key
openssl req -x509 -new -key ca.key -subj /CN=ca -days 10 -out ca.pem
for n in good revoked; do
openssl ecparam -name prime256v1 -genkey -noout -out $n.key
openssl req -new -key $n.key -subj /CN=$n -out $n.csr
openssl ca -batch -config c.cnf -cert ca.pem -keyfile ca.key -in $n.csr -out $n.pem -notext
done
openssl ca -config c.cnf -cert ca.pem -keyfile ca.key -revoke revoked.pem
openssl ca -config c.cnf -cert ca.pem -keyfile ca.key -gencrl -out crl.pem
cat ca.pem; echo "#next"; cat crl.pem; echo "#next"; cat good.pem; echo "#next"; cat good.key; echo "#next"; cat revoked.pem; echo "#next"; cat revoked.key`;
  const { status, stdout } = spawnSync("sh", ["-c", script, "sh", directory], { encoding: "utf8" });
  if (status !== 0) return null;
  const [ca = "", crl = "", goodCert = "", goodKey = "", cert = "", key = ""] = stdout.split("#next\n");
  return { ca, crl, good: { cert: goodCert, key: goodKey }, revoked: { cert, key } };
}

describe("reloading", () => {
  const told = (events: readonly FrontEvent[], kind: FrontEvent["kind"]): number =>
    events.filter((event) => event.kind === kind).length;

  test("a new certificate and a new CA serve the next connections; open ones stay", async () => {
    const settings = await files({ caFile: join(directory, "ca.pem"), clientCertAuth: true });
    const { url, front, events } = await serveTls(settings);
    const old = new TestClient(url, { ca: authority.cert, ...authority.issue({ commonName: "old" }) });
    closeLater(() => old.close());
    assert.equal((await old.call(range, {})).code, 0);
    const next = new TestAuthority("next");
    const issued = next.issue(server);
    await writeFile(settings.certFile, issued.cert);
    await writeFile(settings.keyFile, issued.key);
    await writeFile(settings.caFile ?? "", next.cert);
    assert.equal(await front.reloadTls(), true);
    assert.equal(told(events, "tls-reloaded"), 1);
    assert.equal((await old.call(range, {})).code, 0);
    assert.equal(await attempt(url, { ca: next.cert, ...next.issue({ commonName: "new" }) }), "ok");
    assert.equal(await attempt(url, { ca: next.cert, ...authority.issue({ commonName: "old" }) }), "refused");
  });

  test("files that do not fit together change nothing", async () => {
    const settings = await files();
    const { url, front, events } = await serveTls(settings);
    const texts = [
      () => writeFile(settings.keyFile, stranger.issue(server).key),
      () => writeFile(settings.certFile, "nonsense"),
      () => rm(settings.certFile),
    ];
    for (const spoil of texts) {
      await spoil();
      assert.equal(await front.reloadTls(), false);
      assert.equal(await attempt(url), "ok");
    }
    assert.equal(told(events, "tls-reload-failed"), 3);
  });

  test("settings that cannot be are refused at the start, with the remedy", async () => {
    const cases: readonly [Partial<TlsSettings>, RegExp][] = [
      [{ certFile: join(directory, "none.pem") }, /none\.pem cannot be read: .*; give a file/],
      [{ keyFile: join(directory, "ca.pem") }, /ca\.pem cannot be used: .*; it must be PEM/],
      [{ clientCertAuth: true }, /no file with their authorities/],
      [{ caFile: join(directory, "key.pem") }, /key\.pem holds no certificate/],
      [{ allowedCn: ["a"], allowedHostnames: ["b"] }, /exclude each other/],
      [{ minVersion: "TLSv1.3", maxVersion: "TLSv1.2" }, /TLSv1\.3, is above/],
    ];
    for (const [changes, expected] of cases) {
      await assert.rejects(serveTls(await files(changes)), (error: Error) => {
        assert.match(error.message, expected);
        return true;
      });
    }
  });
});
