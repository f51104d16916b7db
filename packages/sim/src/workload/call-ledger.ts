/**
 * The ledger: makes calls of keys and writes down what was asked and told.
 */

import type { Session } from "@quorate/member";
import { type Command, encodeCommand, type Outcome, type RangeResponse, type Result } from "@quorate/store";
import type { ReadKind, RowSeen } from "../observe/client-observation.ts";
import type { Seen } from "../observe/observation.ts";
import type { Running } from "../subject/subject.ts";
import type { Machine } from "../world/machine.ts";
import type { AuthUser } from "./auth-user.ts";
import { type Caller, type Client, NobodyThere, storeMemberOf } from "./client.ts";
import type { Fate, KvCall, KvInput, KvOutput, KvVersion } from "./kv-operation.ts";
import {
  commandOf,
  foundBy,
  isDefinite,
  rangeAskedBy,
  refusalOf,
  requestRead,
  requestWrite,
  writtenBy,
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

  /** Makes a call; tells its line when it ended, however it did. */
  call(client: Client, input: KvInput, manner: CallManner, onEnd: (call: KvCall) => void): void {
    const place = manner.place ?? client.place;
    const line: KvCall = {
      number: this.calls.length + 1,
      client: client.number,
      input,
      calledAtUs: client.nowUs,
      fate: "unknown",
      output: null,
      returnedAtUs: Number.POSITIVE_INFINITY,
    };
    this.calls.push(line);
    const caller = new KvCaller(client, line, this.kindOf(input), manner, place, onEnd);
    caller.seeBegun();
    client.begin(caller, place);
  }

  private kindOf(input: KvInput): ReadKind {
    if (input.kind === "get" && input.isSerializable) return "serializable";
    return this.leaseReads ? "lease" : "linearizable";
  }
}

/** A call without an end so far. */
class KvCaller implements Caller<KvOutput> {
  private readonly client: Client;
  private readonly line: KvCall;
  private readonly read: ReadKind;
  private readonly manner: CallManner;
  private readonly place: Machine;
  private readonly onEnd: (call: KvCall) => void;
  private readonly user: AuthUser | null;
  private readonly command: Command | null;
  /** The command, encoded. */
  private readonly data: Uint8Array | null;

  constructor(
    client: Client,
    line: KvCall,
    read: ReadKind,
    manner: CallManner,
    place: Machine,
    onEnd: (call: KvCall) => void,
  ) {
    this.client = client;
    this.line = line;
    this.read = read;
    this.manner = manner;
    this.place = place;
    this.onEnd = onEnd;
    this.user = manner.user ?? null;
    this.command = commandOf(line.input);
    this.data = this.command === null ? null : encodeCommand(this.command);
  }

  seeBegun(): void {
    const { data, read } = this;
    const call = this.line.number;
    this.see(
      data === null ? { kind: "read-called", call, read, at: 0 } : { kind: "command-called", call, data },
    );
  }

  /** At the member. */
  run(running: Running): Promise<KvOutput> {
    const storeMember = storeMemberOf(running);
    const { client, line, read, manner, user, command } = this;
    const { number, input } = line;
    const principal = user?.principalAt(storeMember) ?? null;
    const options = { session: manner.session ?? null, timeoutMs: manner.timeoutMs, principal };
    if (command !== null)
      return requestWrite(storeMember, command, options).then((response) => writtenBy(input, response));
    let reading: Promise<Result<RangeResponse>>;
    if (user === null) {
      reading = requestRead(storeMember, input, options);
    } else {
      const asked = { call: number, principal, read, ranges: [rangeAskedBy(input)] };
      reading = recordRead(client, storeMember, asked, () => requestRead(storeMember, input, options));
    }
    return reading.then((result) => foundBy(input, result));
  }

  resolve(output: KvOutput): void {
    this.line.output = output;
    this.end("answered", "");
  }

  reject(error: Error): void {
    const isRefused = error instanceof NobodyThere || isDefinite(error);
    this.end(isRefused ? "refused" : "unknown", refusalOf(error));
  }

  /** `code`: why the store refused; empty if it did not, null if it gave no answer. */
  private end(fate: Fate, code: string | null): void {
    const { line, user, data } = this;
    line.fate = fate;
    line.returnedAtUs = this.client.nowUs;
    this.see(ended(line));
    if (user !== null && code !== null) {
      user.note(code);
      if (data !== null) this.see({ kind: "command-told", call: line.number, data, code });
    }
    this.onEnd(line);
  }

  private see(seen: Seen): void {
    this.client.world.witness.see(this.place.id, seen);
  }
}

function ended({ number, input, fate, output }: KvCall): Seen {
  if (input.kind !== "get" && input.kind !== "scan")
    return { kind: "command-answered", call: number, fate, revision: output?.revision ?? 0 };
  if (output === null) return { kind: "read-failed", call: number };
  return { kind: "read-answered", call: number, revision: output.revision, rows: rowsOf(input, output) };
}

function rowsOf(input: KvInput, output: KvOutput): readonly RowSeen[] {
  const rows: RowSeen[] = [];
  if (output.kind === "scan") {
    for (const [key, version] of output.found) rows.push(rowOf(key, version));
  } else if (output.kind === "get" && input.kind === "get" && output.found !== null) {
    rows.push(rowOf(input.key, output.found));
  }
  return rows;
}

function rowOf(key: string, { value, createRevision, modRevision, version }: KvVersion): RowSeen {
  return { key, value, createRevision, modRevision, version };
}
