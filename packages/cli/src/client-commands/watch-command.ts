/**
 * `watch`: changes as they happen, printed, or handed to a command; `-i` reads watches from standard input.
 */

import {
  type Event,
  Event as EventMessage,
  EventType,
  ResponseHeader,
  WatchCreateRequest,
  WatchResponse,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { runChild } from "./child-command.ts";
import type { CommandContext } from "./command-context.ts";
import { type CommandInput, defineCommand, parseWords } from "./command-definition.ts";
import { badArguments, badInput, CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { integer, toggle } from "./flags.ts";
import { bytesOf, prefixRange } from "./key-range.ts";
import { printKeyValue, printKeyValueFields } from "./kv-output.ts";
import { LineReader } from "./line-reader.ts";
import { type GoJson, toGoJson } from "./output/go-json.ts";
import { quote } from "./output/go-text.ts";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";
import { bytesOfByteString, showByteString, splitWords } from "./script-words.ts";
import { WatchSession } from "./watch-session.ts";

const watchFlags = {
  prefix: toggle("all keys that begin with the key"),
  rev: integer("revision", 0, "first revision to tell of; 0 for what comes from now on"),
  "prev-kv": toggle("print what was there before, too"),
  "progress-notify": toggle("print the revision now and then while nothing happens"),
} as const;

const commandFlags = {
  ...watchFlags,
  interactive: toggle("interactive mode: lines of 'watch …' and 'progress'", { short: "i" }),
} as const;

type WatchInput = CommandInput<typeof watchFlags>;

/** A watch, and the command to run for each event; null for none. */
type WatchPlan = { readonly create: WatchCreateRequest; readonly command: readonly string[] | null };

const details = `Prints what changes from now on, or from --rev on, until it is interrupted; broken connections are repaired
without a gap. Behind '--' stands a command to run for each event; it finds the event in ETCD_WATCH_REVISION,
ETCD_WATCH_EVENT_TYPE, ETCD_WATCH_KEY and ETCD_WATCH_VALUE, the last three in quotes.`;

/** Adds the command. */
export function addWatchCommand(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "watch",
    usage: "[key or prefix] [range_end] [-- command arg...]",
    summary: "follow the changes of keys",
    details,
    examples: [
      "quorate watch config/ --prefix",
      "quorate watch config/app -- sh -c 'echo $ETCD_WATCH_VALUE'",
      "quorate watch orders/ --prefix --rev 42 -w json",
    ],
    flags: commandFlags,
    async run(input, context) {
      if (input.flags.interactive) return watchInteractively(context);
      const plan = planWatch(input, bytesOf, context.io.env);
      const connection = await context.connect();
      await follow(context, new WatchSession(connection, plan.create), plan.command);
    },
  });
}

/** What to watch. Throws a CommandFailure. */
function planWatch(
  { args, dashAt, flags }: WatchInput,
  toBytes: (text: string) => Uint8Array,
  env: CommandIo["env"],
): WatchPlan {
  const operands = dashAt < 0 ? args : args.slice(0, dashAt);
  const command = dashAt < 0 ? null : args.slice(dashAt);
  if (command?.length === 0)
    throw badArguments("bad number of arguments (found separator --, but no commands)");
  if (operands.length > 2) {
    throw badArguments(`bad number of arguments: "${operands[2]}" is too much; a command stands behind --`);
  }
  const key = operands[0] ?? fromEnvironment(env, "WATCH_KEY");
  const rangeEnd = operands[1] ?? (operands.length > 0 ? undefined : fromEnvironment(env, "WATCH_RANGE_END"));
  if (key === undefined) throw badArguments("bad number of arguments: the key to watch is missing");
  if (rangeEnd !== undefined && flags.prefix) {
    throw badArguments("`range_end` and `--prefix` are mutually exclusive");
  }
  const range = flags.prefix
    ? prefixRange(toBytes(key))
    : { key: toBytes(key), ...(rangeEnd === undefined ? {} : { rangeEnd: toBytes(rangeEnd) }) };
  const create = WatchCreateRequest.create({
    ...range,
    startRevision: flags.rev,
    prevKv: flags["prev-kv"],
    progressNotify: flags["progress-notify"],
  });
  return { create, command };
}

function fromEnvironment(env: CommandIo["env"], name: string): string | undefined {
  return env[`QUORATE_${name}`] ?? env[`ETCDCTL_${name}`];
}

/** Prints what a watch says, and runs the command for it, until the watch ends. */
async function follow(
  context: CommandContext,
  session: WatchSession,
  command: readonly string[] | null,
): Promise<void> {
  const { io, output } = context;
  for await (const response of session.responses()) {
    if (response.canceled) io.stderr.write(`watch was canceled (${reasonOf(response)})\n`);
    showWatch(output, response);
    await output.drained();
    for (const event of command === null ? [] : response.events) {
      await runForEvent(io, command ?? [], event, response.header?.revision ?? 0);
    }
  }
  throw new CommandFailure(clientExitCode.interrupted, "watch is canceled by the server");
}

function reasonOf(response: WatchResponse): string {
  if (response.compactRevision > 0) {
    const text = "etcdserver: mvcc: required revision has been compacted";
    return `${text}; the first that is left is ${response.compactRevision}`;
  }
  return response.cancelReason || "the server gave no reason";
}

async function runForEvent(
  io: CommandIo,
  command: readonly string[],
  event: Event,
  revision: number,
): Promise<void> {
  const env = {
    ETCD_WATCH_REVISION: String(revision),
    ETCD_WATCH_EVENT_TYPE: `"${typeOf(event)}"`,
    ETCD_WATCH_KEY: quote(event.kv?.key ?? new Uint8Array(0)),
    ETCD_WATCH_VALUE: quote(event.kv?.value ?? new Uint8Array(0)),
  };
  const result = await runChild(io, command, { env, stdin: "ignore" });
  if (result.ok) return;
  const text = `command [${command.map(quote).join(" ")}] error (${result.reason})`;
  throw new CommandFailure(clientExitCode.failure, text);
}

function typeOf(event: Event): string {
  return event.type === EventType.DELETE ? "DELETE" : "PUT";
}

function showWatch(output: Output, response: WatchResponse): void {
  const { events } = response;
  output.showMessage(WatchResponse, response, {
    simple() {
      const isProgress = events.length === 0 && !response.canceled && !response.created;
      if (isProgress) output.line(`progress notify: ${response.header?.revision ?? 0}`);
      for (const event of events) {
        output.line(typeOf(event));
        if (event.prevKv !== null) printKeyValue(output, event.prevKv);
        if (event.kv !== null) printKeyValue(output, event.kv);
      }
    },
    fields() {
      printHeaderFields(output, response.header);
      for (const event of events) {
        output.field("Type", typeOf(event));
        if (event.prevKv !== null) printKeyValueFields(output, event.prevKv, "Prev");
        if (event.kv !== null) printKeyValueFields(output, event.kv);
      }
    },
    json: (): GoJson => ({
      Header: toGoJson(ResponseHeader, response.header ?? ResponseHeader.create()),
      Events: events.map((event) => toGoJson(EventMessage, event)),
      CompactRevision: response.compactRevision,
      Canceled: response.canceled,
      Created: response.created,
    }),
  });
}

/** Watches as they are typed, side by side, until standard input or one of them ends. */
async function watchInteractively(context: CommandContext): Promise<void> {
  const { io } = context;
  const connection = await context.connect();
  const lines = new LineReader(io);
  const sessions: WatchSession[] = [];
  const controller = new AbortController();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  try {
    for (;;) {
      const line = await Promise.race([lines.next(), failed.promise]);
      if (line === null) throw badInput("Error reading watch request line: EOF");
      if (line === "progress") {
        for (const session of sessions) session.requestProgress();
        continue;
      }
      const plan = line === "" ? null : readWatchLine(io, line);
      if (plan === null) continue;
      sessions.push(
        start(context, new WatchSession(connection, plan.create, controller.signal), plan, failed.reject),
      );
    }
  } finally {
    controller.abort();
    lines.close();
  }
}

function start(
  context: CommandContext,
  session: WatchSession,
  plan: WatchPlan,
  fail: (error: unknown) => void,
): WatchSession {
  follow(context, session, plan.command).catch(fail);
  return session;
}

/** What a line says; null, with a word on standard error, if it cannot be read. */
function readWatchLine(io: CommandIo, line: string): WatchPlan | null {
  try {
    const [name = "", ...words] = splitWords(line);
    if (name !== "watch") {
      io.stderr.write(`Invalid command ${showByteString(name)} (only support watch)\n`);
      return null;
    }
    return planWatch(parseWords("watch", watchFlags, words), bytesOfByteString, io.env);
  } catch (error) {
    io.stderr.write(`Invalid command ${showByteString(line)} (${messageOf(error)})\n`);
    return null;
  }
}
