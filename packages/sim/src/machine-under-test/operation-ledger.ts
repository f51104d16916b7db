/**
 * Makes calls to somebody's machine, and writes down what was asked and told.
 *
 * Revisions are a matter of the store; here the index of the log stands for them: a command has that of its entry, a query
 * that up to which the member had applied. So the freshness of reads (R1, R3) is checked in the same way.
 */

import { MemberError, type Session, type StateMachine } from "@quorate/member";
import type { Observer } from "../observe/observation.ts";
import { type Client, NobodyThere } from "../workload/client.ts";
import type { Machine } from "../world/machine.ts";
import type { OperationCall } from "./operation-call.ts";
import { keyOf, resultText } from "./result-text.ts";
import type { CommandCall, QueryCall } from "./simulated-machine.ts";
import type { TestedMachine } from "./tested-machine.ts";

/** A call as a workload asks for it. */
export type WantedCall = CommandCall<unknown> | QueryCall<StateMachine, unknown, unknown>;

/** A command that was applied, and what came of it. */
type Executed = { readonly index: number; readonly result: string };

/** How a call is made. */
export type CallWay = {
  readonly session: Session<unknown> | null;
  readonly timeoutMs: number;
  readonly place: Machine;
};

/** See the module. */
export class OperationLedger {
  readonly calls: OperationCall[] = [];
  private readonly leaseReads: boolean;
  private readonly codec: StateMachine;
  private readonly testedOf: (member: object) => TestedMachine;
  private readonly executed = new Map<string, Executed[]>();
  private lastIndex = 0;

  /** `codec`: a machine that knows how results are encoded. */
  constructor(leaseReads: boolean, codec: StateMachine, testedOf: (member: object) => TestedMachine) {
    this.leaseReads = leaseReads;
    this.codec = codec;
    this.testedOf = testedOf;
  }

  /** Takes an observation. */
  readonly take: Observer = (observation) => {
    if (observation.kind !== "machine-result" || observation.index <= this.lastIndex) return;
    const { index, data, result } = observation;
    this.lastIndex = index;
    const key = keyOf(data);
    const known = this.executed.get(key);
    if (known === undefined) this.executed.set(key, [{ index, result }]);
    else known.push({ index, result });
  };

  /** Makes a call; resolves with its line when it ended, however it did. */
  async call(client: Client, wanted: WantedCall, way: CallWay): Promise<OperationCall> {
    const call: OperationCall = {
      number: this.calls.length + 1,
      client: client.number,
      input: wanted.input,
      kind: "command" in wanted ? "command" : wanted.isSerializable === true ? "serializable query" : "query",
      calledAtUs: client.nowUs,
      fate: "unknown",
      output: null,
      index: 0,
      returnedAtUs: Number.POSITIVE_INFINITY,
    };
    this.calls.push(call);
    if ("command" in wanted) await this.command(client, call, wanted.command, way);
    else await this.query(client, call, wanted, way);
    return call;
  }

  private async command(
    client: Client,
    call: OperationCall,
    given: Uint8Array,
    { session, timeoutMs, place }: CallWay,
  ): Promise<void> {
    const { witness, ghost } = client.world;
    // The workload may use its memory again.
    const data = given.slice();
    const { number } = call;
    // An entry that does not exist yet stands behind everything that is committed.
    const floor = ghost.lastCommitted;
    witness.see(place.id, { kind: "command-called", call: number, data });
    await this.settle(client, call, () =>
      client.callMember(
        ({ member }) =>
          session === null ? member.propose(data, { timeoutMs }) : session.propose(data, { timeoutMs }),
        place,
      ),
    );
    if (call.fate === "answered") {
      const result = resultText(this.codec, call.output);
      witness.see(place.id, { kind: "machine-answered", call: number, result });
      const executed = this.executed.get(keyOf(data)) ?? [];
      call.index = executed.find((one) => one.index > floor && one.result === result)?.index ?? 0;
    }
    witness.see(place.id, { kind: "command-answered", call: number, fate: call.fate, revision: call.index });
  }

  private async query(
    client: Client,
    call: OperationCall,
    { query }: QueryCall<StateMachine, unknown, unknown>,
    { timeoutMs, place }: CallWay,
  ): Promise<void> {
    const { witness } = client.world;
    const { number } = call;
    const fresh = this.leaseReads ? "lease" : "linearizable";
    const isSerializable = call.kind === "serializable query";
    const read = isSerializable ? "serializable" : fresh;
    witness.see(place.id, { kind: "read-called", call: number, read, at: 0 });
    await this.settle(client, call, () =>
      client.callMember(({ member }) => {
        const look = (): unknown => {
          call.index = member.appliedIndex;
          return this.testedOf(member).ask(query);
        };
        return member.read(look, {
          timeoutMs,
          consistency: isSerializable ? "stale" : this.leaseReads ? "lease" : "linearizable",
        });
      }, place),
    );
    if (call.fate !== "answered") witness.see(place.id, { kind: "read-failed", call: number });
    else witness.see(place.id, { kind: "read-answered", call: number, revision: call.index, rows: [] });
  }

  private async settle(client: Client, call: OperationCall, run: () => Promise<unknown>): Promise<void> {
    try {
      call.output = await run();
      call.fate = "answered";
    } catch (error) {
      const isDefinite = error instanceof MemberError && error.definite;
      if (error instanceof NobodyThere || isDefinite) call.fate = "refused";
    }
    call.returnedAtUs = client.nowUs;
  }
}
