/**
 * What the store tells its one optional sink: logs, metrics and the member's lease clock are adapters over it. Events of
 * apply come in the order of the log; none may call back into the store.
 */

import type { AuthEvent } from "./auth/auth-api.ts";
import type { Lease } from "./lessor.ts";
import type { Alarm } from "./outcome.ts";

export type StoreEvent =
  /** Users, roles, tokens. */
  | AuthEvent
  /** A lease exists from now on, or its checkpoint moved. */
  | { readonly kind: "lease-changed"; readonly lease: Lease }
  /** A lease and its keys are gone. */
  | { readonly kind: "lease-removed"; readonly id: bigint; readonly keys: number }
  | { readonly kind: "alarm-raised"; readonly alarm: Alarm }
  | { readonly kind: "alarm-cleared"; readonly alarm: Alarm }
  /** Superseded versions up to a revision are out of reach. */
  | { readonly kind: "compacted"; readonly compactRevision: number }
  /** A commit became durable. */
  | { readonly kind: "flushed"; readonly durableIndex: number; readonly entries: number }
  /** A snapshot took the place of the state: leases, alarms and users must be read anew. */
  | { readonly kind: "restored"; readonly appliedIndex: number };
