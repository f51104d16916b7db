/**
 * Users and roles through a store member: queries that see everything acknowledged before them, checks of reads, and who wants
 * to know of changes. Commands go through `StoreMember.execute` like all others.
 */

import {
  type AuthEvent,
  type AuthorizedRequest,
  type AuthRefusalCode,
  type AuthRole,
  type AuthStatus,
  type AuthUser,
  type AuthView,
  type Command,
  encodeCommand,
  type Principal,
  type Result,
  type Store,
  type StoreEvent,
} from "@quorate/store";
import type { CallOptions } from "../member.ts";

/** What a caller may say about a call to the store. */
export type StoreCallOptions = CallOptions & {
  /** Who asks. Left out or null: an anonymous client, which may do everything while authentication is off. */
  readonly principal?: Principal | null;
};

/** Answers of the queries; `revision` is the store's, for response headers. */
export type AuthStatusAnswer = AuthStatus & { readonly revision: number };
export type AuthUserAnswer = { readonly revision: number; readonly user: AuthUser };
export type AuthRoleAnswer = { readonly revision: number; readonly role: AuthRole };
export type AuthNamesAnswer = { readonly revision: number; readonly names: readonly string[] };

/** Told what {@link AuthEvent} says, and of a snapshot that took the place of everything. Inside of apply: only take note. */
export type AuthListener = (event: AuthEvent | { readonly kind: "restored" }) => void;

/** Runs a look at the state when everything acknowledged before the call is applied here. @throws MemberError */
export type LinearizableRead = <Value>(look: () => Value, options: CallOptions) => Promise<Value>;

/** See the module. */
export class AuthCalls {
  /** Users, roles and checks as of what is applied here. */
  readonly view: AuthView;
  private readonly store: Store;
  private readonly read: LinearizableRead;
  private readonly listeners = new Set<AuthListener>();

  constructor(store: Store, read: LinearizableRead) {
    this.view = store.auth;
    this.store = store;
    this.read = read;
  }

  /** Whether permissions are checked, and the revision of users and roles. For everybody. @throws MemberError */
  status(options: StoreCallOptions = {}): Promise<AuthStatusAnswer> {
    return this.read(() => ({ revision: this.store.revision, ...this.view.status() }), options);
  }

  /** A user; for root and the user itself. @throws MemberError */
  user(name: string, options: StoreCallOptions = {}): Promise<Result<AuthUserAnswer>> {
    const check = (): AuthRefusalCode | null => this.view.authorizeUserGet(principalOf(options), name);
    return this.query(check, options, (revision) => {
      const user = this.view.user(name);
      return user === null ? "user-not-found" : { revision, user };
    });
  }

  /** Names of all users; for root. @throws MemberError */
  users(options: StoreCallOptions = {}): Promise<Result<AuthNamesAnswer>> {
    const check = (): AuthRefusalCode | null => this.view.authorizeAdmin(principalOf(options));
    return this.query(check, options, (revision) => ({ revision, names: this.view.users() }));
  }

  /** A role; for root and those who have it. @throws MemberError */
  role(name: string, options: StoreCallOptions = {}): Promise<Result<AuthRoleAnswer>> {
    const check = (): AuthRefusalCode | null => this.view.authorizeRoleGet(principalOf(options), name);
    return this.query(check, options, (revision) => {
      const role = this.view.role(name);
      return role === null ? "role-not-found" : { revision, role };
    });
  }

  /** Names of all roles; for root. @throws MemberError */
  roles(options: StoreCallOptions = {}): Promise<Result<AuthNamesAnswer>> {
    const check = (): AuthRefusalCode | null => this.view.authorizeAdmin(principalOf(options));
    return this.query(check, options, (revision) => ({ revision, names: this.view.roles() }));
  }

  /** Tells of changes as they are applied here, until the returned function is called. */
  subscribe(listener: AuthListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Executes a read if who asks may, with the permissions of the same moment. */
  guard<Response>(
    request: AuthorizedRequest,
    { principal = null }: StoreCallOptions,
    look: () => Result<Response>,
  ): Result<Response> {
    const code = this.view.authorize(principal, request);
    return code === null ? look() : { ok: false, code };
  }

  /**
   * A command with who asks for it. While there never was a user nobody needs to say, and the log stays one that members
   * without authentication can read. A command that is overtaken by the first users, for once, counts as anonymous.
   */
  encode(command: Command, principal: Principal | null): Uint8Array {
    return encodeCommand(command, this.view.revision === 1 ? null : principal);
  }

  /** Passes on what concerns users and roles. Called inside of apply. */
  note(event: StoreEvent): void {
    if (event.kind !== "auth-changed" && event.kind !== "auth-token" && event.kind !== "restored") return;
    const told = event.kind === "restored" ? ({ kind: "restored" } as const) : event;
    for (const listener of [...this.listeners]) listener(told);
  }

  private query<Answer extends object>(
    check: () => AuthRefusalCode | null,
    options: StoreCallOptions,
    look: (revision: number) => Answer | AuthRefusalCode,
  ): Promise<Result<Answer>> {
    return this.read((): Result<Answer> => {
      const code = check();
      if (code !== null) return { ok: false, code };
      const answer = look(this.store.revision);
      return typeof answer === "string" ? { ok: false, code: answer } : { ok: true, response: answer };
    }, options);
  }
}

function principalOf(options: StoreCallOptions): Principal | null {
  return options.principal ?? null;
}
