/**
 * Simple tokens: `<16 letters>.<index of the log>`, each for one user, for as long as it is used (reference §6).
 *
 * A member hands one out by a command in the log, as etcd does, so every member that applies it takes the token: a client
 * with several endpoints logs in once. Otherwise than in etcd the log has only the digest of the letters, so whoever reads
 * a disk or a snapshot cannot sign in with what is there.
 *
 * Tokens are not part of the state: after a restart a member knows those that it finds in the rest of its log. A client
 * whose token is not known logs in again, as it does when it has expired. Each member counts the time for itself.
 */

import { hash } from "node:crypto";
import type { MemberClock } from "@quorate/member";

/** A token, taken apart. */
export type ReadToken = { readonly letters: string; readonly index: number };

type Entry = { readonly user: string; readonly index: number; expiresAtMs: number };

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const letterCount = 16;
const form = /^([A-Za-z]{16})\.(\d{1,15})$/;
/** Tokens at a time; whoever logs in beyond takes the place of the one that was used the longest time ago. */
const tokensMax = 100_000;

/** The letters of a new token; `below` draws a number from a source of secrets. 91 bits. */
export function newLetters(below: (bound: number) => number): string {
  let word = "";
  for (let at = 0; at < letterCount; at++) word += letters.charAt(below(letters.length));
  return word;
}

/** The token as the client gets it. */
export function tokenText({ letters: word, index }: ReadToken): string {
  return `${word}.${index}`;
}

/** Takes a token apart; null: it is none. */
export function readSimpleToken(token: string): ReadToken | null {
  const match = form.exec(token);
  return match === null ? null : { letters: match[1] as string, index: Number(match[2]) };
}

/** What the log and the table have of a token: nobody finds the letters from it. */
export function digestOf(word: string): Uint8Array {
  return hash("sha256", word, "buffer");
}

/** See the module. */
export class SimpleTokens {
  private readonly clock: Pick<MemberClock, "now">;
  private readonly ttlMs: number;
  /** By digest in Base64; the one that was used last is the last. */
  private readonly entries = new Map<string, Entry>();

  /** Times in milliseconds. */
  constructor(clock: Pick<MemberClock, "now">, ttlMs: number) {
    this.clock = clock;
    this.ttlMs = ttlMs;
  }

  /** Takes a token that was committed. */
  add(digest: Uint8Array, index: number, user: string): void {
    const nowMs = this.clock.now();
    this.sweep(nowMs);
    if (this.entries.size >= tokensMax) {
      const [oldest] = this.entries.keys();
      if (oldest !== undefined) this.entries.delete(oldest);
    }
    const name = nameOf(digest);
    this.entries.delete(name);
    this.entries.set(name, { user, index, expiresAtMs: nowMs + this.ttlMs });
  }

  /** Whose token it is; it lives longer by being used. Null: nobody's, or it has expired. */
  find({ letters: word, index }: ReadToken): string | null {
    // What is looked up is a digest: how long that takes says nothing about how much of a guess was right.
    const name = hash("sha256", word, "base64");
    const entry = this.entries.get(name);
    if (entry === undefined || entry.index !== index) return null;
    const nowMs = this.clock.now();
    this.entries.delete(name);
    if (entry.expiresAtMs <= nowMs) return null;
    entry.expiresAtMs = nowMs + this.ttlMs;
    this.entries.set(name, entry);
    return entry.user;
  }

  /** Ends all tokens of some users. */
  endUsers(users: ReadonlySet<string>): void {
    for (const [name, { user }] of this.entries) if (users.has(user)) this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
  }

  /** How many are known. */
  get size(): number {
    return this.entries.size;
  }

  /** Those that expired are at the front: every use moves one to the end. */
  private sweep(nowMs: number): void {
    for (const [name, { expiresAtMs }] of this.entries) {
      if (expiresAtMs > nowMs) return;
      this.entries.delete(name);
    }
  }
}

function nameOf(digest: Uint8Array): string {
  return Buffer.from(digest).toString("base64");
}
