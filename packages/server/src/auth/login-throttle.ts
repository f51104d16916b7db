/**
 * Slows down who guesses passwords: failed logins are counted by user and by address of the client.
 *
 * A login takes from both buckets before its password is looked at, and gets it back if the password was right: so a
 * thousand guesses at once are no better than one after the other. Who is out of tokens is refused before any hashing.
 *
 * The bucket of a user is shared by all addresses: guessing from many places does not help. The price is that somebody
 * who fails often enough keeps the user itself from logging in, though not from using the tokens that it has. The bucket
 * of an address is larger, for many users may be behind one.
 */

import { type Now, type Rate, RateLimit } from "./rate-limit.ts";

/** What a user gets: ten typing errors at once, then one guess a second. */
const userRate: Rate = { perSecond: 1, burst: 10 };
/** What an address gets. */
const addressRate: Rate = { perSecond: 5, burst: 50 };

/** Users with longer names share a bucket: names that nobody has are not kept. */
const nameLengthMax = 256;

/** See the module. */
export class LoginThrottle {
  private readonly users: RateLimit;
  private readonly addresses: RateLimit;

  constructor(now: Now) {
    this.users = new RateLimit(userRate, now);
    this.addresses = new RateLimit(addressRate, now);
  }

  /** Whether a login may be tried; it counts as failed until {@link succeeded}. `peer` is `address:port`. */
  begin(user: string, peer: string): boolean {
    const [name, address] = [nameOf(user), addressOf(peer)];
    if (!this.users.has(name) || !this.addresses.has(address)) return false;
    return this.users.take(name) && this.addresses.take(address);
  }

  /** The password was right, or was never looked at. */
  succeeded(user: string, peer: string): void {
    this.users.giveBack(nameOf(user));
    this.addresses.giveBack(addressOf(peer));
  }
}

/** The address without the port: of one machine there are many. */
export function addressOf(peer: string): string {
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}

function nameOf(user: string): string {
  return user.length > nameLengthMax ? "\0" : user;
}
