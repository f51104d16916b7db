/**
 * An etcd 3.4 on loopback, asked through its JSON gateway: an implementation of users and permissions that is not ours.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a test that needs it says without it; false if it is there. */
export const etcdIsAbsent: string | false = isInstalled() ? false : "etcd 3.4 is not installed";

function isInstalled(): boolean {
  const { status, stdout } = spawnSync("etcd", ["--version"], { encoding: "utf8" });
  return status === 0 && stdout.includes("etcd Version: 3.4.");
}

/** An answer: fields of the response, or `error`. */
export type GatewayAnswer = Readonly<Record<string, unknown>>;

export class EtcdGateway {
  readonly #url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  constructor(url: string, child: ChildProcess, folder: string) {
    this.#url = url;
    this.#process = child;
    this.#folder = folder;
  }

  /** Starts one and waits until it serves. Passwords are hashed as cheaply as bcrypt can. */
  static async start(): Promise<EtcdGateway> {
    const folder = mkdtempSync(join(tmpdir(), "quorate-etcd-"));
    const [url, peerUrl] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
    const flags = {
      "data-dir": folder,
      "listen-client-urls": url,
      "advertise-client-urls": url,
      "listen-peer-urls": peerUrl,
      "initial-advertise-peer-urls": peerUrl,
      "initial-cluster": `default=${peerUrl}`,
      "bcrypt-cost": "4",
    };
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const child = spawn("etcd", args, { stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((resolve, reject) => {
      let log = "";
      child.stderr.setEncoding("utf8");
      child.stderr.on("data", (text: string) => {
        log = (log + text).slice(-8192);
        if (log.includes("serving insecure client requests")) resolve();
      });
      child.once("exit", () => reject(new Error(`etcd did not start: ${log}`)));
    });
    return new EtcdGateway(url, child, folder);
  }

  async post(path: string, body: object, token: string | null): Promise<GatewayAnswer> {
    const response = await fetch(`${this.#url}/v3/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: token === null ? {} : { Authorization: token },
    });
    return (await response.json()) as GatewayAnswer;
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
