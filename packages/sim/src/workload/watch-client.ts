/**
 * A client that watches all keys: it follows the stream at one member, goes on at another when that dies (or when it likes),
 * and in the end must have seen every change once and in order (W1–W7).
 */

import type { OpenWatch, StoreMember } from "@quorate/member/store";
import { EventType, type RevisionChanges, type WatchEvent } from "@quorate/store";
import type { EventSeen, GroupSeen } from "../observe/client-observation.ts";
import type { Seen } from "../observe/observation.ts";
import type { Process } from "../world/machine.ts";
import type { World } from "../world/world.ts";
import { Client } from "./client.ts";
import type { CommittedEvent, CommittedOrder } from "./committed-order.ts";
import type { KvProblem } from "./kv-check.ts";
import { bytesOf, textOf } from "./kv-request.ts";

/** Keys of clients and of leases. */
const firstKey = "k";
const endKey = "m";
const retryUs = 100_000;

type Gap = { readonly fromRevision: number; readonly toRevision: number };

/** See the module. */
export class WatchClient {
  /** Changes that were seen. */
  readonly events: CommittedEvent[] = [];
  private readonly client: Client;
  private readonly movesEveryUs: number;
  private nextRevision = 1;
  private opened = 0;
  /** Number of the present watch, or of the one before. */
  private number = 0;
  private readonly gaps: Gap[] = [];
  private watch: OpenWatch | null = null;
  private process: Process | null = null;
  private isOver = false;
  private problem: KvProblem | null = null;

  constructor(world: World, number: number) {
    this.client = new Client(world, number, "watcher");
    this.movesEveryUs = this.client.random.chance(300_000) ? 0 : 1000 * this.client.random.between(300, 5000);
  }

  start(): void {
    this.open();
    if (this.movesEveryUs > 0) this.client.after(this.movesEveryUs, () => this.move());
  }

  stop(): void {
    this.isOver = true;
    this.close();
  }

  /** Opens the stream somewhere, from where it was. */
  private open(): void {
    if (this.isOver || this.watch !== null) return;
    const { process } = this.client.place;
    const storeMember = process?.running?.storeMember ?? null;
    if (process === null || storeMember === null) {
      this.client.leave();
      this.client.after(retryUs, () => this.open());
      return;
    }
    const { gate } = process;
    this.process = process;
    gate.onDeath(() => {
      if (this.process !== process) return;
      this.process = null;
      this.end(0);
      this.client.leave();
      this.client.after(retryUs, () => this.open());
    });
    gate.enter("arrivals", () => {
      if (this.process === process) this.begin(process, storeMember);
    });
  }

  private begin(process: Process, storeMember: StoreMember): void {
    const request = {
      key: bytesOf(firstKey),
      rangeEnd: bytesOf(endKey),
      startRevision: this.nextRevision,
      prevKv: false,
      noPut: false,
      noDelete: false,
    };
    const resumes = this.number;
    this.number = this.client.number * 10_000 + ++this.opened;
    this.watch = storeMember.watch(request, () => {
      if (this.process === process) this.poll();
    });
    const { startRevision } = request;
    const opened = { key: firstKey, rangeEnd: endKey, startRevision, noPut: false, noDelete: false, resumes };
    this.see({ kind: "watch-opened", watch: this.number, ...opened });
    this.poll();
  }

  private poll(): void {
    for (;;) {
      const batch = this.watch?.poll() ?? null;
      if (batch === null) return;
      if (batch.kind === "canceled") {
        // What it needs was compacted: it goes on behind that, as a client would after reading everything anew.
        this.end(batch.compactRevision);
        this.gaps.push({ fromRevision: this.nextRevision, toRevision: batch.compactRevision });
        this.nextRevision = Math.max(this.nextRevision, batch.compactRevision);
        this.process = null;
        this.client.after(retryUs, () => this.open());
        return;
      }
      const { throughRevision } = batch;
      const groups = batch.groups.map(groupSeen);
      this.see({ kind: "watch-delivered", watch: this.number, groups, throughRevision });
      for (const group of groups) this.note(group);
      this.nextRevision = Math.max(this.nextRevision, throughRevision + 1);
    }
  }

  private note({ revision, events }: GroupSeen): void {
    if (revision < this.nextRevision && this.problem === null) {
      const text = `watcher ${this.client.number} at ${this.client.place.name} got revision ${revision} after it had been told everything before ${this.nextRevision}`;
      this.problem = { invariant: "W2", atUs: this.client.nowUs, text };
    }
    for (const { type, key, value } of events) {
      if (type === "put") this.events.push({ revision, type: EventType.put, key, value });
      else this.events.push({ revision, type: EventType.delete, key, value: "" });
    }
    this.nextRevision = revision + 1;
  }

  private move(): void {
    if (this.isOver) return;
    this.client.after(this.movesEveryUs, () => this.move());
    if (this.process?.gate.isPaused === true) return;
    this.close();
    this.client.leave();
    this.open();
  }

  private close(): void {
    this.watch?.cancel();
    this.end(0);
    this.process = null;
  }

  private end(compactRevision: number): void {
    if (this.watch !== null) this.see({ kind: "watch-ended", watch: this.number, compactRevision });
    this.watch = null;
  }

  private see(seen: Seen): void {
    this.client.world.witness.see(this.client.place.id, seen);
  }

  /** What it saw against what happened. */
  check(order: CommittedOrder): KvProblem | null {
    if (this.problem !== null) return this.problem;
    order.catchUp();
    const isMissed = (revision: number): boolean =>
      this.gaps.some(({ fromRevision, toRevision }) => revision >= fromRevision && revision < toRevision);
    const expected = order.events.filter(
      ({ revision, key }) =>
        key >= firstKey && key < endKey && revision < this.nextRevision && !isMissed(revision),
    );
    const length = Math.max(expected.length, this.events.length);
    for (let at = 0; at < length; at++) {
      const seen = this.events[at];
      const due = expected[at];
      if (seen !== undefined && due !== undefined && isSame(seen, due)) continue;
      const text = `watcher ${this.client.number} saw ${show(seen)} as event ${at + 1}; committed is ${show(due)}`;
      return { invariant: "W5", atUs: this.client.nowUs, text };
    }
    return null;
  }
}

function groupSeen({ revision, events }: RevisionChanges): GroupSeen {
  return { revision, events: events.map(eventSeen) };
}

function eventSeen({ type, kv }: WatchEvent): EventSeen {
  const { createRevision, modRevision, version } = kv;
  return {
    type: type === EventType.put ? "put" : "delete",
    key: textOf(kv.key),
    value: textOf(kv.value),
    createRevision,
    modRevision,
    version,
  };
}

function isSame(one: CommittedEvent, other: CommittedEvent): boolean {
  return (
    one.revision === other.revision &&
    one.type === other.type &&
    one.key === other.key &&
    one.value === other.value
  );
}

function show(event: CommittedEvent | undefined): string {
  if (event === undefined) return "nothing";
  const what = event.type === EventType.put ? `${event.key} = ${event.value}` : `${event.key} deleted`;
  return `${what} at revision ${event.revision}`;
}
