/**
 * The command line of one member, the same for every example.
 */

import { parseArgs } from "node:util";
import { type MemberLimits, memberLimitsDefault, type TimingProfile } from "@quorate/member";
import type { TlsFiles } from "@quorate/member/node";

/** What the command line said. */
export type MemberOptions = {
  readonly name: string;
  readonly peers: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly httpPort: number;
  readonly join: boolean;
  readonly tls: TlsFiles | null;
  readonly profile: TimingProfile;
  readonly limits: Partial<MemberLimits>;
  readonly segmentBytes: number | null;
};

const usage = `needs --name NAME --peers NAME=HOST:PORT,… --data DIR --http PORT
  --join                         this member was added to a running cluster; peers name some of its members
  --cert FILE --key FILE --ca FILE   mutual TLS between members
  --profile default|lan|wan      how soon a silent leader is replaced
  --limit NAME=NUMBER            any limit of the member, repeatable: ${Object.keys(memberLimitsDefault).slice(0, 3).join(", ")}, …
  --segment-bytes NUMBER         size of a log segment, a multiple of 512; 64 MiB by default`;

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** Reads the command line. @throws UsageError whose message names what is wrong, and the usage */
export function readMemberOptions(args: readonly string[]): MemberOptions {
  const values = parse(args);
  const { name, peers, data, http, cert, key, ca } = values;
  if (name === undefined || peers === undefined || data === undefined || http === undefined)
    throw new UsageError(usage);
  const tls = cert === undefined && key === undefined && ca === undefined ? null : { cert, key, ca };
  if (tls !== null && (cert === undefined || key === undefined || ca === undefined))
    throw new UsageError(`--cert, --key and --ca belong together; this ${usage}`);
  return {
    name,
    peers: pairs("--peers", peers.split(",")),
    dataDir: data,
    httpPort: wholeNumber("--http", http),
    join: values.join,
    tls: tls === null ? null : { certFile: cert ?? "", keyFile: key ?? "", caFile: ca ?? "" },
    profile: profileOf(values.profile),
    limits: limitsOf(values.limit),
    segmentBytes:
      values["segment-bytes"] === undefined ? null : wholeNumber("--segment-bytes", values["segment-bytes"]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        name: { type: "string" },
        peers: { type: "string" },
        data: { type: "string" },
        http: { type: "string" },
        join: { type: "boolean", default: false },
        cert: { type: "string" },
        key: { type: "string" },
        ca: { type: "string" },
        profile: { type: "string", default: "default" },
        limit: { type: "string", multiple: true, default: [] },
        "segment-bytes": { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; this ${usage}`);
  }
}

function pairs(option: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text): [string, string] => {
      const at = text.indexOf("=");
      if (at < 1 || at === text.length - 1)
        throw new UsageError(`${option}: "${text}" is not of the form NAME=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** A number of at least 0. @throws UsageError */
export function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(number) || number < 0)
    throw new UsageError(`${option}: "${text}" is not a whole number`);
  return number;
}

function profileOf(text: string): TimingProfile {
  if (text === "default" || text === "lan" || text === "wan") return text;
  throw new UsageError(`--profile: "${text}" is none of default, lan, wan`);
}

function limitsOf(texts: readonly string[]): Partial<MemberLimits> {
  const entries = Object.entries(pairs("--limit", texts));
  // Whether a limit of that name exists is checked where it is known: by the member.
  return Object.fromEntries(entries.map(([name, text]) => [name, wholeNumber(`--limit ${name}`, text)]));
}
