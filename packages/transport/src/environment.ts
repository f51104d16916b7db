/**
 * What every part of one member's TCP transport shares.
 */

import type { NodeId, Random } from "@quorate/raft";
import type { Clock, WallClock } from "./clock.ts";
import type { TransportEventSink } from "./event.ts";
import type { VersionRange } from "./handshake.ts";
import type { TcpLimits } from "./limits.ts";
import type { TlsIdentity } from "./tls-identity.ts";

/** Identity, seams and limits of a member. */
export type Environment = {
  readonly self: NodeId;
  readonly clusterId: bigint;
  readonly incarnation: number;
  readonly versions: VersionRange;
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly wallNow: WallClock;
  readonly random: Random;
  readonly tls: TlsIdentity | null;
  readonly emit: TransportEventSink;
  /** Where this member can be reached: what its handshakes say. */
  advertised: readonly string[];
};
