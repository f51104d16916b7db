/**
 * The ledger: makes calls of keys and writes down what was asked and told.
 */

import type { Session } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import { type Command, encodeCommand, type Outcome } from "@quorate/store";
import type { ReadKind, RowSeen } from "../observe/client-observation.ts";
import type { Seen } from "../observe/observation.ts";
import type { Machine } from "../world/machine.ts";
import type { AuthUser } from "./auth-user.ts";
import { type Client, NobodyThere } from "./client.ts";
import type { KvCall, KvInput, KvOutput } from "./kv-operation.ts";
import {
  commandOf,
  foundBy,
  isDefinite,
  rangeAskedBy,
  refusalOf,
  requestRead,
  requestWrite,
} from "./kv-request.ts";
import { recordRead } from "./permission-record.ts";

/** How a call is made, besides what it asks. */
export type CallManner = {
  /** Default: without one. */
  readonly session?: Session<Outcome> | null;
  readonly timeoutMs: number;
  /** Default: where the client is. */
  readonly place?: Machine;
  /** As whom. Default: there are no users. */
  readonly user?: AuthUser | null;
};

/** See the module. */
export class CallLedger {
  /** All calls, in the order in which they were made. */
  readonly calls: KvCall[] = [];
  private readonly leaseReads: boolean;

  /** `leaseReads`: whether leaders answer from their lease. */
  constructor(leaseReads: boolean) {
    this.leaseReads = leaseReads;
  }

  /** Makes a call; resolves with its line when it ended, however it did. */
  async call(client: Client, input: KvInput, manner: CallManner): Promise<KvCall> {
    const { place = client.place, user = null } = manner;
    const { witness } = client.world;
    const call: KvCall = {
      number: this.calls.length + 1,
      client: client.number,
      input,
      calledAtUs: client.nowUs,
      fate: "unknown",
      output: null,
      returnedAtUs: Number.POSITIVE_INFINITY,
    };
    this.calls.push(call);
    const command = commandOf(input);
    witness.see(place.id, this.begun(call, command));
    let code: string | null = null;
    try {
      call.output = await client.call(
        (member) => this.carryOut(client, call, command, member, manner),
        place,
      );
      call.fate = "answered";
      code = "";
    } catch (error) {
      if (error instanceof NobodyThere || isDefinite(error)) call.fate = "refused";
      code = refusalOf(error);
    }
    call.returnedAtUs = client.nowUs;
    witness.see(place.id, ended(call));
    if (user !== null && code !== null) {
      user.note(code);
      if (command !== null)
        witness.see(place.id, {
          kind: "command-told",
          call: call.number,
          data: encodeCommand(command),
          code,
        });
    }
    return call;
  }

  /** At the member. */
  private async carryOut(
    client: Client,
    { number, input }: KvCall,
    command: Command | null,
    storeMember: StoreMember,
    { session = null, timeoutMs, user = null }: CallManner,
  ): Promise<KvOutput> {
    const principal = user?.principalAt(storeMember) ?? null;
    const options = { session, timeoutMs, principal };
    if (command !== null) return requestWrite(storeMember, input, command, options);
    if (user === null) return foundBy(input, await requestRead(storeMember, input, options));
    const asked = { call: number, principal, read: this.kindOf(input), ranges: [rangeAskedBy(input)] };
    const result = await recordRead(client, storeMember, asked, () =>
      requestRead(storeMember, input, options),
    );
    return foundBy(input, result);
  }

  private kindOf(input: KvInput): ReadKind {
    if (input.kind === "get" && input.isSerializable) return "serializable";
    return this.leaseReads ? "lease" : "linearizable";
  }

  private begun({ number, input }: KvCall, command: Command | null): Seen {
    if (command !== null) return { kind: "command-called", call: number, data: encodeCommand(command) };
    return { kind: "read-called", call: number, read: this.kindOf(input), at: 0 };
  }
}

function ended({ number, input, fate, output }: KvCall): Seen {
  if (input.kind !== "get" && input.kind !== "scan")
    return { kind: "command-answered", call: number, fate, revision: output?.revision ?? 0 };
  if (output === null) return { kind: "read-failed", call: number };
  return { kind: "read-answered", call: number, revision: output.revision, rows: rowsOf(input, output) };
}

function rowsOf(input: KvInput, output: KvOutput): readonly RowSeen[] {
  if (output.kind === "scan") return [...output.found].map(([key, version]) => ({ key, ...version }));
  if (output.kind !== "get" || input.kind !== "get" || output.found === null) return [];
  return [{ key: input.key, ...output.found }];
}
