/**
 * The ledger: makes calls of keys and writes down what was asked and told.
 */

import type { Session } from "@quorate/member";
import { encodeCommand, type Outcome } from "@quorate/store";
import type { RowSeen } from "../observe/client-observation.ts";
import type { Seen } from "../observe/observation.ts";
import type { Machine } from "../world/machine.ts";
import { type Client, NobodyThere } from "./client.ts";
import type { KvCall, KvInput, KvOutput } from "./kv-operation.ts";
import { commandOf, isDefinite, request } from "./kv-request.ts";

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
  async call(
    client: Client,
    input: KvInput,
    session: Session<Outcome> | null,
    timeoutMs: number,
    place: Machine = client.place,
  ): Promise<KvCall> {
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
    witness.see(place.id, this.begun(call));
    try {
      call.output = await client.call((member) => request(member, input, session, timeoutMs), place);
      call.fate = "answered";
    } catch (error) {
      if (error instanceof NobodyThere || isDefinite(error)) call.fate = "refused";
    }
    call.returnedAtUs = client.nowUs;
    witness.see(place.id, ended(call));
    return call;
  }

  private begun({ number, input }: KvCall): Seen {
    const command = commandOf(input);
    if (command !== null) return { kind: "command-called", call: number, data: encodeCommand(command) };
    const fresh = this.leaseReads ? "lease" : "linearizable";
    const isSerializable = input.kind === "get" && input.isSerializable;
    return { kind: "read-called", call: number, read: isSerializable ? "serializable" : fresh, at: 0 };
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
