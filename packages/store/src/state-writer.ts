/**
 * Executes commands: alarms first, then the request's own checks, then permissions, then the effect. What is refused changes
 * nothing.
 */

import type { AuthAuthenticateRequest, AuthChangeCommand, Principal } from "./auth/auth-api.ts";
import { changeAuth } from "./auth/auth-changes.ts";
import { isAuthCommand } from "./auth/auth-command-codec.ts";
import type { AuthState } from "./auth/auth-state.ts";
import type { Authorizer } from "./auth/authorizer.ts";
import { encodeCommand } from "./command-codec.ts";
import { crc32c } from "./crc32c.ts";
import type { KeySpace } from "./key-space.ts";
import type { Lessor } from "./lessor.ts";
import type { Meta } from "./meta.ts";
import { type Alarm, type AlarmResponse, done, type Outcome, type RefusalCode, refused } from "./outcome.ts";
import { commandCostBytes } from "./quota.ts";
import {
  AlarmAction,
  type AlarmRequest,
  AlarmType,
  type Command,
  type CompactionRequest,
  type LeaseCheckpointRequest,
  type LeaseGrantRequest,
  type LeaseRevokeRequest,
} from "./request.ts";
import { checkCommand } from "./request-check.ts";
import type { StoreEvent } from "./store-event.ts";
import { Executor } from "./txn.ts";

/** What a state is made of, as far as commands change or look at it. */
export type StateWriterParts = {
  readonly keys: KeySpace;
  readonly lessor: Lessor;
  readonly meta: Meta;
  readonly auth: AuthState;
  readonly authorizer: Authorizer;
  readonly sink: (event: StoreEvent) => void;
};

export class StateWriter {
  readonly executor: Executor;
  readonly #keys: KeySpace;
  readonly #lessor: Lessor;
  readonly #meta: Meta;
  readonly #auth: AuthState;
  readonly #authorizer: Authorizer;
  readonly #sink: (event: StoreEvent) => void;

  constructor(parts: StateWriterParts) {
    this.#keys = parts.keys;
    this.#lessor = parts.lessor;
    this.#meta = parts.meta;
    this.#auth = parts.auth;
    this.#authorizer = parts.authorizer;
    this.#sink = parts.sink;
    this.executor = new Executor(parts.keys, parts.lessor);
  }

  /** Executes the command of the entry `index`, asked for by `principal`. */
  execute(command: Command, principal: Principal | null, index: number): Outcome {
    const isAlarmed = this.#meta.alarms.length > 0;
    const code =
      (isAlarmed ? this.#alarmRefusal(command) : null) ??
      checkCommand(command) ??
      this.#authorizer.authorize(principal, command);
    if (code !== null) return refused(code);
    switch (command.kind) {
      case "put":
        return this.executor.put(command);
      case "delete-range":
        return done(this.executor.deleteRange(command));
      case "txn":
        return this.executor.txn(command);
      case "compaction":
        return this.#compact(command);
      case "lease-grant":
        return this.#grant(command);
      case "lease-revoke":
        return this.#revoke(command);
      case "lease-checkpoint":
        return this.#checkpoint(command);
      case "alarm":
        return done(this.#alarm(command));
      case "auth-authenticate":
        return this.#authenticate(command, index);
      default:
        return this.#changeAuth(command);
    }
  }

  /** What the alarms that are on forbid (reference §5). CORRUPT is the stronger one. */
  #alarmRefusal(command: Command): RefusalCode | null {
    const on = (type: number): boolean => this.#meta.alarms.some(({ alarm }) => alarm === type);
    const administrative =
      command.kind === "alarm" || command.kind === "lease-checkpoint" || isAuthCommand(command);
    if (on(AlarmType.corrupt) && !administrative) return "corrupt";
    return on(AlarmType.noSpace) && commandCostBytes(command) > 0 ? "no-space" : null;
  }

  #compact(request: CompactionRequest): Outcome {
    const { counters } = this.#keys;
    if (request.revision <= counters.compactRevision) return refused("compacted");
    if (request.revision > counters.revision) return refused("future-revision");
    counters.compactRevision = request.revision;
    this.#record(request);
    this.#sink({ kind: "compacted", compactRevision: request.revision });
    return done({ kind: "compaction", revision: counters.revision });
  }

  #grant(request: LeaseGrantRequest): Outcome {
    if (request.id === 0n) return refused("lease-not-found");
    if (this.#lessor.has(request.id)) return refused("lease-exists");
    const lease = { id: request.id, ttlSeconds: Math.max(1, request.ttlSeconds), remainingTtlSeconds: 0 };
    this.#lessor.set(lease);
    this.#record(request);
    this.#sink({ kind: "lease-changed", lease });
    return done({
      kind: "lease-grant",
      revision: this.#keys.revision,
      id: lease.id,
      ttlSeconds: lease.ttlSeconds,
    });
  }

  #revoke(request: LeaseRevokeRequest): Outcome {
    if (!this.#lessor.has(request.id)) return refused("lease-not-found");
    const keys = this.#lessor.leaseKeys(request.id);
    for (const key of keys) this.#keys.deleteKey(key);
    this.#lessor.remove(request.id);
    this.#record(request);
    this.#sink({ kind: "lease-removed", id: request.id, keys: keys.length });
    return done({ kind: "lease-revoke", revision: this.#keys.visibleRevision });
  }

  #checkpoint(request: LeaseCheckpointRequest): Outcome {
    for (const { id, remainingTtlSeconds } of request.checkpoints) {
      const lease = this.#lessor.lease(id);
      if (lease === null) continue;
      const moved = { ...lease, remainingTtlSeconds: Math.max(0, remainingTtlSeconds) };
      this.#lessor.set(moved);
      this.#sink({ kind: "lease-changed", lease: moved });
    }
    this.#record(request);
    return done({ kind: "lease-checkpoint", revision: this.#keys.revision });
  }

  #alarm(request: AlarmRequest): AlarmResponse {
    const asked: Alarm = { memberId: request.memberId, alarm: request.alarm };
    const isOn = this.#meta.alarms.some((alarm) => compareAlarms(alarm, asked) === 0);
    let alarms: readonly Alarm[] = [];
    if (request.action === AlarmAction.get) {
      alarms = this.#meta.alarms.filter(
        ({ alarm }) => asked.alarm === AlarmType.none || alarm === asked.alarm,
      );
    } else if (request.action === AlarmAction.activate && asked.alarm !== AlarmType.none) {
      if (!isOn) {
        this.#meta.alarms = [...this.#meta.alarms, asked].sort(compareAlarms);
        this.#record(request);
        this.#sink({ kind: "alarm-raised", alarm: asked });
      }
      alarms = [asked];
    } else if (request.action === AlarmAction.deactivate && isOn) {
      this.#meta.alarms = this.#meta.alarms.filter((alarm) => compareAlarms(alarm, asked) !== 0);
      this.#record(request);
      this.#sink({ kind: "alarm-cleared", alarm: asked });
      alarms = [asked];
    }
    return { kind: "alarm", revision: this.#keys.revision, alarms };
  }

  #changeAuth(command: AuthChangeCommand): Outcome {
    const change = changeAuth(this.#auth, command);
    if (change.kind === "refused") return refused(change.code);
    const { enabled, revision: authRevision } = this.#auth.meta;
    if (change.kind === "changed") {
      this.#record(command);
      this.#sink({ kind: "auth-changed", enabled, authRevision, endedUsers: change.endedUsers });
    }
    return done({ kind: "auth", revision: this.#keys.revision, authRevision });
  }

  /** The password was compared by the proposer, with what held at `authRevision`; here is decided whether it still does. */
  #authenticate({ name, authRevision, tokenDigest }: AuthAuthenticateRequest, index: number): Outcome {
    const { enabled, revision } = this.#auth.meta;
    if (!enabled) return refused("auth-not-enabled");
    if (authRevision !== revision) return refused("auth-revision-old");
    const user = this.#auth.user(name);
    if (user === null || user.noPassword) return refused("auth-failed");
    this.#sink({ kind: "auth-token", index, name, authRevision, tokenDigest: tokenDigest.slice() });
    return done({ kind: "auth-token", revision: this.#keys.revision, authRevision, index });
  }

  /** Takes a command that changed something besides keys into the running digest. */
  #record(command: Command): void {
    const { counters } = this.#keys;
    counters.applyDigest = crc32c(encodeCommand(command), counters.applyDigest);
  }
}

function compareAlarms(left: Alarm, right: Alarm): number {
  if (left.memberId !== right.memberId) return left.memberId < right.memberId ? -1 : 1;
  return left.alarm - right.alarm;
}
