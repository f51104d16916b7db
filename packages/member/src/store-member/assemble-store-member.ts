/**
 * Members that replicate the store, assembled from their seams: the same way in production and in simulation. The entry
 * point `@quorate/member/store`.
 */

import {
  type Backend,
  type Hasher,
  type Outcome,
  Store,
  type StoreEvent,
  StoreMachine,
  type WatchLimits,
} from "@quorate/store";
import { assembleMember, type MemberSeams, type MemberSettings } from "../assemble.ts";
import { completeLimits } from "../options.ts";
import type { StateMachine } from "../state-machine.ts";
import { resolveTiming, tickMs } from "../timing.ts";
import type { AutoCompaction } from "./auto-compactor.ts";
import { StoreMember } from "./store-member.ts";

export type {
  AuthCalls,
  AuthListener,
  AuthNamesAnswer,
  AuthRoleAnswer,
  AuthStatusAnswer,
  AuthUserAnswer,
  StoreCallOptions,
} from "./auth-calls.ts";
export type { AutoCompaction } from "./auto-compactor.ts";
export type { KeptAlive, LeaseTime } from "./lease-calls.ts";
export {
  type ReadConsistency,
  StoreMember,
  type StoreMemberParts,
} from "./store-member.ts";
export type { StoreStatus } from "./store-status.ts";
export type { OpenWatch } from "./watch-pump.ts";

/** What every store member is told, wherever it runs. */
export type StoreMemberSettings = Omit<MemberSettings<Outcome>, "stateMachine"> & {
  /** Bytes in use at which writes are refused; 0 is no quota. Default 2 GiB, as etcd. */
  readonly quotaBytes?: number;
  /** Entries in the write buffer at which a commit starts by itself. Default 10,000. */
  readonly flushEntriesMax?: number;
  readonly watchLimits?: Partial<WatchLimits>;
  /** Rows of a range that are read in one go, before others get their turn; 10 000 take about ten milliseconds. */
  readonly rangePageRows?: number;
  /** Default off. */
  readonly autoCompaction?: AutoCompaction;
  /** How often the leader compares all members' data; 0: never, the default. */
  readonly corruptCheckMs?: number;
  /** Whether it also does after each compaction. Default false. */
  readonly compactHashCheck?: boolean;
  /** Whether this member compares its data with its peers' before it serves. Default false. */
  readonly initialCorruptCheck?: boolean;
  /** How often the remaining time of long leases is written into the log; 0: never, the default. */
  readonly leaseCheckpointMs?: number;
  /** Makes SHA-256 hashers for snapshots. Default: plain JavaScript. */
  readonly sha256?: () => Hasher;
  /** Receives the store's events. */
  readonly onStoreEvent?: (event: StoreEvent) => void;
};

/** The seams, opened. */
export type StoreMemberSeams = MemberSeams & {
  readonly backend: Backend;
  /** Puts an observer around the state machine, which must behave as the machine does. Default: none. */
  readonly observeMachine?: (machine: StateMachine<Outcome>) => StateMachine<Outcome>;
  /** Closes the backend; called last of all. Default: nothing. */
  readonly closeBackend?: () => Promise<void>;
};

/**
 * Starts a store member on its seams, which it owns from now on.
 * @throws MemberError, StoreError: nothing is running then
 */
export async function assembleStoreMember(
  settings: StoreMemberSettings,
  seams: StoreMemberSeams,
): Promise<StoreMember> {
  const closeBackend = seams.closeBackend ?? (() => Promise.resolve());
  let storeMember: StoreMember | null = null;
  try {
    const store = new Store({
      backend: seams.backend,
      sink: (event) => {
        settings.onStoreEvent?.(event);
        storeMember?.noteStore(event);
      },
      onWatchReady: () => storeMember?.noteWatches(),
      ...(settings.quotaBytes === undefined ? {} : { quotaBytes: settings.quotaBytes }),
      ...(settings.flushEntriesMax === undefined ? {} : { flushEntriesMax: settings.flushEntriesMax }),
      ...(settings.watchLimits === undefined ? {} : { watchLimits: settings.watchLimits }),
      ...(settings.sha256 === undefined ? {} : { sha256: settings.sha256 }),
    });
    const machine = new StoreMachine(store);
    const stateMachine = seams.observeMachine?.(machine) ?? machine;
    const member = await assembleMember<Outcome>({ ...settings, stateMachine }, seams);
    const timing = resolveTiming(settings.profile ?? "default", settings.timing);
    storeMember = new StoreMember({
      member,
      store,
      clock: seams.clock,
      random: seams.random,
      electionMinMs: timing.electionTicks * tickMs,
      electionMaxMs: (timing.electionTicks + timing.electionSpreadTicks) * tickMs,
      requestTimeoutMs: completeLimits(settings.limits ?? {}).requestTimeoutMs,
      leaseReads: settings.leaseReads ?? false,
      rangePageRows: settings.rangePageRows ?? 10_000,
      leaseCheckpointMs: settings.leaseCheckpointMs ?? 0,
      autoCompaction: settings.autoCompaction ?? { mode: "off" },
      corruptCheckMs: settings.corruptCheckMs ?? 0,
      compactHashCheck: settings.compactHashCheck ?? false,
      closeBackend,
    });
    if (settings.initialCorruptCheck === true) await storeMember.checkAtStart();
    return storeMember;
  } catch (error) {
    if (storeMember !== null) {
      await storeMember.stop();
    } else {
      await seams.transport.close();
      await closeBackend();
    }
    throw error;
  }
}
