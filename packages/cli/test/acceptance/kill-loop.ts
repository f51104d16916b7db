/**
 * The kill loop: a cluster of real processes, clients that write and watch, and a leader that is killed by `kill -9` again
 * and again. Afterwards everything that was acknowledged must be there, every watcher must have seen every change once
 * and in order, and all members must have the same hash.
 */

import { type Client, ClientError, connect, type WatchEvent } from "@quorate/client";
import { findLeader } from "../../bench/leader.ts";
import type { ProcessCluster, ServerProcess } from "./process-cluster.ts";

const prefix = "kill/";
const writerCount = 6;
const watcherCount = 3;

/** What a write came to. Each key is written once. */
type Write = {
  readonly key: string;
  readonly value: string;
  revision: number;
  fate: "acked" | "refused" | "unknown";
};

export type KillLoopReport = {
  readonly rounds: number;
  readonly acked: number;
  readonly refused: number;
  readonly unknown: number;
  /** Of the unknown ones. */
  readonly tookEffect: number;
  readonly eventsPerWatcher: number;
  /** From the kill to the first acknowledged write after it, in milliseconds, sorted. */
  readonly gapsMs: readonly number[];
  readonly problems: readonly string[];
};

/** One watcher's memory. */
class Witness {
  readonly events: WatchEvent[] = [];
  lastRevision = 0;
  readonly problems: string[] = [];

  take(revision: number, events: readonly WatchEvent[]): void {
    for (const event of events) {
      const at = event.keyValue.modRevision;
      if (at <= this.lastRevision)
        this.problems.push(`an event of revision ${at} after one of ${this.lastRevision}`);
      this.lastRevision = at;
      this.events.push(event);
    }
    if (revision < this.lastRevision)
      this.problems.push(`a batch of revision ${revision} after ${this.lastRevision}`);
  }
}

/** See the module. */
export class KillLoop {
  private readonly cluster: ProcessCluster;
  private readonly writes: Write[] = [];
  private readonly stop = new AbortController();
  private ackedAtMs = 0;

  constructor(cluster: ProcessCluster) {
    this.cluster = cluster;
  }

  /** Kills so many leaders; resolves with what was found. */
  async run(rounds: number, onRound: (round: number) => void = () => undefined): Promise<KillLoopReport> {
    const endpoints = this.cluster.members.map(({ clientUrl }) => clientUrl);
    const clients = await Promise.all(
      Array.from({ length: writerCount + watcherCount }, () =>
        connect({ endpoints, requestTimeoutMs: 10_000 }),
      ),
    );
    const gapsMs: number[] = [];
    try {
      const witnesses = clients.slice(writerCount).map((client) => this.watch(client));
      const writers = clients.slice(0, writerCount).map((client, writer) => this.write(client, writer));
      for (let round = 1; round <= rounds; round++) {
        gapsMs.push(await this.killLeader());
        onRound(round);
      }
      this.stop.abort();
      await Promise.all(writers);
      return await this.judge(clients[0] as Client, witnesses, rounds, gapsMs);
    } finally {
      this.stop.abort();
      await Promise.all(clients.map((client) => client.close()));
    }
  }

  private async write(client: Client, writer: number): Promise<void> {
    for (let serial = 0; !this.stop.signal.aborted; serial++) {
      const write: Write = {
        key: `${prefix}${writer}/${serial}`,
        value: `${serial}`,
        revision: 0,
        fate: "unknown",
      };
      this.writes.push(write);
      try {
        const { revision } = await client.put(write.key, write.value);
        write.revision = revision;
        write.fate = "acked";
        this.ackedAtMs = performance.now();
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        write.fate = error.outcome === "refused" ? "refused" : "unknown";
      }
    }
  }

  private watch(client: Client): { readonly witness: Witness; readonly done: Promise<void> } {
    const witness = new Witness();
    const watching = async (): Promise<void> => {
      for await (const { revision, events } of client.watch({ prefix, startRevision: 1 })) {
        witness.take(revision, events);
        if (events.some(({ keyValue }) => keyValue.keyText() === `${prefix}end`)) return;
      }
    };
    return { witness, done: watching() };
  }

  /** Kills the leader, waits for the next acknowledged write, and starts the member again. */
  private async killLeader(): Promise<number> {
    const leader = await this.leader();
    await this.nextAck();
    const killedAtMs = performance.now();
    await this.cluster.signal(leader, "SIGKILL");
    const died = performance.now();
    await this.nextAck(died);
    const gapMs = this.ackedAtMs - killedAtMs;
    await this.cluster.startMember(leader);
    await this.nextAck();
    return gapMs;
  }

  private async leader(): Promise<ServerProcess> {
    for (let attempts = 0; ; attempts++) {
      try {
        const { leader } = await findLeader(this.cluster);
        const found = this.cluster.members.find(({ clientUrl }) => clientUrl === leader);
        if (found !== undefined) return found;
      } catch (error) {
        if (attempts > 300) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Resolves when a write was acknowledged after a moment; fails after a minute. */
  private async nextAck(afterMs: number = performance.now()): Promise<void> {
    while (this.ackedAtMs <= afterMs) {
      if (performance.now() - afterMs > 60_000) throw new Error("no write was acknowledged for a minute");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  private async judge(
    client: Client,
    watchers: readonly { readonly witness: Witness; readonly done: Promise<void> }[],
    rounds: number,
    gapsMs: readonly number[],
  ): Promise<KillLoopReport> {
    await client.put(`${prefix}end`, "");
    await Promise.all(watchers.map(({ done }) => done));
    const { keyValues } = await client.range({ prefix });
    const stored = new Map(keyValues.map((keyValue) => [keyValue.keyText(), keyValue]));
    stored.delete(`${prefix}end`);
    const problems = watchers.flatMap(({ witness }) => witness.problems);
    let tookEffect = 0;
    for (const { key, value, fate, revision } of this.writes) {
      const found = stored.get(key);
      if (found !== undefined && found.version !== 1)
        problems.push(`${key} was written ${found.version} times`);
      if (found !== undefined && found.text() !== value)
        problems.push(`${key} has the value ${found.text()}`);
      if (fate === "acked" && found?.modRevision !== revision)
        problems.push(`${key} was acknowledged at ${revision} and is at ${found?.modRevision ?? "no place"}`);
      if (fate === "refused" && found !== undefined) problems.push(`${key} was refused, and is there`);
      if (fate === "unknown" && found !== undefined) tookEffect++;
    }
    for (const { witness } of watchers) problems.push(...this.compare(witness, stored));
    problems.push(...(await this.compareHashes()));
    const count = (fate: Write["fate"]): number => this.writes.filter((write) => write.fate === fate).length;
    return {
      rounds,
      acked: count("acked"),
      refused: count("refused"),
      unknown: count("unknown"),
      tookEffect,
      eventsPerWatcher: watchers[0]?.witness.events.length ?? 0,
      gapsMs: gapsMs.toSorted((one, other) => one - other),
      problems: problems.slice(0, 20),
    };
  }

  /** A watcher saw every key once, at its revision. */
  private compare(witness: Witness, stored: ReadonlyMap<string, { readonly modRevision: number }>): string[] {
    const problems: string[] = [];
    const seen = new Map<string, number>();
    for (const { keyValue } of witness.events) {
      const key = keyValue.keyText();
      if (seen.has(key)) problems.push(`a watcher saw ${key} twice`);
      seen.set(key, keyValue.modRevision);
    }
    for (const [key, { modRevision }] of stored)
      if (seen.get(key) !== modRevision)
        problems.push(`a watcher saw ${key} at ${seen.get(key) ?? "no revision"}, not ${modRevision}`);
    if (seen.size !== stored.size + 1)
      problems.push(`a watcher saw ${seen.size} keys, ${stored.size + 1} are there`);
    return problems;
  }

  private async compareHashes(): Promise<string[]> {
    const hashes: string[] = [];
    const clients = await Promise.all(
      this.cluster.members.map(({ clientUrl }) => connect({ endpoints: [clientUrl] })),
    );
    try {
      let revision = 0;
      for (const client of clients) {
        // A linearizable read first: then the member has everything.
        const { revision: at } = await client.range({ prefix }, { countOnly: true });
        revision = Math.max(revision, at);
      }
      for (const client of clients) {
        const { hash, compactRevision } = await client.maintenance.hashKv(revision);
        hashes.push(`${hash} ${compactRevision}`);
      }
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
    return new Set(hashes).size === 1 ? [] : [`the members' hashes differ: ${hashes.join(", ")}`];
  }
}
