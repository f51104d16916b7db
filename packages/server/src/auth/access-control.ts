/**
 * Decides who gets in, in one place, from one table.
 *
 * A decision is made twice. Here, before a request goes on its way, with users and roles as this member knows them: that
 * spares the log what would be refused anyway, and keeps strangers out of everything that is not in the log. And where the
 * request is applied or read, by the store, with users and roles as of that very place: that one counts.
 *
 * A member may lag: somebody may have been let in by a change that is acknowledged and not applied here. So nobody is
 * refused before this member has made sure, by one round to a quorum that all who wait share, that it knows the newest.
 */

import type { AuthEvent, AuthRefusalCode, AuthView } from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import { etcdError, refusalError } from "../rpc/error-table.ts";
import { RpcError } from "../rpc/rpc-error.ts";
import { type AccessRule, countsRevision } from "./access-rule.ts";
import { accessRule } from "./access-table.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Identity } from "./identity.ts";
import type { RateLimit } from "./rate-limit.ts";

/** What it is made of. */
export type AccessControlParts = {
  readonly view: AuthView;
  readonly authenticator: Authenticator;
  /** Resolves when everything acknowledged before is applied here. */
  readonly confirm: () => Promise<unknown>;
  /** Null: no limit. */
  readonly userLimit: RateLimit | null;
  readonly connectionLimit: RateLimit | null;
};

/** See the module. */
export class AccessControl {
  readonly view: AuthView;
  private readonly parts: AccessControlParts;
  private readonly listeners = new Set<() => void>();
  private changes = 0;

  constructor(parts: AccessControlParts) {
    this.view = parts.view;
    this.parts = parts;
  }

  /** Another number after every change of users and roles. */
  get version(): number {
    return this.changes;
  }

  /**
   * Lets a request pass, or throws; at once where nothing has to be waited for. Watches pass: see {@link watchRefusal}.
   * @throws RpcError
   */
  admit(path: string, request: object, context: CallContext): void | Promise<void> {
    const { connectionLimit } = this.parts;
    if (connectionLimit !== null && !connectionLimit.take(context.peer)) throw etcdError("tooManyRequests");
    if (!this.view.enabled) return;
    const rule = accessRule(path);
    if (rule.need === "public") return;
    if (rule.need === "watch") return this.admitWatch(rule, request, context);
    // On a stream the identity of its first message stays, whatever becomes of its token.
    const bound = context.identity;
    const identified = this.identify(rule, context);
    if (identified instanceof Promise)
      return identified.then((identity) => this.admitKnown(rule, request, context, identity, bound));
    return this.admitKnown(rule, request, context, identified, bound);
  }

  /** Why a watch on a range is refused now; null: it is not. Reading the keys is what it takes. */
  watchRefusal(context: CallContext, key: Uint8Array, rangeEnd: Uint8Array): RpcError | null {
    if (!this.view.enabled) return null;
    try {
      const { principal } = this.current(context) ?? this.identifyNow(context) ?? { principal: null };
      const code = this.view.authorizeRange(principal, key, rangeEnd, "read");
      return code === null ? null : refusalError(code);
    } catch (error) {
      if (error instanceof RpcError) return error;
      throw error;
    }
  }

  /** Refuses who may not read some of these keys. @throws RpcError */
  demandKeys(context: CallContext, keys: readonly Uint8Array[]): void {
    const code = this.view.authorizeKeys(this.current(context)?.principal ?? null, keys, "read");
    if (code !== null) throw refusalError(code);
  }

  /** Who calls, as of now; null: somebody who did not say. @throws RpcError when that user is not what it was */
  current(context: CallContext): Identity | null {
    if (context.identity === null || !this.view.enabled) return context.identity;
    context.identity = this.parts.authenticator.renew(context.identity, this.changes);
    return context.identity;
  }

  /**
   * Called when what is applied refused an identity that was let in: users or roles have changed meanwhile, or
   * authentication is on now. True: it is another one now, and it is worth another try. @throws RpcError
   */
  async hasChanged(context: CallContext): Promise<boolean> {
    const before = context.identity;
    const rule = accessRule(context.path);
    context.identity = before === null ? await this.identify(rule, context) : this.current(context);
    return context.identity !== before;
  }

  /** Calls back after every change, never from inside of the store; returns how to end that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes note of a change; called inside of apply. */
  note(event: AuthEvent | { readonly kind: "restored" }): void {
    this.parts.authenticator.note(event);
    if (event.kind === "auth-token") return;
    this.changes++;
    for (const listener of this.listeners) listener();
  }

  /** Lets every message pass: what is wrong with it is said on the stream, as in etcd. */
  private async admitWatch(rule: AccessRule, request: object, context: CallContext): Promise<void> {
    context.refusal = null;
    const bound = context.identity;
    try {
      await this.admitKnown(rule, request, context, await this.identify(rule, context), bound);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      context.refusal = error;
    }
  }

  /** A stream that was opened before authentication was enabled may have a token all the same. */
  private identifyNow(context: CallContext): Identity | null {
    const identified = this.parts.authenticator.identify(context, this.changes, false);
    if (!(identified instanceof Promise)) {
      context.identity = identified;
      return identified;
    }
    identified.catch(() => undefined);
    return null;
  }

  private identify(rule: AccessRule, context: CallContext): Identity | null | Promise<Identity | null> {
    if (context.identity !== null) return this.current(context);
    return this.parts.authenticator.identify(context, this.changes, countsRevision(rule));
  }

  private admitKnown(
    rule: AccessRule,
    request: object,
    context: CallContext,
    identity: Identity | null,
    bound: Identity | null,
  ): void | Promise<void> {
    const { userLimit } = this.parts;
    if (identity !== null && userLimit !== null && !userLimit.take(identity.user))
      throw etcdError("tooManyRequests");
    const code = this.judge(rule, request, context, identity);
    return code === null ? undefined : this.lookAgain(rule, request, context, bound);
  }

  private judge(
    rule: AccessRule,
    request: object,
    context: CallContext,
    identity: Identity | null,
  ): AuthRefusalCode | null {
    context.identity = identity;
    return rule.judge(this.view, identity?.principal ?? null, request);
  }

  private async lookAgain(
    rule: AccessRule,
    request: object,
    context: CallContext,
    bound: Identity | null,
  ): Promise<void> {
    // Without a quorum there is nothing newer to be known.
    await this.parts.confirm().catch(() => undefined);
    if (!this.view.enabled) return;
    context.identity = bound;
    const code = this.judge(rule, request, context, await this.identify(rule, context));
    if (code !== null) throw refusalError(code);
  }
}
