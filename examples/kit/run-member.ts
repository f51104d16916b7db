/**
 * Runs one member as a process: command line in, HTTP in front, one line per event, a clean end.
 */

import { type Member, MemberError, memberIdOf, type SourcedEvent, type StateMachine } from "@quorate/member";
import { startMember } from "@quorate/member/node";
import { StorageError } from "@quorate/storage";
import { TransportError } from "@quorate/transport";
import { eventLine } from "./event-line.ts";
import { RequestError, type Routes, required, serve } from "./http-front.ts";
import { type MemberOptions, readMemberOptions, UsageError } from "./member-options.ts";

/** What an example adds to a member. */
export type Front<Result> = {
  /** The routes of this example. */
  readonly routes: (member: Member<Result>) => Routes;
  /** Runs besides, until `stop` is aborted. */
  readonly work?: (member: Member<Result>, stop: AbortSignal) => Promise<void>;
};

const token = "quorate";

/** Runs a member until SIGTERM or SIGINT; what can be expected to go wrong is one line and an exit code. */
export async function runMember<Result>(
  stateMachine: StateMachine<Result>,
  front: Front<Result>,
): Promise<void> {
  let member: Member<Result> | null = null;
  try {
    const options = readMemberOptions(process.argv.slice(2));
    member = await start(options, stateMachine);
    await attend(member, options, front);
  } catch (error) {
    const line = startFailure(error);
    if (line === null) throw error;
    console.error(`${process.argv[1]?.split(/[\\/]/).slice(-3).join("/")}: ${line}`);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}

/** The line that explains a failed start; null for a bug, which needs its stack. */
function startFailure(error: unknown): string | null {
  if (error instanceof UsageError || error instanceof MemberError) return error.message;
  if (error instanceof StorageError || error instanceof TransportError) return error.message;
  if (error instanceof Error && "syscall" in error && error.syscall === "listen")
    return `HTTP cannot be served: ${error.message}; choose another port with --http`;
  return null;
}

function start<Result>(options: MemberOptions, stateMachine: StateMachine<Result>): Promise<Member<Result>> {
  const { name, peers, dataDir, join, tls, profile, limits, segmentBytes } = options;
  return startMember<Result>({
    name,
    token,
    peers,
    dataDir,
    join,
    profile,
    limits,
    stateMachine,
    onEvent: makeEventPrinter(name, Object.keys(peers)),
    ...(tls === null ? {} : { tls }),
    ...(segmentBytes === null ? {} : { segmentBytes }),
  });
}

/** Prints what is worth a line, but not the same line again and again. */
function makeEventPrinter(self: string, names: readonly string[]): (event: SourcedEvent) => void {
  const nameById = new Map(names.map((name) => [memberIdOf(token, name), name]));
  const nameOf = (id: number): string => nameById.get(id) ?? `member ${id}`;
  const lastByKind = new Map<string, string>();
  return (event) => {
    const line = eventLine(event, nameOf);
    if (line === null || lastByKind.get(event.event.kind) === line) return;
    lastByKind.set(event.event.kind, line);
    console.log(`${self}: ${line}`);
  };
}

/** Serves, works, and stops when it is told to. */
async function attend<Result>(
  member: Member<Result>,
  options: MemberOptions,
  front: Front<Result>,
): Promise<void> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    void member.stop().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Whoever started this process with a channel watches over it; without the watcher it would run on unseen.
  if (process.connected) process.once("disconnect", stop);
  await serve(options.httpPort, { ...front.routes(member), ...administration(member) });
  console.log(`${options.name}: ready on http://127.0.0.1:${options.httpPort}, process ${process.pid}`);
  await front.work?.(member, stopping.signal);
}

/** What every example can be asked. */
function administration<Result>(member: Member<Result>): Routes {
  const idOf = (name: string): number => {
    const info = member.members().find((one) => one.name === name);
    if (info === undefined) throw new RequestError(`there is no member called ${name}`);
    return info.id;
  };
  const newMember = (query: URLSearchParams) => {
    const name = required(query, "name");
    return { id: memberIdOf(token, name), name, addresses: [required(query, "address")] };
  };
  return {
    "GET /status": () => ({ ...member.status(), pid: process.pid }),
    "GET /digest": () => member.digest(),
    "GET /history": () => member.history(),
    "POST /step-down": async () => ({ lead: await member.stepDown() }),
    "POST /members/add": (query) => member.addMember(newMember(query)),
    "POST /members/remove": (query) => member.removeMember(idOf(required(query, "name"))),
    "POST /members/replace": (query) => member.replaceMember(idOf(required(query, "old")), newMember(query)),
  };
}
