import type { NodeId } from "@quorate/raft";
import {
  type AttributedCommand,
  type AuthChangeCommand,
  type Command,
  decodeAttributed,
  encodeCommand,
  type Principal,
} from "@quorate/store";
import type { Ghost } from "../observe/ghost.ts";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";
import { denials, PermissionModel, spanOf, type Wish } from "./permission-model.ts";
import { historyOf, type Step } from "./revision-history.ts";
import { LeasedKeys, wishesOf } from "./wished-keys.ts";

/** Two clocks that drift apart by twice this stay within the margin of lease reads (10 %). */
const driftPpmMax = 45_000;

/** Users and roles from an entry on. */
type Version = { readonly index: number; readonly model: PermissionModel };

/** What an entry must come to: why it is denied (empty: it is permitted), and the whole outcome of what is about users. */
type Due = { readonly denial: string; readonly outcome: string | null };

/** What a command came to. */
type Came = { readonly index: number; readonly data: Uint8Array; readonly code: string };

/** A read, or a question about users, that a member has taken up. */
type OpenRead = {
  readonly node: NodeId;
  readonly principal: Principal | null;
  /** What it is told under these users and roles: why not; empty, or what it shows, if it may. */
  readonly due: (model: PermissionModel) => string;
  /** It was decided behind this entry or a later one. */
  readonly low: number;
};

/**
 * A1: what anybody was allowed, it was permitted by the users, roles and permissions as of the very entry of the log that did
 * it, and what was denied was denied there for the same reason (reference §6). Of a read: as of some entry between question
 * and answer at which the store had the revision that it shows; linearizable ones not before anything that was committed when
 * they were asked for, the others not before what their member had applied. What is shown of users and roles is so there, too.
 */
export function makeA1(): Checker {
  const book = new PermissionBook();
  return {
    id: "A1",
    title: "only what is permitted",
    kinds: [
      ...(["setup", "life", "applied", "restored"] as const),
      ...(["permission-asked", "permission-told", "users-asked", "users-told"] as const),
      "command-told",
    ],
    see: (observation, ghost) => book.see(observation, ghost),
  };
}

class PermissionBook {
  private isLeaseSafe = true;
  private readonly versions: Version[] = [{ index: 0, model: PermissionModel.blank }];
  private readonly leased = new LeasedKeys();
  /** The last entry that anybody applied. */
  private last = 0;
  /** Of entries that are denied, or about users. */
  private readonly dues = new Map<number, Due>();
  /** Where a revision of the keys began. */
  private readonly begins: { readonly revision: number; readonly index: number }[] = [];
  private readonly applied = new MemberMap<number>();
  private readonly reads = new Map<number, OpenRead>();
  /** What entries came to; by the bytes of their commands, whoever asked, once somebody wants to know. */
  private readonly entries: Came[] = [];
  private readonly codes = new Map<string, string>();
  private looked = 0;

  see(observation: Observation, ghost: Ghost): string | null {
    const { node } = observation;
    switch (observation.kind) {
      case "setup":
        this.isLeaseSafe = !observation.leaseReads || observation.driftPpm <= driftPpmMax;
        return null;
      case "life":
        if (observation.what === "started") this.begin(node);
        return null;
      case "restored":
        this.applied.set(node, observation.index);
        return null;
      case "applied":
        return this.seeApplied(observation, ghost);
      case "command-told":
        return this.seeTold(observation);
      case "permission-asked":
        this.ask(observation, ghost);
        return null;
      case "permission-told":
        return this.seeRead(observation);
      case "users-asked":
        this.askAboutUsers(observation, ghost);
        return null;
      case "users-told":
        return this.seeUsers(observation);
      default:
        return null;
    }
  }

  /** A process that died answers no more. */
  private begin(node: NodeId): void {
    this.applied.delete(node);
    for (const [call, read] of this.reads) if (read.node === node) this.reads.delete(call);
  }

  // --- commands

  private seeApplied(observation: Observation & { readonly kind: "applied" }, ghost: Ghost): string | null {
    const { node, entry } = observation;
    const { index, outcome } = entry;
    this.applied.set(node, index);
    if (outcome === null) return null;
    if (index > this.last) {
      this.last = index;
      const step = historyOf(ghost).take(observation);
      if (step !== null) this.execute(step, entry.data);
    }
    const { denial, outcome: due } = this.dues.get(index) ?? permitted;
    const code = outcome.ok ? "" : outcome.code;
    const say = "users, roles and permissions behind the entries before it say";
    if (denial !== "" && outcome.ok) return `${node} carried entry ${index} out; ${say} ${denial}`;
    if (denials.has(code) && code !== (due ?? denial))
      return `${node} refused entry ${index} with ${code}; ${say} ${named(due ?? denial)}`;
    return due === null || due === code
      ? null
      : `${node} answered entry ${index}, which is about users, with ${named(code)}; ${say} ${named(due)}`;
  }

  /** Users and roles behind everything that was applied. */
  private get now(): PermissionModel {
    return (this.versions.at(-1) as Version).model;
  }

  /** Replays an entry. The first member that gets there speaks for all. */
  private execute(step: Step, data: Uint8Array): void {
    const { index, command, outcome } = step;
    this.entries.push({ index, data, code: outcome.ok ? "" : outcome.code });
    const denial = this.refusal(step) ?? "";
    const due = isOfAuth(command) ? denial || this.replay(index, command) : null;
    if (denial !== "" || due !== null) this.dues.set(index, { denial, outcome: due });
    if (outcome.ok) {
      const { revision } = outcome.response;
      if (revision > (this.begins.at(-1)?.revision ?? 1)) this.begins.push({ revision, index });
    }
    this.leased.take(command, outcome);
  }

  /** What becomes of a command about users; empty: it succeeds. */
  private replay(index: number, command: OfAuth): string {
    if (command.kind === "auth-authenticate")
      return this.now.refusalOfLogin(command.name, command.authRevision) ?? "";
    const next = this.now.change(command);
    if (typeof next === "string") return next;
    if (next !== this.now) this.versions.push({ index, model: next });
    return "";
  }

  private refusal({ command, principal }: AttributedCommand): string | null {
    const { now, leased } = this;
    // Most runs have no users, and need not pay for them.
    if (!now.enabled) return null;
    switch (command.kind) {
      case "put":
      case "delete-range":
      case "txn":
        return now.refusalOfUser(principal, wishesOf(command, leased));
      case "lease-grant":
        return now.refusalOfUser(principal, []);
      case "lease-revoke":
        return now.refusalOfUser(principal, leased.wishes(command.id));
      // The leader's own, by whatever name.
      case "lease-checkpoint":
      case "auth-authenticate":
        return null;
      case "alarm":
        return command.action === 0 ? null : now.refusalOfAdmin(principal);
      default:
        return now.refusalOfAdmin(principal);
    }
  }

  private seeTold({ call, data, code }: Observation & { readonly kind: "command-told" }): string | null {
    if (code !== "" && !denials.has(code)) return null;
    for (; this.looked < this.entries.length; this.looked++) {
      const entry = this.entries[this.looked] as Came;
      this.codes.set(textOf(encodeCommand(decodeAttributed(entry.data).command)), entry.code);
    }
    const came = this.codes.get(textOf(data));
    if (came === code) return null;
    return `the command of call ${call} was answered with ${named(code)}; ${came === undefined ? "no entry carried it out" : `its entry came to ${named(came)}`}`;
  }

  // --- reads

  private ask(observation: Observation & { readonly kind: "permission-asked" }, ghost: Ghost): void {
    const wishes = observation.ranges.map(
      ({ key, rangeEnd }): Wish => ({ access: "read", span: spanOf(key, rangeEnd) }),
    );
    const principal = principalOf(observation);
    const due = (model: PermissionModel): string => model.refusalOfUser(principal, wishes) ?? "";
    this.open(observation, { principal, due }, ghost);
  }

  private askAboutUsers(observation: Observation & { readonly kind: "users-asked" }, ghost: Ghost): void {
    const { query, name } = observation;
    const principal = principalOf(observation);
    const due = (model: PermissionModel): string => model.answer(principal, query, name);
    this.open(observation, { principal, due }, ghost);
  }

  private open(
    { node, call, read }: Asked,
    asked: Pick<OpenRead, "principal" | "due">,
    { lastCommitted }: Ghost,
  ): void {
    const isFresh = read === "linearizable" || (read === "lease" && this.isLeaseSafe);
    const applied = this.applied.get(node) ?? 0;
    this.reads.set(call, { node, ...asked, low: isFresh ? Math.max(applied, lastCommitted) : applied });
  }

  private seeRead(observation: Observation & { readonly kind: "permission-told" }): string | null {
    const { node, call, code, revision } = observation;
    if (code !== "" && !denials.has(code)) return this.close(call);
    if (code !== "") return this.judge(node, call, code, `was refused with ${code}`);
    const told = `was allowed, and shows revision ${revision}`;
    return this.judge(node, call, code, told, this.firstOf(revision), this.firstOf(revision + 1) - 1);
  }

  private seeUsers({
    node,
    call,
    code,
    shown,
  }: Observation & { readonly kind: "users-told" }): string | null {
    if (code === "") return this.judge(node, call, shown, `was shown ${shown === "" ? "nothing" : shown}`);
    return this.judge(node, call, code, `was refused with ${code}`);
  }

  private close(call: number): null {
    this.reads.delete(call);
    return null;
  }

  /** Whether an answer was the one to give at some moment between the question and now, and behind these entries. */
  private judge(
    node: NodeId,
    call: number,
    answer: string,
    told: string,
    first = 0,
    last = Number.POSITIVE_INFINITY,
  ): string | null {
    const read = this.reads.get(call);
    this.reads.delete(call);
    if (read === undefined) return null;
    // What carries no command changes nothing, and nobody tells that it was applied.
    const low = this.entries.findLast(({ index }) => index <= read.low)?.index ?? 0;
    const from = Math.max(low, first);
    const to = Math.min(this.applied.get(node) ?? 0, last);
    const said = new Set<string>();
    for (const { model } of this.versionsIn(from, to)) {
      const due = read.due(model);
      if (due === answer) return null;
      said.add(named(due));
    }
    const { principal } = read;
    const who =
      principal?.kind === "user"
        ? `${principal.name} as of ${principal.authRevision}`
        : "nobody in particular";
    return `read ${call} of ${who} at ${node} ${told}; behind entries ${from} to ${to} users, roles and permissions say ${[...said].join(", or ") || "nothing"}`;
  }

  /** The entry behind which the keys have this revision or a later one. */
  private firstOf(revision: number): number {
    if (revision <= 1) return 0;
    return this.begins.find((one) => one.revision >= revision)?.index ?? Number.POSITIVE_INFINITY;
  }

  /** Versions that held behind any of these entries. */
  private versionsIn(from: number, to: number): readonly Version[] {
    const { versions } = this;
    return versions.filter(
      ({ index }, position) =>
        from <= to && index <= to && (versions[position + 1]?.index ?? Number.POSITIVE_INFINITY) > from,
    );
  }
}

type Asked = Observation & { readonly kind: "permission-asked" | "users-asked" };

function principalOf({ user, authRevision }: Asked): Principal | null {
  return user === null ? null : { kind: "user", name: user, authRevision };
}

type OfAuth = AuthChangeCommand | Extract<Command, { readonly kind: "auth-authenticate" }>;

const permitted: Due = { denial: "", outcome: null };

function isOfAuth(command: Command): command is OfAuth {
  return command.kind.startsWith("auth-");
}

function named(code: string): string {
  return code === "" ? "success" : code;
}

/** The bytes as a text, one character each. O(bytes), once for each entry of a run with users. */
function textOf(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += String.fromCharCode(byte);
  return text;
}
