/**
 * `lock`: holds a lock until it is interrupted, or for as long as a command runs.
 */

import type { Lock } from "@quorate/client";
import { kvService, RangeRequest, RangeResponse } from "@quorate/etcd-api";
import type { Command } from "commander";
import { runChild } from "./child-command.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand } from "./command-definition.ts";
import { badArguments, CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import { type CommandIo, interruptSignal } from "./command-io.ts";
import { integer } from "./flags.ts";
import { textOf } from "./key-range.ts";
import { printKeyValueFields } from "./kv-output.ts";
import { toGoJson } from "./output/go-json.ts";
import { printHeaderFields } from "./output/header-output.ts";

const details = `Waits for the lock, prints the key that stands for it, and holds it until it is interrupted. Behind '--' stands a command:
the lock is then held as long as that runs, which finds the key in ETCD_LOCK_KEY, the revision in ETCD_LOCK_REV and the
fencing token in QUORATE_FENCING_TOKEN. The token grows from holder to holder: whoever is written to should refuse a lower
one than it has seen, for no lock can keep its holder from being late. With -w json it is printed as "fencing_token".`;

/** Adds the command. */
export function addLockCommand(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "lock",
    usage: "<lockname> [-- command arg...]",
    summary: "hold a lock, or run a command under it",
    details,
    examples: ["quorate lock nightly", "quorate lock nightly --ttl 30 -- ./report.sh"],
    flags: { ttl: integer("seconds", 10, "the lock is given on so long after this process is gone") },
    async run({ args, flags }, context) {
      const [name, ...command] = args;
      if (name === undefined)
        throw badArguments("lock takes a lock name argument and an optional command to execute");
      // As etcdctl: the server raises what is too short.
      const ttlSeconds = flags.ttl > 0 ? flags.ttl : 60;
      const connection = await context.connect();
      const interrupt = interruptSignal(context.io);
      try {
        await using lock = await acquire(
          connection.client.lock(name, { ttlSeconds, signal: interrupt.signal }),
          interrupt.signal,
        );
        await hold(context, lock, command, interrupt.signal);
      } finally {
        interrupt.dispose();
      }
    },
  });
}

/** The turn that was waited for; being interrupted before is a failure. */
export async function acquire<T>(waiting: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await waiting;
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new CommandFailure(clientExitCode.failure, "context canceled: interrupted before its turn came", {
      cause,
    });
  }
}

async function hold(
  context: CommandContext,
  lock: Lock,
  command: readonly string[],
  interrupted: AbortSignal,
): Promise<void> {
  if (command.length > 0) return runUnderLock(context, lock, command, interrupted);
  await showLock(context, lock);
  await untilOver(lock.signal, interrupted);
  if (!interrupted.aborted) throw lostError("lock", lock.signal);
}

async function runUnderLock(
  context: CommandContext,
  lock: Lock,
  command: readonly string[],
  interrupted: AbortSignal,
): Promise<void> {
  const env = {
    ETCD_LOCK_KEY: textOf(lock.key),
    ETCD_LOCK_REV: String(lock.fencingToken),
    QUORATE_FENCING_TOKEN: String(lock.fencingToken),
  };
  // Without the lock the command must not go on.
  const signal = AbortSignal.any([lock.signal, interrupted]);
  const result = await runChild(context.io, command, { env, stdin: "inherit", signal });
  if (interrupted.aborted) return;
  if (lock.signal.aborted) throw lostError("lock", lock.signal);
  if (!result.ok) throw new CommandFailure(clientExitCode.failure, result.reason);
}

async function showLock(context: CommandContext, lock: Lock): Promise<void> {
  const { output } = context;
  const connection = await context.connect();
  const response = await connection.call(kvService.methods.range, RangeRequest.create({ key: lock.key }));
  const [kv] = response.kvs;
  if (kv === undefined) throw lostError("lock", lock.signal);
  output.show({
    simple() {
      output.bytesLine(kv.key);
      output.bytesLine(kv.value);
    },
    fields() {
      printHeaderFields(output, response.header);
      printKeyValueFields(output, kv);
      output.field("FencingToken", lock.fencingToken);
    },
    json: () => ({ ...toGoJson(RangeResponse, response), fencing_token: lock.fencingToken }),
  });
}

/** What to say when a turn ended before it was given up. */
export function lostError(what: string, signal: AbortSignal): CommandFailure {
  const why = signal.reason === undefined ? "its lease has ended" : messageOf(signal.reason);
  return new CommandFailure(clientExitCode.failure, `session expired: the ${what} is lost: ${why}`);
}

/** Resolves when one of the signals is aborted. */
export function untilOver(...signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals]);
  if (any.aborted) return Promise.resolve();
  return new Promise((resolve) => any.addEventListener("abort", () => resolve(), { once: true }));
}
