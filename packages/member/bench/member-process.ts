/**
 * One process with one member, told what to do by the benchmark over the IPC channel. Ends with its parent.
 */

import type { Member } from "@quorate/member";
import { startMember } from "@quorate/member/node";
import { CountingMachine } from "./counting-machine.ts";
import { runLoad, seekFirstWrite } from "./load.ts";
import { Observer } from "./observer.ts";
import { type SelfTime, startProfile } from "./profile.ts";
import type { Answer, AnswerOf, ArgumentOf, Call, Placing, Procedure, View } from "./protocol.ts";

const machine = new CountingMachine();
const observer = new Observer();
let running: Member<number> | null = null;
let finishProfile: ((file: string) => Promise<readonly SelfTime[]>) | null = null;

function member(): Member<number> {
  if (running === null) throw new Error("the member was not started");
  return running;
}

async function start({ name, peers, dataDir }: Placing): Promise<View> {
  const onEvent = observer.note;
  running = await startMember({ name, peers, dataDir, stateMachine: machine, leaseReads: true, onEvent });
  return view();
}

function view(): View {
  const { id, lead, term, commit, applied, peers } = member().status();
  const isLeader = id === lead;
  const matches = peers.filter((peer) => peer.id !== id).map(({ match }) => match ?? 0);
  return { isLeader, term, commit, applied, matchMin: isLeader ? Math.min(...matches) : null };
}

type Handlers = {
  readonly [Name in Procedure]: (argument: ArgumentOf<Name>) => AnswerOf<Name> | Promise<AnswerOf<Name>>;
};

const handlers: Handlers = {
  start,
  view,
  usage: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMicros: user + system, diskWrites: observer.diskWrites, diskEntries: observer.diskEntries };
  },
  load: (load) => runLoad(member(), machine, load),
  seek: (search) => seekFirstWrite(member(), observer, search),
  profileStart: async () => {
    finishProfile = await startProfile();
    return null;
  },
  profileStop: async ({ file }) => (await finishProfile?.(file)) ?? [],
  stop: async () => {
    await running?.stop();
    return null;
  },
};

async function answer({ id, procedure, argument }: Call): Promise<void> {
  const handle = handlers[procedure] as (argument: unknown) => unknown;
  let reply: Answer;
  try {
    reply = { id, value: await handle(argument), error: null };
  } catch (error) {
    reply = { id, value: null, error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(reply);
}

process.on("message", (message) => void answer(message as Call));
process.on("disconnect", () => process.exit(0));
