/**
 * The committed order: every command that took effect, once, as the first member applied it. It is a witness: if every
 * answer agrees with it, and it agrees with time, then there is nothing to search for.
 */

import { type Command, decodeCommand, EventType, type Operation, type Outcome } from "@quorate/store";
import type { AppliedEntry, Observation } from "../observe/observation.ts";
import type { KvVersion } from "./kv-operation.ts";
import { textOf } from "./kv-request.ts";

/** A key as of a revision; null: deleted there. */
export type Change = { readonly revision: number; readonly version: KvVersion | null };

/** A change of a key, in the order of the log. */
export type CommittedEvent = {
  readonly revision: number;
  readonly type: EventType;
  readonly key: string;
  readonly value: string;
};

/** A write of a value, which is unique unless something took effect twice. */
export type CommittedWrite = { readonly index: number; readonly revision: number };

/** See the module. */
export class CommittedOrder {
  private readonly entries: AppliedEntry[] = [];
  private lastIndex = 0;
  private done = 0;
  private readonly changes = new Map<string, Change[]>();
  private readonly writes = new Map<string, CommittedWrite[]>();
  private readonly leases = new Map<bigint, Set<string>>();
  private readonly leaseOf = new Map<string, bigint>();
  readonly events: CommittedEvent[] = [];
  /** The revision after everything. */
  revision = 1;

  /** Takes observations. */
  readonly take = (observation: Observation): void => {
    if (observation.kind !== "applied" || observation.entry.index <= this.lastIndex) return;
    this.lastIndex = observation.entry.index;
    this.entries.push(observation.entry);
  };

  /** Every version of a key, by rising revision. */
  versions(key: string): readonly Change[] {
    this.catchUp();
    return this.changes.get(key) ?? [];
  }

  /** The version of a key that is seen at a revision. */
  at(key: string, revision: number): KvVersion | null {
    const versions = this.versions(key);
    let low = 0;
    let high = versions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((versions[middle] as Change).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return versions[low - 1]?.version ?? null;
  }

  /** Where a value was written. */
  writesOf(value: string): readonly CommittedWrite[] {
    this.catchUp();
    return this.writes.get(value) ?? [];
  }

  keys(): Iterable<string> {
    this.catchUp();
    return this.changes.keys();
  }

  /** Works off what was taken. */
  catchUp(): void {
    for (; this.done < this.entries.length; this.done++) {
      const { index, data, outcome } = this.entries[this.done] as AppliedEntry;
      if (data.length > 0 && outcome?.ok === true) this.execute(index, decodeCommand(data), outcome);
    }
  }

  private execute(index: number, command: Command, outcome: Outcome & { ok: true }): void {
    const { response } = outcome;
    const before = this.events.length;
    const { revision } = response;
    switch (command.kind) {
      case "put":
      case "delete-range":
        this.apply(index, revision, command);
        break;
      case "txn": {
        const succeeded = response.kind === "txn" && response.succeeded;
        for (const operation of succeeded ? command.success : command.failure)
          this.apply(index, revision, operation);
        break;
      }
      case "lease-grant":
        this.leases.set(command.id, new Set());
        break;
      case "lease-revoke":
        for (const key of [...(this.leases.get(command.id) ?? [])].sort()) this.remove(revision, key);
        this.leases.delete(command.id);
        break;
      default:
        break;
    }
    if (this.events.length > before) this.revision = revision;
  }

  private apply(index: number, revision: number, operation: Operation): void {
    if (operation.kind === "put") {
      const key = textOf(operation.key);
      const value = textOf(operation.value);
      this.detach(key);
      if (operation.lease !== 0n) {
        this.leases.get(operation.lease)?.add(key);
        this.leaseOf.set(key, operation.lease);
      }
      const changes = this.changesOf(key);
      const last = changes[changes.length - 1]?.version ?? null;
      const createRevision = last?.createRevision ?? revision;
      const version = { value, createRevision, modRevision: revision, version: (last?.version ?? 0) + 1 };
      changes.push({ revision, version });
      this.events.push({ revision, type: EventType.put, key, value });
      const writes = this.writes.get(value);
      if (writes === undefined) this.writes.set(value, [{ index, revision }]);
      else writes.push({ index, revision });
    } else if (operation.kind === "delete-range" && operation.rangeEnd.length === 0) {
      const key = textOf(operation.key);
      if ((this.changes.get(key)?.at(-1)?.version ?? null) !== null) this.remove(revision, key);
    }
  }

  private remove(revision: number, key: string): void {
    this.detach(key);
    this.changesOf(key).push({ revision, version: null });
    this.events.push({ revision, type: EventType.delete, key, value: "" });
  }

  private detach(key: string): void {
    if (this.leaseOf.size === 0) return;
    const lease = this.leaseOf.get(key);
    if (lease === undefined) return;
    this.leases.get(lease)?.delete(key);
    this.leaseOf.delete(key);
  }

  private changesOf(key: string): Change[] {
    const known = this.changes.get(key);
    if (known !== undefined) return known;
    const changes: Change[] = [];
    this.changes.set(key, changes);
    return changes;
  }
}
