/** Runs a store and the naive models of keys and users side by side, through flushes, crashes and snapshots. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Access, Principal } from "../src/auth/auth-api.ts";
import { isAuthCommand } from "../src/auth/auth-command-codec.ts";
import type { Backend } from "../src/backend.ts";
import { decodeAttributed, encodeCommand } from "../src/command-codec.ts";
import { MemoryBackend } from "../src/memory-backend.ts";
import type { Command, RangeRequest } from "../src/request.ts";
import { checkCommand } from "../src/request-check.ts";
import { Store, type StoreEntry } from "../src/store.ts";
import { key, range, rangeEnd } from "./arbitrary.ts";
import { type Asker, anyCommand, asker, principalOf, roleNames, userNames } from "./auth-arbitrary.ts";
import { AuthModel, plainPermission, rangeOf } from "./auth-model.ts";
import { feed, snapshotBytes } from "./harness.ts";
import { Model, str } from "./model.ts";
import { plain } from "./plain.ts";

export type AuthStep =
  | { kind: "apply"; command: Command; who: Asker }
  | { kind: "read"; request: RangeRequest; who: Asker }
  | { kind: "permits"; name: string; key: Uint8Array; rangeEnd: Uint8Array; access: Access }
  | { kind: "flush" }
  | { kind: "settle" }
  | { kind: "crash" }
  | { kind: "replicate"; adopt: boolean };

const kindOf = <K extends string>(kind: K): fc.Arbitrary<K> => fc.constant(kind);

export const authStep: fc.Arbitrary<AuthStep> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ kind: kindOf("apply"), command: anyCommand, who: asker }) },
  { weight: 6, arbitrary: fc.record({ kind: kindOf("read"), request: range, who: asker }) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: kindOf("permits"),
      name: fc.constantFrom(...userNames),
      key,
      rangeEnd,
      access: fc.constantFrom<Access[]>("read", "write"),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kindOf("flush") }) },
  { weight: 2, arbitrary: fc.record({ kind: kindOf("settle") }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("crash") }) },
  { weight: 1, arbitrary: fc.record({ kind: kindOf("replicate"), adopt: fc.boolean() }) },
);

export class AuthHarness {
  readonly keys = new Model();
  readonly auth: AuthModel;
  /** How often the models refused for want of a permission, and how often they allowed what another user than root asked for. */
  readonly tally = { refused: 0, allowed: 0 };
  readonly #log: { entry: StoreEntry; outcome: unknown; digests: readonly number[] }[] = [];
  #store: Store;

  constructor(backend: Backend) {
    this.#store = new Store({ backend, flushEntriesMax: 20 });
    this.auth = new AuthModel((lease) =>
      [...(this.keys.states.get(this.keys.revision) ?? []).values()]
        .filter((kv) => kv.lease === lease)
        .map((kv) => kv.key),
    );
  }

  run(step: AuthStep): void {
    switch (step.kind) {
      case "apply":
        return this.apply(step.command, principalOf(step.who, this.auth.revision));
      case "read": {
        const principal = principalOf(step.who, this.auth.revision);
        const expected = this.auth.refusal(step.request, principal);
        assert.equal(this.#store.auth.authorize(principal, step.request), expected);
        return;
      }
      case "permits": {
        const user = this.auth.users.get(step.name);
        const asked = rangeOf(str(step.key), str(step.rangeEnd));
        const expected =
          !this.auth.enabled ||
          (user !== undefined && (user.roles.has("root") || this.auth.covers(user, step.access, asked)));
        const { name, key: from, rangeEnd: end, access } = step;
        assert.equal(this.#store.auth.permits(name, from, end, access), expected);
        return;
      }
      case "flush":
        return this.#store.flush();
      case "replicate":
        return this.#replicate(step.adopt);
      case "settle":
      case "crash":
    }
  }

  apply(command: Command, principal: Principal | null): void {
    const index = (this.#log.at(-1)?.entry.index ?? 0) + 1;
    const entry: StoreEntry = { index, term: 1, ...decodeAttributed(encodeCommand(command, principal)) };
    const expected = this.#expect(command, principal, index);
    assert.deepEqual(plain(this.#store.apply([entry])[0]), expected);
    this.#log.push({ entry, outcome: expected, digests: digestsOf(this.#store) });
  }

  /** After a crash: a new store on what is left, and the log behind its durable index. */
  reopen(backend: Backend): void {
    this.#store = new Store({ backend, flushEntriesMax: 20 });
    for (const { entry, outcome, digests } of this.#log) {
      if (entry.index <= this.#store.appliedIndex) continue;
      assert.deepEqual(plain(this.#store.apply([entry])[0]), outcome);
      assert.deepEqual(digestsOf(this.#store), digests);
    }
    this.compareAll();
  }

  async settled(): Promise<void> {
    while (this.#store.flushing) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Everything that can be seen of users and roles. */
  compareAll(): void {
    const { auth } = this.#store;
    assert.deepEqual(auth.status(), { enabled: this.auth.enabled, authRevision: this.auth.revision });
    assert.deepEqual(auth.users(), sorted(this.auth.users.keys()));
    assert.deepEqual(auth.roles(), sorted(this.auth.roles.keys()));
    for (const name of [...userNames, "nobody"]) {
      const user = this.auth.users.get(name);
      assert.deepEqual(
        auth.user(name),
        user === undefined ? null : { name, noPassword: user.noPassword, roles: sorted(user.roles) },
      );
      const passwordHash = auth.passwordHash(name);
      assert.equal(
        passwordHash === null ? null : str(passwordHash),
        user === undefined || user.noPassword ? null : user.hash,
      );
      assert.equal(auth.isAdmin(name), user?.roles.has("root") ?? false);
    }
    for (const name of roleNames) {
      const permissions = this.auth.roles.get(name);
      const expected = permissions?.toSorted((left, right) =>
        left.key < right.key || (left.key === right.key && left.end < right.end) ? -1 : 1,
      );
      assert.deepEqual(auth.role(name)?.permissions.map(plainPermission), expected);
    }
  }

  /** Another member with the same log, other batches and no flush: the same digests. */
  compareWithReplay(): void {
    const other = new Store({ backend: new MemoryBackend() });
    other.apply(this.#log.map(({ entry }) => entry));
    assert.deepEqual(digestsOf(other), digestsOf(this.#store));
    assert.deepEqual(other.hashKv(0), this.#store.hashKv(0));
  }

  #expect(command: Command, principal: Principal | null, index: number): unknown {
    const malformed = checkCommand(command);
    if (malformed !== null) return { code: malformed };
    const denied = this.auth.refusal(command, principal);
    if (denied !== null) this.tally.refused++;
    else if (this.auth.enabled && isPlainUser(principal)) this.tally.allowed++;
    if (denied !== null) return { code: denied };
    if (!isAuthCommand(command)) return this.keys.apply(command);
    const { revision } = this.keys;
    if (command.kind === "auth-authenticate") {
      const user = this.auth.users.get(command.name);
      if (!this.auth.enabled) return { code: "auth-not-enabled" };
      if (command.authRevision !== this.auth.revision) return { code: "auth-revision-old" };
      if (user === undefined || user.noPassword) return { code: "auth-failed" };
      return { kind: "auth-token", revision, authRevision: this.auth.revision, index };
    }
    const code = this.auth.change(command);
    return code === null ? { kind: "auth", revision, authRevision: this.auth.revision } : { code };
  }

  /** Sends a snapshot to a new member, which must then be indistinguishable; or goes on with its state. */
  #replicate(adopt: boolean): void {
    const bytes = snapshotBytes(this.#store);
    const other = new Store({ backend: new MemoryBackend() });
    feed(other, bytes, 1000);
    assert.deepEqual(digestsOf(other), digestsOf(this.#store));
    if (!adopt) return;
    const { auth } = this.#store;
    feed(this.#store, bytes, 1000);
    assert.equal(this.#store.auth, auth);
    this.compareAll();
  }
}

function digestsOf(store: Store): readonly number[] {
  return [store.applyDigest, store.auth.digest(), store.revision];
}

/** By the bytes of their UTF-8. */
function sorted(names: Iterable<string>): string[] {
  return [...names].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

function isPlainUser(principal: Principal | null): boolean {
  return principal?.kind === "user" && principal.name !== "root";
}
