/**
 * Ready: the effects of the inputs since the last one, for the application to carry out.
 */

import type { Entry } from "./entry.ts";
import type { Message } from "./message.ts";
import type { Snapshot } from "./snapshot.ts";
import type { HardState, SoftState } from "./state.ts";

/** The answer to a read request: the state machine may be read once it has applied `index`. */
export type ReadState = { readonly index: number; readonly requestId: number };

/** The one empty list of answers. */
export const noReadStates: readonly ReadState[] = Object.freeze([]);

/**
 * What to do next.
 *
 * **Synchronous mode** (default). In this order: (1) store `hardState`, `entries` and `snapshot`, and if `mustSync`
 * make them durable; (2) send `messages` (those that need not wait for (1) may go earlier: `MsgApp` of a leader,
 * thesis §10.2.1); (3) apply `snapshot`, then `committedEntries`, calling `applyConfChange` for each membership
 * entry; (4) call `advance()`. The next `ready()` comes after that.
 *
 * **Asynchronous storage writes.** Everything is in `messages`: a `MsgStorageAppend` to the append thread (hard state
 * in term, vote and commit; entries; snapshot) and a `MsgStorageApply` to the apply thread. Each thread works in
 * order and loses nothing; when the work is durable (applied), each of the message's `responses` is delivered, to
 * this member by `step()` or to a peer. There is no `advance()`. The other fields repeat the contents for logs.
 *
 * The lists belong to the receiver of the Ready, entries and messages are immutable.
 */
export type Ready = {
  /** Role and leader, if one of them changed. */
  readonly softState: SoftState | null;
  /** Term, vote and commit, if one of them changed. */
  readonly hardState: HardState | null;
  readonly readStates: readonly ReadState[];
  /** Entries to store. They may replace a suffix of the stored log. */
  readonly entries: readonly Entry[];
  /** A snapshot received from the leader, to store and apply in place of everything before. */
  readonly snapshot: Snapshot | null;
  /** Entries to apply. */
  readonly committedEntries: readonly Entry[];
  /** Messages to send, in order per receiver. */
  readonly messages: readonly Message[];
  /**
   * Whether hard state and entries must be durable before `messages` are sent: false if only the commit index changed. A
   * snapshot must always be durable before them.
   */
  readonly mustSync: boolean;
};
