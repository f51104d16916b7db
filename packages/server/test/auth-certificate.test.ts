/**
 * A user that is known by its certificate, from the handshake to the answer, and a token in metadata.
 */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { authService, kvService, Permission, PermissionType } from "@quorate/etcd-api";
import { TestAuthority } from "@quorate/transport/test-certificates";
import { answerOf, type Ending, TestClient } from "./front-client.ts";
import { closeLater } from "./front-fixture.ts";
import { singleSettings, startTestServer, temporaryDirectory } from "./front-server-fixture.ts";

const auth = authService.methods;
const key = Buffer.from("a1");

function statusOf({ code, message }: Ending): string {
  return code === 0 ? "ok" : `${code} ${message}`;
}

test("the common name of a client's certificate is its user, unless it shows a token", async () => {
  const directory = await temporaryDirectory();
  const authority = new TestAuthority("clients' authority");
  const issued = authority.issue({ commonName: "server", addresses: ["127.0.0.1"] });
  const [certFile, keyFile, caFile] = ["cert.pem", "key.pem", "ca.pem"].map((name) => join(directory, name));
  assert.ok(certFile && keyFile && caFile);
  await Promise.all([
    writeFile(certFile, issued.cert),
    writeFile(keyFile, issued.key),
    writeFile(caFile, authority.cert),
  ]);
  const clientTls = {
    ...{ certFile, keyFile, caFile, clientCertAuth: true, crlFile: null },
    ...{ allowedCn: [], allowedHostnames: [], cipherSuites: [] },
    ...({ minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const),
  };
  const urls = { listenClientUrls: ["https://127.0.0.1:0"] };
  const server = await startTestServer(await singleSettings({ ...urls, clientTls }));
  const clientOf = (commonName: string): TestClient => {
    const { cert, key: privateKey } = authority.issue({ commonName });
    const client = new TestClient(server.urls[0] as string, { ca: authority.cert, cert, key: privateKey });
    closeLater(() => client.close());
    return client;
  };
  const [root, rita, stranger] = [clientOf("root"), clientOf("rita"), clientOf("stranger")];
  const perm = Permission.create({ permType: PermissionType.READ, key });
  for (const ending of [
    await root.call(auth.userAdd, { name: "root", options: { noPassword: true } }),
    await root.call(auth.userAdd, { name: "rita", options: { noPassword: true } }),
    await root.call(auth.userAdd, { name: "nora", password: "pw" }),
    await root.call(auth.roleAdd, { name: "root" }),
    await root.call(auth.roleAdd, { name: "reader" }),
    await root.call(auth.roleGrantPermission, { name: "reader", perm }),
    await root.call(auth.userGrantRole, { user: "root", role: "root" }),
    await root.call(auth.userGrantRole, { user: "rita", role: "reader" }),
    await root.call(auth.authEnable, {}),
    await root.call(kvService.methods.put, { key }),
    await rita.call(kvService.methods.range, { key }),
  ])
    assert.equal(statusOf(ending), "ok");
  const denied = "7 etcdserver: permission denied";
  assert.equal(statusOf(await rita.call(kvService.methods.put, { key })), denied);
  assert.equal(statusOf(await stranger.call(kvService.methods.range, { key })), denied);
  const login = await rita.call(auth.authenticate, { name: "nora", password: "pw" });
  const { token } = answerOf(auth.authenticate, login);
  assert.equal(statusOf(await rita.call(kvService.methods.range, { key }, { token })), denied);
  assert.equal(
    statusOf(await rita.call(kvService.methods.range, { key }, { authorization: "Bearer x" })),
    "16 etcdserver: invalid auth token",
  );
});
