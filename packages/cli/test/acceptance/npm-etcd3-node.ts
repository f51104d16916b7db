/**
 * One empty node with TLS for the npm package etcd3: Quorate, and etcd too where it is installed, so that what the tests
 * expect is known to be what etcd does.
 */

import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TestAuthority } from "@quorate/transport/test-certificates";
import { Etcd3, type IKeyValue, type IOptions, type WatchBuilder, type Watcher } from "etcd3";
import { isInstalled, ProcessCluster, type ServerKind, type ServerProcess } from "./process-cluster.ts";

/** Ends a test that waits for what never comes. */
const testTimeoutMs = 120_000;

/** A node of one, with a certificate for its address, and the clients that talk to it. */
export class TlsNode {
  /** What a client has to trust. */
  readonly rootCertificate: Buffer;
  private readonly cluster: ProcessCluster;
  private readonly certificates: string;
  private readonly clients: Etcd3[] = [];

  private constructor(cluster: ProcessCluster, certificates: string, rootCertificate: Buffer) {
    this.cluster = cluster;
    this.certificates = certificates;
    this.rootCertificate = rootCertificate;
  }

  static async start(kind: ServerKind): Promise<TlsNode> {
    const certificates = mkdtempSync(join(tmpdir(), "quorate-npm-etcd3-"));
    const authority = new TestAuthority("npm-etcd3");
    const { cert, key } = authority.issue({ commonName: "node", addresses: ["127.0.0.1"] });
    const [certFile, keyFile] = [join(certificates, "node.crt"), join(certificates, "node.key")];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const flags = ["--cert-file", certFile, "--key-file", keyFile];
    const cluster = await ProcessCluster.start(kind, { members: 1, clientScheme: "https", flags });
    return new TlsNode(cluster, certificates, Buffer.from(authority.cert));
  }

  get url(): string {
    return this.member.clientUrl;
  }

  get name(): string {
    return this.member.name;
  }

  private get member(): ServerProcess {
    const [member] = this.cluster.members;
    if (member === undefined) throw new Error("the node has no member");
    return member;
  }

  /** A client as somebody would make it; the node closes it in the end. */
  connect(options: Partial<IOptions> = {}): Etcd3 {
    const { rootCertificate } = this;
    const client = new Etcd3({ hosts: this.url, credentials: { rootCertificate }, ...options });
    this.clients.push(client);
    return client;
  }

  /** Ends the server as a crash would. */
  async kill(): Promise<void> {
    await this.cluster.signal(this.member, "SIGKILL");
  }

  /** Starts it again with its data; resolves when it serves. */
  async restart(): Promise<void> {
    await this.cluster.startMember(this.member);
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.cluster.stop();
    rmSync(this.certificates, { recursive: true, force: true });
  }
}

/** Runs scenarios one after the other on one node of every kind that is here; each has keys of its own. */
export function withNodes(
  part: string,
  scenarios: Readonly<Record<string, (node: TlsNode) => Promise<void>>>,
): void {
  const kinds: readonly ServerKind[] = isInstalled("etcd") ? ["quorate", "etcd"] : ["quorate"];
  for (const kind of kinds) {
    test(`npm etcd3 with ${kind}: ${part}`, { timeout: testTimeoutMs }, async (context) => {
      const node = await TlsNode.start(kind);
      try {
        for (const [title, scenario] of Object.entries(scenarios)) {
          await context.test(title, () => scenario(node));
        }
      } finally {
        await node.stop();
      }
    });
  }
}

/** What a watcher has been told, in order, as `put key=value` and `delete key`. */
export class Seen {
  readonly watcher: Watcher;
  readonly events: string[] = [];
  readonly revisions: number[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(watcher: Watcher) {
    this.watcher = watcher;
    const take = (event: string, { mod_revision: revision }: IKeyValue): void => {
      this.events.push(event);
      this.revisions.push(Number(revision));
      for (const look of this.waiting) look();
    };
    watcher.on("put", (kv) => take(`put ${kv.key.toString()}=${kv.value.toString()}`, kv));
    watcher.on("delete", (kv) => take(`delete ${kv.key.toString()}`, kv));
  }

  /** Watches; resolves when the server has said so. Nothing is missed, old events neither. */
  static async of(builder: WatchBuilder): Promise<Seen> {
    const seen = new Seen(builder.watcher());
    await once(seen.watcher, "connected");
    return seen;
  }

  /** Resolves with all events as soon as there are so many. */
  until(count: number): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.events.length < count) return;
        this.waiting.delete(look);
        resolve(this.events);
      };
      this.waiting.add(look);
      look();
    });
  }
}
