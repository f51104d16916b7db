/**
 * A process that knows addresses only joins a cluster over real sockets, with and without TLS, is killed, and comes back
 * without asking anybody who it is.
 */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { clusterIdOf, type Member, newMemberId } from "../src/index.ts";
import { readMemberIdentity, startMember, type TlsFiles } from "../src/node.ts";
import type { JoinerOrder, JoinerReport } from "./real-joiner.ts";
import { FreePorts, until } from "./real-process.ts";
import { Tally } from "./tally.ts";

const joinerMain = resolve(import.meta.dirname, "real-joiner.ts");
const makeCertificates = resolve(import.meta.dirname, "../../../examples/tls/make-certificates.ts");
const token = "real-identity";

/** A joining process and what it reported. */
class Joiner {
  readonly reports: JoinerReport[] = [];
  readonly child: ChildProcess;
  private readonly noise: string[] = [];
  private readonly ended: Promise<void>;

  constructor(order: JoinerOrder) {
    const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
    const child = spawn(process.execPath, [joinerMain, JSON.stringify(order)], { stdio: [...stdio] });
    this.child = child;
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (line) =>
        this.reports.push(JSON.parse(line) as JoinerReport),
      );
    }
    child.stderr?.on("data", (bytes: Buffer) => this.noise.push(bytes.toString()));
    this.ended = new Promise((settle) => child.once("close", () => settle()));
  }

  /** Waits for a report of this kind. */
  report<Kind extends JoinerReport["kind"]>(kind: Kind): Promise<Extract<JoinerReport, { kind: Kind }>> {
    const isWanted = (one: JoinerReport): one is Extract<JoinerReport, { kind: Kind }> => one.kind === kind;
    const explain = (): string => `${JSON.stringify(this.reports)}\n${this.noise.join("")}`;
    return until(`a report "${kind}"`, async () => this.reports.find(isWanted) ?? null, explain);
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Certificates of two authorities. */
function certificates(directory: string): Record<"ours" | "foreign", (name: string) => TlsFiles> {
  const makeOf = (authority: string): ((name: string) => TlsFiles) => {
    const out = join(directory, authority);
    execFileSync(process.execPath, [makeCertificates, "--out", out], { stdio: "ignore" });
    return (name) => ({
      certFile: join(out, `${name}.crt`),
      keyFile: join(out, `${name}.key`),
      caFile: join(out, "ca.crt"),
    });
  };
  return { ours: makeOf("ours"), foreign: makeOf("foreign") };
}

async function vote(first: Member<number>, id: number): Promise<void> {
  await until(
    "the vote of the new member, and its name",
    async () => {
      const info = first.members().find((member) => member.id === id);
      return first.status().config.voters.includes(id) && info?.name === "b" ? true : null;
    },
    () => JSON.stringify(first.status()),
  );
}

for (const withTls of [false, true]) {
  test(`a process joins by look-up and comes back by itself${withTls ? ", with TLS" : ""}`, async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "quorate-identity-"));
    const ports = new FreePorts();
    const [addressA, addressB] = [`127.0.0.1:${await ports.next()}`, `127.0.0.1:${await ports.next()}`];
    const files = withTls ? certificates(directory) : null;
    const joiners: Joiner[] = [];
    const first = await startMember<number>({
      name: "a",
      token,
      dataDir: join(directory, "a"),
      peers: [{ name: "a", addresses: [addressA] }],
      stateMachine: new Tally(),
      segmentBytes: 1024 * 1024,
      exitOnFailure: false,
      ...(files === null ? {} : { tls: files.ours("a") }),
    });
    t.after(async () => {
      for (const joiner of joiners) await joiner.kill();
      await first.stop();
      rmSync(directory, { recursive: true, force: true });
    });
    const order: JoinerOrder = {
      name: "b",
      token,
      dataDir: join(directory, "b"),
      self: addressB,
      seeds: [addressA, addressB],
      timeoutMs: 100,
      ...(files === null ? {} : { tls: files.ours("b") }),
    };
    const launch = (changes: Partial<JoinerOrder> = {}): Joiner => {
      const joiner = new Joiner({ ...order, ...changes });
      joiners.push(joiner);
      return joiner;
    };
    await until(
      "a leader",
      async () => (first.isLeader ? true : null),
      () => JSON.stringify(first.status()),
    );

    assert.equal((await launch().report("failed")).code, "member-not-found");
    const elsewhere = await launch({ token: "another" }).report("failed");
    assert.equal(elsewhere.code, "wrong-cluster", elsewhere.message);
    if (files !== null) {
      const stranger = await launch({ tls: files.foreign("b") }).report("failed");
      assert.equal(stranger.code, "unreachable", stranger.message);
    }

    const id = newMemberId(token, [addressB], 7);
    await first.addMember({ id, addresses: [addressB] }, { as: "voter-later" });
    const second = launch({ timeoutMs: 20_000 });
    assert.deepEqual(await second.report("looked-up"), { kind: "looked-up", id, members: 2 });
    assert.equal((await second.report("running")).id, id);
    // Not always the first: what it proposed before it had the state may have taken effect without its knowing.
    const { position } = await second.report("proposed");
    await vote(first, id);
    assert.deepEqual(first.members().find((member) => member.id === id)?.clientUrls, [
      "http://b.example:2379",
    ]);

    await second.kill();
    const again = launch({ seeds: [] });
    assert.equal((await again.report("running")).id, id);
    assert.ok((await again.report("proposed")).position > position);
    assert.ok(!again.reports.some(({ kind }) => kind === "looked-up"));
  });
}

test("a directory is read for its ID, and another member's is refused", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "quorate-identity-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const ports = new FreePorts();
  const [addressA, addressB] = [`127.0.0.1:${await ports.next()}`, `127.0.0.1:${await ports.next()}`];
  const dataDir = join(directory, "a");
  const common = { token, dataDir, segmentBytes: 1024 * 1024, exitOnFailure: false } as const;
  assert.equal(await readMemberIdentity(dataDir), null);
  const id = newMemberId(token, [addressA], 1);
  const peers = [{ id, name: "a", addresses: [addressA] }];
  const first = await startMember({ ...common, id, name: "a", peers, stateMachine: new Tally() });
  await first.stop();
  assert.deepEqual(await readMemberIdentity(dataDir), { clusterId: clusterIdOf(token), memberId: id });

  // By name its ID would be another; the directory knows better.
  const again = await startMember({
    ...common,
    name: "a",
    peers: { a: addressA },
    stateMachine: new Tally(),
  });
  assert.equal(again.id, id);
  await again.stop();
  const both = [...peers, { name: "b", addresses: [addressB] }];
  const wrong = startMember({ ...common, name: "b", peers: both, stateMachine: new Tally() });
  await assert.rejects(wrong, { code: "wrong-member" });
  const elsewhere = startMember({ ...common, token: "other", name: "a", peers, stateMachine: new Tally() });
  await assert.rejects(elsewhere, { code: "wrong-member" });
});
