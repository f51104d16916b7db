/**
 * What the health checks ask, answered by the member once it is there.
 */

import type { MemberStatus } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import type { HealthSource } from "./front/health-checks.ts";
import { toRpcError } from "./rpc/error-table.ts";

const alarmNames = ["NONE", "NOSPACE", "CORRUPT"];

/** See the module. */
export class MemberHealth implements HealthSource {
  private storeMember: StoreMember | null = null;
  private timeoutMs = 0;
  /** Why calls are not served; null: they are. */
  refusal: string | null = "the server is starting";

  /** The member takes part; a linearizable read may take so long. */
  attach(storeMember: StoreMember, timeoutMs: number): void {
    this.storeMember = storeMember;
    this.timeoutMs = timeoutMs;
    this.refusal = null;
  }

  get hasLeader(): boolean {
    return (this.storeMember?.member.lead ?? 0) !== 0;
  }

  get isLearner(): boolean {
    return this.storeMember?.member.health().isLearner ?? false;
  }

  get alarms(): readonly string[] {
    return (this.storeMember?.store.alarms ?? []).map(({ alarm }) => alarmNames[alarm] ?? `alarm ${alarm}`);
  }

  /** The member's status, for people; null while there is none. */
  status(): MemberStatus | null {
    return this.storeMember?.member.status() ?? null;
  }

  async readLinearizable(): Promise<void> {
    await asClientsSeeIt(() => this.needMember().confirm({ timeoutMs: this.timeoutMs }));
  }

  async readSerializable(): Promise<void> {
    const storeMember = this.needMember();
    await asClientsSeeIt(() =>
      storeMember.member.read(() => storeMember.store.revision, { consistency: "stale" }),
    );
  }

  private needMember(): StoreMember {
    if (this.storeMember === null) throw new Error("the server is starting");
    return this.storeMember;
  }
}

/** Errors with the texts that operators of etcd know. */
async function asClientsSeeIt(read: () => Promise<unknown>): Promise<void> {
  try {
    await read();
  } catch (error) {
    throw new Error(toRpcError(error).message, { cause: error });
  }
}
