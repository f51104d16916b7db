/**
 * Looking up one's own ID: a member that was added by its addresses only asks the others who it is.
 *
 * It has no identity yet, so it asks on a connection that may ask nothing else (see the transport's inquiries). A member
 * answers from a read that is as recent as the question. Nothing is decided here: with the ID in hand the asker begins
 * like any member, and must still be sure that it was not there before and lost its disk.
 */

import type { ConfState, NodeId } from "@quorate/raft";
import { decodeText, encodeText, FormatError } from "./bytes.ts";
import type { MemberClock } from "./clock.ts";
import { definitely, type MemberError } from "./member-error.ts";
import { addressKey, describeMember } from "./membership-checks.ts";
import type { MemberInfo } from "./roster.ts";

/** A member as whoever looks itself up is told of it. */
export type FoundMember = MemberInfo & { readonly role: "voter" | "learner" };

/** What was found. `members` can be given to a member that joins as its `peers`. */
export type LookedUp = { readonly id: NodeId; readonly members: readonly FoundMember[] };

/** What asking one address came to. */
export type Inquired =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly isOtherCluster: boolean; readonly text: string };

/** Who asks whom. */
export type LookUpQuestion = {
  /** Of members, `host:port`; one's own are left out. */
  readonly addresses: readonly string[];
  /** This member's addresses, as they were given when it was added. */
  readonly self: readonly string[];
  /** How long to go on asking: for members that are not up yet, and for one's own addition. */
  readonly timeoutMs: number;
  readonly ask: (address: string, question: Uint8Array) => Promise<Inquired>;
  readonly clock: Pick<MemberClock, "now" | "setTimer">;
  /** Told when a round of asking found nothing, with the reason. */
  readonly onWaiting?: (reason: MemberError) => void;
};

type Question = { readonly addresses: readonly string[] };
type Answer = { readonly ids: readonly NodeId[]; readonly members: readonly FoundMember[] };

const askEveryMs = 250;
const addressesMax = 16;

/**
 * Asks until somebody knows.
 * @throws MemberError `member-not-found`: nobody added these addresses; `wrong-cluster`: everybody who answers belongs to
 *   another; `unreachable`, with what became of each address; `invalid`: the addresses are those of several members
 */
export async function lookUp(question: LookUpQuestion): Promise<LookedUp> {
  const { clock, self } = question;
  const own = new Set(self.map(addressKey));
  const addresses = question.addresses.filter((address) => !own.has(addressKey(address)));
  if (self.length === 0 || addresses.length === 0) {
    throw definitely(
      "invalid",
      "to look itself up, a member needs its own addresses and that of at least one other member",
    );
  }
  const bytes = encodeText(JSON.stringify({ addresses: self.slice(0, addressesMax) } satisfies Question));
  const deadlineMs = clock.now() + question.timeoutMs;
  for (;;) {
    const round = await Promise.all(
      addresses.map(async (address) => read(address, await question.ask(address, bytes))),
    );
    const found = round.find((one) => one.kind === "found");
    if (found !== undefined) return { id: found.id, members: found.members };
    const reason = explain(round, self);
    if (reason.code === "wrong-cluster" || reason.code === "invalid" || clock.now() >= deadlineMs)
      throw reason;
    question.onWaiting?.(reason);
    await new Promise<void>((resolve) => clock.setTimer(resolve, askEveryMs));
  }
}

type Verdict =
  | { readonly kind: "found"; readonly id: NodeId; readonly members: readonly FoundMember[] }
  | { readonly kind: "ambiguous"; readonly address: string; readonly members: readonly FoundMember[] }
  | { readonly kind: "absent"; readonly address: string; readonly members: readonly FoundMember[] }
  | { readonly kind: "other-cluster"; readonly address: string; readonly text: string }
  | { readonly kind: "silent"; readonly address: string; readonly text: string };

function read(address: string, inquired: Inquired): Verdict {
  if (!inquired.ok) {
    const { isOtherCluster, text } = inquired;
    return isOtherCluster ? { kind: "other-cluster", address, text } : { kind: "silent", address, text };
  }
  try {
    const { ids, members } = decodeLookUpAnswer(inquired.bytes);
    const [id] = ids;
    if (id === undefined) return { kind: "absent", address, members };
    return ids.length > 1 ? { kind: "ambiguous", address, members } : { kind: "found", id, members };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { kind: "silent", address, text: error.message };
  }
}

/** What most helps the operator, of everything that was heard. */
function explain(round: readonly Verdict[], self: readonly string[]): MemberError {
  const mine = self.join(", ");
  const ambiguous = round.find((one) => one.kind === "ambiguous");
  if (ambiguous !== undefined) {
    return definitely(
      "invalid",
      `${mine} are the addresses of more than one member: ${listMembers(ambiguous.members)}; give each its own`,
    );
  }
  const absent = round.find((one) => one.kind === "absent");
  if (absent !== undefined) {
    return definitely(
      "member-not-found",
      `the member at ${absent.address} knows nobody at ${mine}; its members are ${listMembers(absent.members)}. Add this member first, with exactly the addresses that it advertises`,
    );
  }
  const others = round.filter((one) => one.kind === "other-cluster");
  if (others.length > 0 && others.length === round.length) {
    return definitely(
      "wrong-cluster",
      `${others.map(({ address, text }) => `${address}: ${text}`).join("; ")}. Compare the cluster tokens and the addresses`,
    );
  }
  const heard = round.flatMap((one) => ("text" in one ? [`${one.address}: ${one.text}`] : []));
  return definitely("unreachable", `no member could say who this one is: ${heard.join("; ")}`);
}

function listMembers(members: readonly FoundMember[]): string {
  return members.map((member) => `${describeMember(member)} at ${member.addresses.join(" ")}`).join(", ");
}

/** What a member answers, from its roster. */
export function answerLookUp(
  { addresses }: Question,
  members: readonly MemberInfo[],
  config: ConfState,
): Answer {
  const keys = new Set(addresses.map(addressKey));
  const isAsker = (member: MemberInfo): boolean =>
    member.addresses.some((address) => keys.has(addressKey(address)));
  return {
    ids: members.filter(isAsker).map(({ id }) => id),
    members: members.map((member) => ({
      ...member,
      role: config.voters.includes(member.id) ? "voter" : "learner",
    })),
  };
}

export function encodeLookUpAnswer(answer: Answer): Uint8Array {
  return encodeText(JSON.stringify(answer));
}

/** @throws FormatError if it does not say who the members are. */
export function decodeLookUpAnswer(bytes: Uint8Array): Answer {
  const { ids, members } = parseObject(bytes, "the answer to a look-up");
  if (!Array.isArray(ids) || !ids.every(isId) || !Array.isArray(members) || !members.every(isFoundMember))
    throw new FormatError("the answer to a look-up does not say who the members are");
  return { ids, members };
}

/** @throws FormatError if it is no question, or too long. */
export function decodeLookUpQuestion(bytes: Uint8Array): Question {
  const { addresses } = parseObject(bytes, "a question who somebody is");
  if (!isTexts(addresses) || addresses.length === 0 || addresses.length > addressesMax)
    throw new FormatError(`a question who somebody is needs 1 to ${addressesMax} addresses`);
  return { addresses };
}

function parseObject(bytes: Uint8Array, what: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch (error) {
    throw new FormatError(
      `${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof value !== "object" || value === null) throw new FormatError(`${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

function isId(value: unknown): value is NodeId {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isFoundMember(value: unknown): value is FoundMember {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, addresses, clientUrls, awaitsVote, role } = value as Readonly<Record<string, unknown>>;
  return (
    isId(id) &&
    typeof name === "string" &&
    isTexts(addresses) &&
    isTexts(clientUrls) &&
    typeof awaitsVote === "boolean" &&
    (role === "voter" || role === "learner")
  );
}
