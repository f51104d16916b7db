/**
 * A client of somebody that asks for ranges, and for several things at once: for what a permission of one key cannot give, and
 * what is not all or nothing. What it reads is not compared with anything; whether it may is what counts.
 */

import type { StoreMember } from "@quorate/member/store";
import {
  type Command,
  type Compare,
  CompareResult,
  CompareTarget,
  compare,
  deleteRangeRequest,
  encodeCommand,
  type Operation,
  type Outcome,
  putRequest,
  type RangeRequest,
  rangeRequest,
  txnRequest,
} from "@quorate/store";
import type { World } from "../world/world.ts";
import { AuthUser, roleNames, userNames } from "./auth-user.ts";
import { Client } from "./client.ts";
import { drawRange, type TextRange } from "./key-choice.ts";
import { bytesOf, keyPrefix } from "./kv-request.ts";
import { recordRead, recordUsers } from "./permission-record.ts";

const timeoutMs = 2000;
const thinkUs = 40_000;
/** Calls of these clients have numbers that those of the ledger never reach. */
const callsEach = 1_000_000;

/** See the module. */
export class ReaderClient {
  private readonly client: Client;
  private readonly user: AuthUser;
  private readonly keys: number;
  private readonly leaseReads: boolean;
  private calls = 0;
  private isOver = false;

  constructor(world: World, number: number, keys: number) {
    this.client = new Client(world, 2000 + number, "reader");
    this.user = new AuthUser(world, "reader", number);
    this.keys = keys;
    this.leaseReads = world.settings.leaseReads ?? false;
  }

  start(): void {
    this.again();
  }

  stop(): void {
    this.isOver = true;
  }

  private again(): void {
    this.client.after(this.client.random.delayUs(1000, thinkUs), () => this.next());
  }

  private next(): void {
    if (this.isOver) return;
    if (this.user.needsToken) {
      void this.user.signIn(this.client, timeoutMs).then(() => this.again());
      return;
    }
    this.ask().then(
      (code) => {
        this.user.note(code);
        if (this.client.random.chance(20_000)) this.client.leave();
        this.again();
      },
      () => {
        this.client.leave();
        this.again();
      },
    );
  }

  /** Why it was refused; empty: it was not. */
  private ask(): Promise<string> {
    const call = this.client.number * callsEach + ++this.calls;
    const kind = this.client.random.below(12);
    if (kind < 5) return this.read(call, 1);
    if (kind >= 10) return this.askAboutUsers(call);
    return kind < 7 ? this.read(call, this.client.random.between(2, 4)) : this.write(call);
  }

  private drawRange(): TextRange {
    return drawRange(this.client.random, this.keys);
  }

  /** Reads a range, or several in a transaction, some of them as conditions. */
  private async read(call: number, count: number): Promise<string> {
    const { random } = this.client;
    const ranges = Array.from({ length: count }, () => this.drawRange());
    const consistency = random.chance(400_000) ? "serializable" : "linearizable";
    const fresh = this.leaseReads ? "lease" : "linearizable";
    const conditions = count > 1 ? random.below(count) : 0;
    const run = (storeMember: StoreMember): Promise<{ readonly ok: boolean; readonly code?: string }> => {
      const principal = this.user.principalAt(storeMember);
      const options = { timeoutMs, principal };
      const requests = ranges.map(rangeOf);
      const [first] = requests;
      const read = consistency === "serializable" ? consistency : fresh;
      return recordRead<{ readonly revision: number }>(
        this.client,
        storeMember,
        { call, principal, read, ranges },
        () =>
          count === 1 && first !== undefined
            ? storeMember.range(first, consistency, options)
            : storeMember.readTxn(txnOf(requests, conditions), consistency, options),
      );
    };
    const { code = "" } = await this.client.call(run);
    return code;
  }

  /** Users and roles are to be seen as they are, by those who may. */
  private askAboutUsers(call: number): Promise<string> {
    const { random } = this.client;
    const query = random.pick(["status", "user", "role", "role"] as const);
    const name = random.pick(query === "role" ? roleNames : userNames);
    return this.client.call((storeMember) => {
      const principal = this.user.principalAt(storeMember);
      const read = this.leaseReads ? "lease" : "linearizable";
      return recordUsers(this.client, storeMember, { call, principal, read, query, name }, timeoutMs);
    });
  }

  /**
   * A transaction whose condition fails, so that what it would write stays undone and needs to be permitted all the same; or a
   * deletion where no keys are. The histories of the ledger know nothing of these.
   */
  private async write(call: number): Promise<string> {
    const command = this.client.random.chance(300_000) ? this.drawDeletion(call) : this.drawTxn(call);
    const run = (storeMember: StoreMember): Promise<Outcome> =>
      storeMember.execute(command, { timeoutMs, principal: this.user.principalAt(storeMember) });
    const outcome = await this.client.call(run);
    const code = outcome.ok ? "" : outcome.code;
    const { client } = this;
    client.world.witness.see(client.place.id, {
      kind: "command-told",
      call,
      data: encodeCommand(command),
      code,
    });
    return code;
  }

  private drawDeletion(call: number): Command {
    const { random } = this.client;
    const key = `${keyPrefix}${random.below(this.keys)}`;
    return deleteRangeRequest({
      key: bytesOf(`${key}!`),
      rangeEnd: bytesOf(`${key}!${call}`),
      prevKv: random.chance(300_000),
    });
  }

  private drawTxn(call: number): Command {
    const { random } = this.client;
    const put = putRequest({
      key: bytesOf(`${keyPrefix}${random.below(this.keys)}`),
      value: bytesOf(`${call}`),
      prevKv: random.chance(300_000),
    });
    const { key, rangeEnd } = rangeOf(this.drawRange());
    const others: readonly Operation[] = [
      rangeRequest({ key, rangeEnd }),
      deleteRangeRequest({ key: bytesOf(`${keyPrefix}!`), rangeEnd: bytesOf(`${keyPrefix}"`) }),
      txnRequest({ success: [rangeRequest({ key, rangeEnd })] }),
    ];
    return txnRequest({ compare: [isImpossible(key)], success: [put, random.pick(others)] });
  }
}

function rangeOf({ key, rangeEnd }: TextRange): RangeRequest {
  return rangeRequest({ key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) });
}

/** That a key has a version which none has. */
function isImpossible(key: Uint8Array): Compare {
  return compare({
    key,
    target: CompareTarget.version,
    result: CompareResult.greater,
    number: 1_000_000_000,
  });
}

function txnOf(requests: readonly RangeRequest[], conditions: number): ReturnType<typeof txnRequest> {
  const compared = requests.slice(0, conditions).map(({ key, rangeEnd }) =>
    compare({
      key,
      rangeEnd,
      target: CompareTarget.create,
      result: CompareResult.less,
      number: 1_000_000_000,
    }),
  );
  const rest: readonly Operation[] = requests.slice(conditions);
  return txnRequest({ compare: compared, success: rest.slice(1), failure: rest.slice(0, 1) });
}
