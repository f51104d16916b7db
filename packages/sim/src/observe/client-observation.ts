/**
 * What clients of a run see, and what only the runner knows: the observations that the invariants of reads, commands,
 * watches, leases and liveness go by. Plain data; keys and values are texts (those of the workloads are ASCII).
 *
 * Whoever makes the calls emits them through the witness: `witness.see(node, …)`, with the member that was called as the
 * node, or 0 where that does not matter. Calls, watches and probes have numbers that are never used twice in a run.
 */

import type { NodeId } from "@quorate/raft";

/** A version of a key, as a client read it. */
export type RowSeen = {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
};

/** A change of a key, as a watch delivered it; of a deletion only key and modRevision count. */
export type EventSeen = RowSeen & { readonly type: "put" | "delete" };

/** All changes of one revision that a watch delivered. */
export type GroupSeen = { readonly revision: number; readonly events: readonly EventSeen[] };

/** How a read was asked for. With lease reads, what a client calls linearizable is answered from the lease. */
export type ReadKind = "linearizable" | "lease" | "serializable";

/**
 * What may be asked about users, and how what is shown is written down: whether permissions are checked, and the revision of
 * users (`on 7`); a user's roles (`r1 r2`); a role's permissions, in order (`0 k/1..k/2, 2 k/4..`).
 */
export type UsersQuery = "status" | "user" | "role";

/** See the module. Each line says who emits it, and when. */
export type ClientSeen =
  /** The runner, before anything else: whether leaders answer from leases, and how fast a clock may drift at most. */
  | { readonly kind: "setup"; readonly leaseReads: boolean; readonly driftPpm: number }

  // --- reads and commands
  /** A client, before it calls. `at`: the revision that it asks for; 0: the current one. */
  | { readonly kind: "read-called"; readonly call: number; readonly read: ReadKind; readonly at: number }
  /** The client, when it has the answer: the revision of its header, and the rows. */
  | {
      readonly kind: "read-answered";
      readonly call: number;
      readonly revision: number;
      readonly rows: readonly RowSeen[];
    }
  /** The client, when it got an error, or gave up. */
  | { readonly kind: "read-failed"; readonly call: number }
  /** A client, before it calls. `data`: the encoded command, which differs from every other one of the run. */
  | { readonly kind: "command-called"; readonly call: number; readonly data: Uint8Array }
  /** The client, when the call ended; `revision` is that of the answer, 0 if there is none. */
  | {
      readonly kind: "command-answered";
      readonly call: number;
      readonly fate: "answered" | "unknown" | "refused";
      readonly revision: number;
    }
  /** A client, when its compaction was answered: versions before `revision` are out of reach. */
  | { readonly kind: "compaction-answered"; readonly revision: number }

  // --- users and permissions
  /**
   * A client of somebody, when its read came to the member, who then decides: who asks, and which keys it wants to see.
   * `authRevision` is as of which the front took the user's word; without a `user` nobody said who asks.
   */
  | {
      readonly kind: "permission-asked";
      readonly call: number;
      readonly user: string | null;
      readonly authRevision: number;
      readonly read: ReadKind;
      readonly ranges: readonly { readonly key: string; readonly rangeEnd: string }[];
    }
  /** The same, in the turn in which the member answers: `code` is why not, empty if it may; then with the revision. */
  | {
      readonly kind: "permission-told";
      readonly call: number;
      readonly code: string;
      readonly revision: number;
    }
  /** The same of a question about users, which is always as fresh as `read` says. `name`: which user or role; else empty. */
  | {
      readonly kind: "users-asked";
      readonly call: number;
      readonly user: string | null;
      readonly authRevision: number;
      readonly read: ReadKind;
      readonly query: UsersQuery;
      readonly name: string;
    }
  /** `code` is why there is no answer; if it is empty, `shown` is what the answer shows, as {@link UsersQuery} says. */
  | { readonly kind: "users-told"; readonly call: number; readonly code: string; readonly shown: string }
  /**
   * A client of somebody, when a command was answered: why it was refused; empty: it was not. `data`: the encoded command,
   * without who asked; it differs from every other one of the run.
   */
  | {
      readonly kind: "command-told";
      readonly call: number;
      readonly data: Uint8Array;
      readonly code: string;
    }
  /**
   * The machine, right before it tells of an entry that changed users or roles, or that it goes on from another state which
   * has any: their digest.
   */
  | { readonly kind: "auth-state"; readonly digest: number }

  // --- watches
  /**
   * A client, when its watch was made at a member. `startRevision`: the first that counts (asked for "from now on": the
   * member's revision plus one). `resumes`: the watch that it goes on from, or 0.
   */
  | {
      readonly kind: "watch-opened";
      readonly watch: number;
      readonly key: string;
      /** Empty: the one key; "\0": all from `key` on; else the first key behind the range. */
      readonly rangeEnd: string;
      readonly startRevision: number;
      readonly noPut: boolean;
      readonly noDelete: boolean;
      readonly resumes: number;
    }
  /** The client, for each batch that a poll handed out. */
  | {
      readonly kind: "watch-delivered";
      readonly watch: number;
      readonly groups: readonly GroupSeen[];
      /** Everything that matches up to here has been handed out. */
      readonly throughRevision: number;
    }
  /** The client, when it was told that it has everything up to a revision. */
  | { readonly kind: "watch-progress"; readonly watch: number; readonly revision: number }
  /** The client, when the watch is over; `compactRevision` is 0 unless the member ended it for a compaction. */
  | { readonly kind: "watch-ended"; readonly watch: number; readonly compactRevision: number }

  // --- leases
  /** A client, when its grant or keep-alive was answered with that TTL; `sentAtUs`: when it had called, in true time. */
  | {
      readonly kind: "lease-granted" | "lease-kept";
      readonly lease: bigint;
      readonly ttlMs: number;
      readonly sentAtUs: number;
    }
  /** A client, before it asks to revoke a lease: from now on it may go at any time. */
  | { readonly kind: "lease-revoke-called"; readonly lease: bigint }

  // --- what is replicated
  /**
   * The machine, of a member's `digest()`, that is of state, sessions and members together: at its event `snapshot-begun`
   * (`made`), at `snapshot-restored` (`restored`), and when it begins to run (`start`).
   */
  | {
      readonly kind: "replicated";
      readonly index: number;
      readonly digest: string;
      readonly by: "made" | "restored" | "start";
    }

  // --- liveness
  /** The runner, when the core was healed for good: who it is, and within what time somebody must lead. */
  | {
      readonly kind: "liveness-begun";
      readonly core: readonly NodeId[];
      readonly electWithinMs: number;
    }
  /** The runner, if too much was lost for ever: no majority can be healed, and nothing can be asked for. */
  | { readonly kind: "liveness-impossible" }
  /** The runner, before it asks a member of the core (`node`) to write something; and when that was answered. */
  | { readonly kind: "probe-called" | "probe-answered"; readonly probe: number }
  /** The runner, when the core came to rest, or its time is over. */
  | { readonly kind: "liveness-ended" };
