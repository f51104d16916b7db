/** A store with users that is driven by hand in tests. */

import assert from "node:assert/strict";
import type { AuthCommand, Principal } from "../src/auth/auth-api.ts";
import type { Backend } from "../src/backend.ts";
import { decodeAttributed, encodeCommand } from "../src/command-codec.ts";
import { MemoryBackend } from "../src/memory-backend.ts";
import type { Command } from "../src/request.ts";
import { Store, type StoreOptions } from "../src/store.ts";
import { b } from "./bytes-of.ts";
import { plain } from "./plain.ts";

/** A user whose word was taken just now, or as of a revision. */
export function user(name: string, authRevision: number = Number.MAX_SAFE_INTEGER): Principal {
  return { kind: "user", name, authRevision };
}

type Options = Partial<StoreOptions>;

export class AuthDriver {
  readonly store: Store;
  readonly #backend: Backend;
  #index: number;

  constructor(options: Options = {}) {
    this.#backend = options.backend ?? new MemoryBackend();
    this.store = new Store({ ...options, backend: this.#backend });
    this.#index = this.store.appliedIndex;
  }

  /** A store with a user root that has the role root, and authentication on. */
  static enabled(options: Options = {}): AuthDriver {
    const driver = new AuthDriver(options);
    driver.addUser("root");
    driver.change({ kind: "auth-user-grant-role", name: "root", role: "root" });
    driver.change({ kind: "auth-enable" });
    return driver;
  }

  /** Applies a command as it comes out of the log; returns its response or `{ code }`. */
  apply(command: Command, principal: Principal | null = null): Record<string, unknown> {
    this.#index++;
    const entry = { index: this.#index, term: 1, ...decodeAttributed(encodeCommand(command, principal)) };
    return plain(this.store.apply([entry])[0]) as Record<string, unknown>;
  }

  /** Applies a change that must be accepted. */
  change(command: AuthCommand, principal: Principal | null = null): void {
    const answer = this.apply(command, principal);
    assert.equal(answer["kind"], "auth", `${command.kind}: ${String(answer["code"])}`);
    assert.equal(answer["authRevision"], this.store.auth.revision);
  }

  addUser(name: string, principal: Principal | null = null): void {
    this.change({ kind: "auth-user-add", name, passwordHash: b("hash"), noPassword: false }, principal);
  }

  /** A user `name` with a role of the same name that has permissions: [type, key, range end]. */
  addUserWith(name: string, permissions: readonly (readonly [number, string, string])[]): void {
    const root = user("root");
    this.addUser(name, root);
    this.change({ kind: "auth-role-add", name }, root);
    this.change({ kind: "auth-user-grant-role", name, role: name }, root);
    for (const [type, key, rangeEnd] of permissions) {
      const permission = { type, key: b(key), rangeEnd: b(rangeEnd) };
      this.change({ kind: "auth-role-grant-permission", name, permission }, root);
    }
  }

  login(name: string): Record<string, unknown> {
    const authRevision = this.store.auth.revision;
    return this.apply({ kind: "auth-authenticate", name, authRevision, tokenDigest: b("t") });
  }

  /** The backend, with everything in it. */
  flushed(): Backend {
    this.store.flush();
    return this.#backend;
  }
}
