/**
 * The naive truth: one plain map per revision, everything by copying and sorting. Written from the reference, not from the
 * store; slow and obvious on purpose.
 */

import type { Command, Compare, Operation, RangeRequest, TxnRequest } from "../src/request.ts";

/** Byte strings as text, one character per byte: they sort the same. */
export function str(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

export type ModelKv = {
  key: string;
  value: string;
  create: number;
  mod: number;
  version: number;
  lease: bigint;
};
export type ModelEvent = { type: "put" | "delete"; kv: ModelKv; prev: ModelKv | null };
type State = Map<string, ModelKv>;
type Refusal = { code: string };

export function isIn(key: string, low: string, end: string): boolean {
  if (end === "") return key === low;
  return key >= low && (end === "\0" || key < end);
}

export class Model {
  revision = 1;
  compacted = -1;
  /** The state at each revision. */
  readonly states = new Map<number, State>([[1, new Map()]]);
  readonly events = new Map<number, ModelEvent[]>();
  readonly leases = new Map<bigint, { ttl: number; remaining: number }>();
  alarms: { member: bigint; alarm: number }[] = [];
  #work: State = new Map();
  #workEvents: ModelEvent[] = [];

  apply(command: Command): unknown {
    this.#work = new Map(this.states.get(this.revision));
    this.#workEvents = [];
    const outcome = this.#execute(command);
    if (this.#workEvents.length > 0) {
      this.revision++;
      this.states.set(this.revision, this.#work);
      this.events.set(this.revision, this.#workEvents);
    }
    return outcome;
  }

  range(request: RangeRequest): unknown {
    if (this.#hasAlarm(2)) return { code: "corrupt" };
    const bad = checkRange(request) ?? this.#checkRevision(request.revision);
    this.#work = new Map(this.states.get(this.revision));
    this.#workEvents = [];
    return bad ?? this.#range(request);
  }

  #hasAlarm(type: number): boolean {
    return this.alarms.some(({ alarm }) => alarm === type);
  }

  #execute(command: Command): unknown {
    const administrative = command.kind === "alarm" || command.kind === "lease-checkpoint";
    if (this.#hasAlarm(2) && !administrative) return { code: "corrupt" };
    if (this.#hasAlarm(1) && cost(command) > 0) return { code: "no-space" };
    switch (command.kind) {
      case "put":
      case "delete-range":
      case "txn": {
        const bad = checkOperation(command, 128) ?? conflicts(command);
        if (bad !== null) return bad;
        const path = command.kind === "txn" ? this.#path(command) : null;
        return this.#checkState(command, path) ?? this.#run(command, path);
      }
      case "compaction":
        if (command.revision <= this.compacted) return { code: "compacted" };
        if (command.revision > this.revision) return { code: "future-revision" };
        this.compacted = command.revision;
        return { kind: "compaction", revision: this.revision };
      case "lease-grant":
        if (command.ttlSeconds > 9e9) return { code: "lease-ttl-too-large" };
        if (command.id === 0n) return { code: "lease-not-found" };
        if (this.leases.has(command.id)) return { code: "lease-exists" };
        this.leases.set(command.id, { ttl: Math.max(1, command.ttlSeconds), remaining: 0 });
        return {
          kind: "lease-grant",
          revision: this.revision,
          id: command.id,
          ttlSeconds: Math.max(1, command.ttlSeconds),
        };
      case "lease-revoke": {
        if (!this.leases.delete(command.id)) return { code: "lease-not-found" };
        const doomed = [...this.#work.values()].filter((kv) => kv.lease === command.id).map((kv) => kv.key);
        for (const key of doomed.sort()) this.#delete(key);
        return { kind: "lease-revoke", revision: this.#visible() };
      }
      case "lease-checkpoint":
        for (const { id, remainingTtlSeconds } of command.checkpoints) {
          const lease = this.leases.get(id);
          if (lease !== undefined) lease.remaining = Math.max(0, remainingTtlSeconds);
        }
        return { kind: "lease-checkpoint", revision: this.revision };
      case "alarm":
        return this.#alarm(command.action, command.memberId, command.alarm);
      default:
        throw new Error("this model knows of no users; see auth-model.ts");
    }
  }

  #alarm(action: number, member: bigint, alarm: number): unknown {
    const same = (other: { member: bigint; alarm: number }): boolean =>
      other.member === member && other.alarm === alarm;
    const on = this.alarms.some(same);
    let answer: { member: bigint; alarm: number }[] = [];
    if (action === 0) answer = this.alarms.filter((raised) => alarm === 0 || raised.alarm === alarm);
    if (action === 1 && alarm !== 0) {
      answer = [{ member, alarm }];
      if (!on) this.alarms.push({ member, alarm });
      this.alarms.sort((left, right) => Number(left.member - right.member) || left.alarm - right.alarm);
    }
    if (action === 2 && on) {
      answer = [{ member, alarm }];
      this.alarms = this.alarms.filter((raised) => !same(raised));
    }
    return {
      kind: "alarm",
      revision: this.revision,
      alarms: answer.map((raised) => ({ memberId: raised.member, alarm: raised.alarm })),
    };
  }

  #visible(): number {
    return this.#workEvents.length > 0 ? this.revision + 1 : this.revision;
  }

  #checkRevision(revision: number): Refusal | null {
    if (revision > this.revision) return { code: "future-revision" };
    return revision > 0 && revision < this.compacted ? { code: "compacted" } : null;
  }

  /** All branches taken, decided before anything is written. */
  #path(txn: TxnRequest): Map<TxnRequest, boolean> {
    const path = new Map<TxnRequest, boolean>();
    const state = this.#work;
    const visit = (request: TxnRequest): void => {
      const succeeded = request.compare.every((condition) => holds(condition, state));
      path.set(request, succeeded);
      for (const operation of succeeded ? request.success : request.failure) {
        if (operation.kind === "txn") visit(operation);
      }
    };
    visit(txn);
    return path;
  }

  #checkState(operation: Operation, path: Map<TxnRequest, boolean> | null): Refusal | null {
    if (operation.kind === "range") return this.#checkRevision(operation.revision);
    if (operation.kind === "put") {
      if (operation.lease !== 0n && !this.leases.has(operation.lease)) return { code: "lease-not-found" };
      const needed = operation.ignoreLease || operation.ignoreValue;
      return needed && !this.#work.has(str(operation.key)) ? { code: "key-not-found" } : null;
    }
    if (operation.kind !== "txn") return null;
    for (const inner of path?.get(operation) === true ? operation.success : operation.failure) {
      const bad = this.#checkState(inner, path);
      if (bad !== null) return bad;
    }
    return null;
  }

  #run(operation: Operation, path: Map<TxnRequest, boolean> | null): unknown {
    if (operation.kind === "range") return this.#range(operation);
    if (operation.kind === "put") {
      const key = str(operation.key);
      const prev = this.#work.get(key) ?? null;
      const kv: ModelKv = {
        key,
        value: operation.ignoreValue ? (prev?.value ?? "") : str(operation.value),
        create: prev?.create ?? this.revision + 1,
        mod: this.revision + 1,
        version: (prev?.version ?? 0) + 1,
        lease: operation.ignoreLease ? (prev?.lease ?? 0n) : operation.lease,
      };
      this.#work.set(key, kv);
      this.#workEvents.push({ type: "put", kv, prev });
      return { kind: "put", revision: this.revision + 1, prevKv: operation.prevKv ? prev : null };
    }
    if (operation.kind === "delete-range") {
      const low = str(operation.key);
      const doomed = [...this.#work.keys()].filter((key) => isIn(key, low, str(operation.rangeEnd))).sort();
      const prevKvs = doomed.map((key) => this.#delete(key));
      return {
        kind: "delete-range",
        revision: this.#visible(),
        deleted: doomed.length,
        prevKvs: operation.prevKv ? prevKvs : [],
      };
    }
    if (operation.kind !== "txn") throw new Error("unreachable");
    const succeeded = path?.get(operation) === true;
    const responses = (succeeded ? operation.success : operation.failure).map((inner) =>
      this.#run(inner, path),
    );
    return { kind: "txn", revision: this.#visible(), succeeded, responses };
  }

  #delete(key: string): ModelKv {
    const prev = this.#work.get(key) as ModelKv;
    this.#work.delete(key);
    const kv = { key, value: "", create: 0, mod: this.revision + 1, version: 0, lease: 0n };
    this.#workEvents.push({ type: "delete", kv, prev });
    return prev;
  }

  #range(request: RangeRequest): unknown {
    const state = request.revision > 0 ? (this.states.get(request.revision) as State) : this.#work;
    const low = str(request.key);
    const all = [...state.values()]
      .filter((kv) => isIn(kv.key, low, str(request.rangeEnd)))
      .sort((left, right) => (left.key < right.key ? -1 : 1));
    const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
    const filters = minModRevision || maxModRevision || minCreateRevision || maxCreateRevision;
    let rows = all;
    if (request.sortOrder === 0 && !filters && request.limit > 0) rows = rows.slice(0, request.limit + 1);
    if (minModRevision) rows = rows.filter((kv) => kv.mod >= minModRevision);
    if (maxModRevision) rows = rows.filter((kv) => kv.mod <= maxModRevision);
    if (minCreateRevision) rows = rows.filter((kv) => kv.create >= minCreateRevision);
    if (maxCreateRevision) rows = rows.filter((kv) => kv.create <= maxCreateRevision);
    const field = (["key", "version", "create", "mod", "value"] as const)[request.sortTarget] ?? "key";
    if (request.sortOrder !== 0 || request.sortTarget !== 0) {
      const sign = request.sortOrder === 2 ? -1 : 1;
      rows = [...rows].sort((left, right) => {
        if (left[field] === right[field]) return left.key < right.key ? -1 : 1;
        return left[field] < right[field] ? -sign : sign;
      });
    }
    let more = request.limit > 0 && rows.length > request.limit;
    if (more) rows = rows.slice(0, request.limit);
    if (request.countOnly) {
      rows = [];
      more = false;
    }
    if (request.keysOnly) rows = rows.map((kv) => ({ ...kv, value: "" }));
    return { kind: "range", revision: this.#visible(), kvs: rows, more, count: all.length };
  }
}

function holds(condition: Compare, state: State): boolean {
  const low = str(condition.key);
  const matching = [...state.values()].filter((kv) => isIn(kv.key, low, str(condition.rangeEnd)));
  const compareOne = (actual: number | bigint | string, wanted: number | bigint | string): boolean => {
    if (condition.result === 0) return actual === wanted;
    if (condition.result === 1) return actual > wanted;
    if (condition.result === 2) return actual < wanted;
    return actual !== wanted;
  };
  const one = (kv: ModelKv): boolean => {
    if (condition.target === 0) return compareOne(kv.version, condition.number);
    if (condition.target === 1) return compareOne(kv.create, condition.number);
    if (condition.target === 2) return compareOne(kv.mod, condition.number);
    if (condition.target === 3) return compareOne(kv.value, str(condition.value));
    return compareOne(kv.lease, condition.lease);
  };
  if (matching.length > 0) return matching.every(one);
  return condition.target !== 3 && one({ key: "", value: "", create: 0, mod: 0, version: 0, lease: 0n });
}

function checkRange(request: RangeRequest): Refusal | null {
  if (request.key.length === 0) return { code: "key-empty" };
  return request.sortOrder > 2 || request.sortTarget > 4 ? { code: "invalid-sort-option" } : null;
}

function checkOperation(operation: Operation, most: number): Refusal | null {
  if (operation.kind === "empty") return { code: "key-not-found" };
  if (operation.kind === "range") return checkRange(operation);
  if (operation.kind === "txn") {
    const longest = Math.max(operation.compare.length, operation.success.length, operation.failure.length);
    if (longest > most) return { code: "too-many-ops" };
    for (const condition of operation.compare) if (condition.key.length === 0) return { code: "key-empty" };
    for (const inner of [...operation.success, ...operation.failure]) {
      const bad = checkOperation(inner, most - longest);
      if (bad !== null) return bad;
    }
    return null;
  }
  if (operation.key.length === 0) return { code: "key-empty" };
  if (operation.kind === "delete-range") return null;
  if (operation.ignoreValue && operation.value.length > 0) return { code: "value-provided" };
  return operation.ignoreLease && operation.lease !== 0n ? { code: "lease-provided" } : null;
}

/** Tries every combination of branches: does a run exist that puts a key twice, or puts what it deletes? */
function conflicts(operation: Operation): Refusal | null {
  type Run = { puts: string[]; deletes: [string, string][] };
  const join = (left: Run, right: Run): Run => ({
    puts: [...left.puts, ...right.puts],
    deletes: [...left.deletes, ...right.deletes],
  });
  const runs = (inner: Operation): Run[] => {
    if (inner.kind === "put") return [{ puts: [str(inner.key)], deletes: [] }];
    if (inner.kind === "delete-range")
      return [{ puts: [], deletes: [[str(inner.key), str(inner.rangeEnd)]] }];
    if (inner.kind !== "txn") return [{ puts: [], deletes: [] }];
    return [inner.success, inner.failure].flatMap((branch) =>
      branch.reduce<Run[]>(
        (before, next) => before.flatMap((run) => runs(next).map((more) => join(run, more))),
        [{ puts: [], deletes: [] }],
      ),
    );
  };
  const clashes = ({ puts, deletes }: Run): boolean =>
    new Set(puts).size < puts.length || puts.some((key) => deletes.some(([low, end]) => isIn(key, low, end)));
  return operation.kind === "txn" && runs(operation).some(clashes) ? { code: "duplicate-key" } : null;
}

function cost(operation: Command | Operation): number {
  if (operation.kind === "put") return 256 + operation.key.length + operation.value.length;
  if (operation.kind === "lease-grant") return 64;
  if (operation.kind !== "txn") return 0;
  const sum = (list: readonly Operation[]): number => list.reduce((total, inner) => total + cost(inner), 0);
  return Math.max(sum(operation.success), sum(operation.failure));
}
