/**
 * `elect`: takes part in an election, or watches one.
 */

import {
  type KeyValue,
  kvService,
  RangeRequest,
  RangeResponse,
  SortOrder,
  SortTarget,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { defineCommand } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import { type CommandIo, interruptSignal } from "./command-io.ts";
import { toggle } from "./flags.ts";
import { bytesOf, prefixRange } from "./key-range.ts";
import { showRange } from "./kv-output.ts";
import { acquire, lostError, untilOver } from "./lock-command.ts";

/** The lead goes to the next so long after this process is gone; etcdctl's. */
const ttlSeconds = 60;

const details = `With a proposal: waits to be elected, prints the key and the proposal, and leads until it is interrupted. With
--listen: prints the leader's key and proposal now and whenever it changes.`;

/** Adds the command. */
export function addElectCommand(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "elect",
    usage: "<election-name> [proposal]",
    summary: "stand for an election, or watch one",
    details,
    examples: ["quorate elect primary 10.0.0.1:5432", "quorate elect primary --listen"],
    flags: { listen: toggle("only watch who leads", { short: "l" }) },
    async run({ args, flags }, context) {
      const [name, proposal] = args;
      if (name === undefined || args.length > 2) {
        throw badArguments("elect takes one election name argument and an optional proposal argument");
      }
      if (flags.listen && proposal !== undefined) throw badArguments("proposal given but -l is set");
      if (!flags.listen && proposal === undefined) throw badArguments("no proposal argument but -l not set");
      const interrupt = interruptSignal(context.io);
      try {
        if (proposal === undefined) await listen(context, name, interrupt.signal);
        else await campaign(context, name, proposal, interrupt.signal);
      } finally {
        interrupt.dispose();
      }
    },
  });
}

async function campaign(
  context: CommandContext,
  name: string,
  proposal: string,
  interrupted: AbortSignal,
): Promise<void> {
  const { client, call } = await context.connect();
  const waiting = client.campaign(name, proposal, { ttlSeconds, signal: interrupted });
  await using leadership = await acquire(waiting, interrupted);
  const response = await call(kvService.methods.range, RangeRequest.create({ key: leadership.key }));
  showRange(context.output, response);
  await untilOver(leadership.signal, interrupted);
  if (!interrupted.aborted) throw lostError("leadership", leadership.signal);
}

async function listen(context: CommandContext, name: string, interrupted: AbortSignal): Promise<void> {
  const { client, call } = await context.connect();
  const request = RangeRequest.create({
    ...prefixRange(bytesOf(`${name}/`)),
    sortOrder: SortOrder.ASCEND,
    sortTarget: SortTarget.CREATE,
    limit: 1,
  });
  let shown: KeyValue | undefined;
  for await (const leader of client.observe(name, { signal: interrupted })) {
    if (leader === null) continue;
    // The client tells that the leader changed; the answer with its header is what is shown.
    const response = await call(kvService.methods.range, request);
    const [kv] = response.kvs;
    if (kv === undefined || (shown !== undefined && kv.modRevision === shown.modRevision)) continue;
    shown = kv;
    showRange(context.output, RangeResponse.create({ header: response.header, kvs: response.kvs }));
  }
}
