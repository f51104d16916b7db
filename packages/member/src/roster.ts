/**
 * The roster: who the members are, and every configuration that was ever in force.
 *
 * Part of the replicated state. The core knows members by number; names and addresses travel in the context of
 * membership changes, with who asked for the change and when (by the proposer's wall clock, for people only).
 */

import type { ConfState, NodeId } from "@quorate/raft";
import { decodeText, encodeText, FormatError } from "./bytes.ts";
import { definitely, type MemberError } from "./member-error.ts";

/** A member's data. */
export type MemberInfo = {
  readonly id: NodeId;
  /** Unique, or empty: it was added without one and has not said its name yet, so it has never run. */
  readonly name: string;
  /** `host:port` for other members; the first that works is used. No two members have one in common. */
  readonly addresses: readonly string[];
  /** Where clients reach it, as it says itself; empty until then. */
  readonly clientUrls: readonly string[];
  /** A learner that whoever leads makes a voter as soon as it has caught up. */
  readonly awaitsVote: boolean;
};

/** A member to be added. Without a name it is expected to say its name when it runs. */
export type NewMember = Pick<MemberInfo, "id" | "addresses"> &
  Partial<Pick<MemberInfo, "name" | "clientUrls">>;

/** What a membership change says besides the change itself. */
export type ChangeContext = {
  /** Data of members that the change adds or updates; what is not said stays as it is. */
  readonly members: readonly NewMember[];
  /** Learners among them that are to become voters when they have caught up. */
  readonly awaitingVote?: readonly NodeId[];
  /** Who asked for it: a member's name, or what an operator gave. */
  readonly by: string;
  /** Milliseconds since 1970 at the proposer. */
  readonly atMs: number;
  /** The proposer's count, to tell its caller; see `Origin`. */
  readonly origin: { readonly member: NodeId; readonly nonce: number; readonly serial: number };
};

/** A configuration that came into force. */
export type ConfigVersion = {
  /** 1 for the first configuration, rising by one. */
  readonly version: number;
  /** Where in the log it was committed. */
  readonly index: number;
  readonly term: number;
  readonly config: ConfState;
  readonly members: readonly MemberInfo[];
  readonly by: string;
  readonly proposedAtMs: number;
};

/** Format 1 had members without `clientUrls` and `awaitsVote`. */
type RosterState = {
  readonly format: 1 | 2;
  readonly members: readonly MemberInfo[];
  readonly removed: readonly NodeId[];
  readonly active: readonly NodeId[];
  readonly versions: readonly ConfigVersion[];
};

const versionsKeptMax = 1000;

/** Encodes a change's context. */
export function encodeChangeContext(context: ChangeContext): Uint8Array {
  return encodeText(JSON.stringify(context));
}

/** Decodes a change's context; null if there is none (a change that the core made itself). @throws FormatError */
export function decodeChangeContext(bytes: Uint8Array): ChangeContext | null {
  if (bytes.length === 0) return null;
  return parse(bytes, "a membership change's context") as ChangeContext;
}

/** See the module. */
export class Roster {
  private members = new Map<NodeId, MemberInfo>();
  private removedIds = new Set<NodeId>();
  private activeIds = new Set<NodeId>();
  private versions: ConfigVersion[] = [];

  /** Sets the first configuration. */
  begin(config: ConfState, members: readonly NewMember[], index: number, term: number): void {
    for (const member of members) this.learn(member);
    this.versions = [
      { version: 1, index, term, config, members: this.list(), by: "bootstrap", proposedAtMs: 0 },
    ];
  }

  /** Notes that a change came into force. */
  change(index: number, term: number, config: ConfState, context: ChangeContext | null): void {
    for (const member of context?.members ?? []) this.learn(member);
    for (const id of context?.awaitingVote ?? []) this.setAwaitsVote(id, true);
    for (const id of config.voters) this.setAwaitsVote(id, false);
    const present = new Set([...config.voters, ...config.votersOutgoing, ...config.learners]);
    for (const id of this.members.keys()) {
      if (present.has(id)) continue;
      this.members.delete(id);
      this.removedIds.add(id);
    }
    const previous = this.versions.at(-1);
    this.versions.push({
      version: (previous?.version ?? 0) + 1,
      index,
      term,
      config,
      members: this.list(),
      by: context?.by ?? "leader",
      proposedAtMs: context?.atMs ?? 0,
    });
    if (this.versions.length > versionsKeptMax) this.versions.shift();
  }

  /** Notes a member's data, outside of any change that is in force; what is not said stays as it is. */
  learn(member: NewMember): void {
    const known = this.members.get(member.id);
    this.members.set(member.id, {
      id: member.id,
      name: member.name ?? known?.name ?? "",
      addresses: [...member.addresses],
      clientUrls: [...(member.clientUrls ?? known?.clientUrls ?? [])],
      awaitsVote: known?.awaitsVote ?? false,
    });
  }

  private setAwaitsVote(id: NodeId, awaitsVote: boolean): void {
    const known = this.members.get(id);
    if (known !== undefined && known.awaitsVote !== awaitsVote)
      this.members.set(id, { ...known, awaitsVote });
  }

  /** Notes what a member says of itself; null if that was taken, otherwise why not. The same on every member. */
  publish(id: NodeId, name: string, clientUrls: readonly string[]): MemberError | null {
    const known = this.members.get(id);
    if (known === undefined) return definitely("member-not-found", `there is no member ${id}`);
    const other = name === "" ? undefined : this.byName(name);
    if (other !== undefined && other.id !== id) {
      return definitely(
        "name-exists",
        `member ${other.id} is called ${name} already; start this one under another name`,
      );
    }
    this.members.set(id, { ...known, name, clientUrls: [...clientUrls] });
    return null;
  }

  /** Learners that wait for their vote. */
  awaitingVote(): readonly NodeId[] {
    return [...this.members.values()].filter(({ awaitsVote }) => awaitsVote).map(({ id }) => id);
  }

  /** Notes that a member has been heard from. */
  activate(id: NodeId): void {
    this.activeIds.add(id);
  }

  /** Whether a member has been heard from, so that it cannot come with an empty disk. */
  isActive(id: NodeId): boolean {
    return this.activeIds.has(id);
  }

  /** Members of the configuration in force, by rising id. */
  list(): readonly MemberInfo[] {
    return [...this.members.values()].sort((one, other) => one.id - other.id);
  }

  get(id: NodeId): MemberInfo | undefined {
    return this.members.get(id);
  }

  byName(name: string): MemberInfo | undefined {
    return this.list().find((member) => member.name === name);
  }

  /** IDs that must never be used again. */
  removed(): readonly NodeId[] {
    return [...this.removedIds];
  }

  isRemoved(id: NodeId): boolean {
    return this.removedIds.has(id);
  }

  /** Configurations, oldest first; the last is in force. */
  history(): readonly ConfigVersion[] {
    return this.versions;
  }

  encode(): Uint8Array {
    const state: RosterState = {
      format: 2,
      members: this.list(),
      removed: [...this.removedIds],
      active: [...this.activeIds],
      versions: this.versions,
    };
    return encodeText(JSON.stringify(state));
  }

  /** Replaces everything. @throws FormatError */
  decode(bytes: Uint8Array): void {
    const state = parse(bytes, "the roster in a snapshot") as RosterState | null;
    if (state?.format !== 1 && state?.format !== 2)
      throw new FormatError(`the roster has format ${String(state?.format)}, this member knows 1 and 2`);
    try {
      const members = new Map(state.members.map((member) => [member.id, completeInfo(member)]));
      const removed = new Set(state.removed);
      const active = new Set(state.active);
      this.versions = state.versions.map((version) => ({
        ...version,
        members: version.members.map(completeInfo),
      }));
      this.members = members;
      this.removedIds = removed;
      this.activeIds = active;
    } catch (error) {
      throw new FormatError(`the roster in a snapshot lacks a part: ${String(error)}`);
    }
  }
}

/** A member as any format has it. */
function completeInfo({
  id,
  name,
  addresses,
  clientUrls,
  awaitsVote,
}: NewMember & Partial<MemberInfo>): MemberInfo {
  return { id, name: name ?? "", addresses, clientUrls: clientUrls ?? [], awaitsVote: awaitsVote ?? false };
}

function parse(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(decodeText(bytes));
  } catch (error) {
    throw new FormatError(
      `${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
