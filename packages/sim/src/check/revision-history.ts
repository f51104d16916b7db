/**
 * What the store must have done: every command that was applied, once, as the first member applied it, executed on a plain
 * model. Reads, watches and leases are held against it.
 */

import {
  type AttributedCommand,
  type Command,
  decodeAttributed,
  type LeaseCheckpointRequest,
  type Operation,
  type OperationResponse,
  type Outcome,
  type Principal,
  type PutRequest,
} from "@quorate/store";
import type { EventSeen, GroupSeen, RowSeen } from "../observe/client-observation.ts";
import type { Observation } from "../observe/observation.ts";
import type { SharedMemory } from "./checker.ts";
import { onePerRun } from "./per-run.ts";
import { isInRange } from "./text-range.ts";

/** A lease of the model. */
export type ModelLease = {
  readonly ttlMs: number;
  /** Of the last checkpoint; 0: none. */
  remainingMs: number;
  readonly grantedAtUs: number;
  readonly keys: Set<string>;
};

/** What an entry did that was just applied for the first time. */
export type Step = {
  readonly index: number;
  readonly term: number;
  readonly command: Command;
  /** Who asked for it; null: an anonymous client. */
  readonly principal: Principal | null;
  readonly outcome: Outcome;
  /** Keys that it changed. */
  readonly events: readonly EventSeen[];
  /** Of a revocation: the lease as it was. */
  readonly revoked: ModelLease | null;
};

const decoder = new TextDecoder();

/** See the module. */
export class RevisionHistory {
  /** Changes by revision, without gaps from revision 2 on if the store is right. */
  readonly groups: GroupSeen[] = [];
  /** Living keys. */
  readonly rows = new Map<string, RowSeen>();
  readonly leases = new Map<bigint, ModelLease>();
  /** The revision after the last step. */
  revision = 1;
  compactRevision = 0;
  private readonly leaseOf = new Map<string, bigint>();
  private lastIndex = 0;
  private lastSeen: Observation | null = null;
  private lastStep: Step | null = null;

  /** Takes an entry in; null if it was known, or carries no command. Asked again about the same, answers the same. */
  take(observation: Observation & { readonly kind: "applied" }): Step | null {
    if (observation === this.lastSeen) return this.lastStep;
    this.lastSeen = observation;
    this.lastStep = this.takeNew(observation);
    return this.lastStep;
  }

  private takeNew({ entry, atUs }: Observation & { readonly kind: "applied" }): Step | null {
    const { index, term, data, outcome } = entry;
    if (index <= this.lastIndex) return null;
    this.lastIndex = index;
    const read = readCommand(data);
    if (read === null || outcome === null) return null;
    const { command, principal } = read;
    const events: EventSeen[] = [];
    const revoked = outcome.ok ? this.execute(command, outcome, atUs, events) : null;
    if (events.length > 0) {
      this.revision++;
      this.groups.push({ revision: this.revision, events });
    }
    return { index, term, command, principal, outcome, events, revoked };
  }

  private execute(
    command: Command,
    { response }: Outcome & { readonly ok: true },
    atUs: number,
    events: EventSeen[],
  ): ModelLease | null {
    switch (command.kind) {
      case "put":
      case "delete-range":
        this.operate(command, null, events);
        return null;
      case "txn":
        this.operate(command, response.kind === "txn" ? response : null, events);
        return null;
      case "lease-grant": {
        const ttlMs = Math.max(1, command.ttlSeconds) * 1000;
        this.leases.set(command.id, { ttlMs, remainingMs: 0, grantedAtUs: atUs, keys: new Set() });
        return null;
      }
      case "lease-checkpoint":
        this.checkpoint(command);
        return null;
      case "lease-revoke": {
        const lease = this.leases.get(command.id) ?? null;
        for (const key of [...(lease?.keys ?? [])].toSorted()) this.remove(key, events);
        this.leases.delete(command.id);
        return lease;
      }
      case "compaction":
        this.compactRevision = command.revision;
        return null;
      default:
        return null;
    }
  }

  private checkpoint({ checkpoints }: LeaseCheckpointRequest): void {
    for (const { id, remainingTtlSeconds } of checkpoints) {
      const lease = this.leases.get(id);
      if (lease !== undefined) lease.remainingMs = Math.max(0, remainingTtlSeconds) * 1000;
    }
  }

  private operate(operation: Operation, response: OperationResponse | null, events: EventSeen[]): void {
    switch (operation.kind) {
      case "put":
        this.put(operation, events);
        break;
      case "delete-range": {
        const key = decoder.decode(operation.key);
        const rangeEnd = decoder.decode(operation.rangeEnd);
        // Linear in the living keys for a range, which workloads keep few.
        const keys =
          rangeEnd === ""
            ? [key].filter((one) => this.rows.has(one))
            : [...this.rows.keys()].filter((one) => isInRange(one, key, rangeEnd)).toSorted();
        for (const one of keys) this.remove(one, events);
        break;
      }
      case "txn": {
        if (response?.kind !== "txn") return;
        const chosen = response.succeeded ? operation.success : operation.failure;
        for (const [position, inner] of chosen.entries())
          this.operate(inner, response.responses[position] ?? null, events);
        break;
      }
      default:
        break;
    }
  }

  private put(request: PutRequest, events: EventSeen[]): void {
    const revision = this.revision + 1;
    const key = decoder.decode(request.key);
    const before = this.rows.get(key);
    const row: RowSeen = {
      key,
      value: request.ignoreValue && before !== undefined ? before.value : decoder.decode(request.value),
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    };
    if (!request.ignoreLease) {
      this.detach(key);
      if (request.lease !== 0n) {
        this.leases.get(request.lease)?.keys.add(key);
        this.leaseOf.set(key, request.lease);
      }
    }
    this.rows.set(key, row);
    const { value, createRevision, version } = row;
    events.push({ type: "put", key, value, createRevision, modRevision: revision, version });
  }

  private remove(key: string, events: EventSeen[]): void {
    this.detach(key);
    this.rows.delete(key);
    const modRevision = this.revision + 1;
    events.push({ type: "delete", key, value: "", createRevision: 0, modRevision, version: 0 });
  }

  private detach(key: string): void {
    const lease = this.leaseOf.get(key);
    if (lease === undefined) return;
    this.leases.get(lease)?.keys.delete(key);
    this.leaseOf.delete(key);
  }

  /** Position of the first group of a revision or later; O(1), since revisions have no gaps. */
  positionOf(revision: number): number {
    const first = this.groups[0]?.revision ?? 0;
    return Math.min(Math.max(0, revision - first), this.groups.length);
  }
}

function readCommand(data: Uint8Array): AttributedCommand | null {
  if (data.length === 0) return null;
  try {
    return decodeAttributed(data);
  } catch {
    // What the store refuses as malformed changes nothing.
    return null;
  }
}

/** The history of a run. Who looks into it shares {@link historyMemory}, or takes in what is applied himself. */
export const historyOf = onePerRun(() => new RevisionHistory());

/** Fills it. */
export const historyMemory: SharedMemory = {
  kinds: ["applied"],
  take(observation, ghost) {
    if (observation.kind === "applied") historyOf(ghost).take(observation);
  },
};
