/**
 * `compaction`, `defrag`, `alarm list|disarm`, `move-leader`.
 */

import {
  AlarmAction,
  type AlarmMember,
  AlarmRequest,
  AlarmResponse,
  AlarmType,
  CompactionRequest,
  DefragmentRequest,
  kvService,
  MoveLeaderRequest,
  maintenanceService,
  StatusRequest,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { badArguments, CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { askEach, selectEndpoints } from "./endpoint-selection.ts";
import { toggle } from "./flags.ts";
import { parseMemberId } from "./identifiers.ts";
import { hex } from "./output/go-text.ts";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";

const service = maintenanceService.methods;
/** Defragmenting may take as long as it needs to write everything once more. */
const defragTimeoutMs = 600_000;

/** Adds the commands. */
export function addMaintenanceCommands(program: Command, io: CommandIo): void {
  addCompaction(program, io);
  addDefrag(program, io);
  const alarm = defineGroup(program, io, "alarm", "list alarms, and switch them off");
  addAlarm(
    alarm,
    io,
    "list",
    "list the alarms that are on",
    AlarmRequest.create({ action: AlarmAction.GET }),
  );
  addAlarm(
    alarm,
    io,
    "disarm",
    "switch all alarms off",
    AlarmRequest.create({ action: AlarmAction.DEACTIVATE }),
  );
  addMoveLeader(program, io);
}

function addCompaction(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "compaction",
    usage: "<revision>",
    summary: "forget the history before a revision",
    details: "What was before the revision cannot be read or watched any more.",
    examples: ["quorate compaction 1234", "quorate compaction --physical 1234"],
    flags: { physical: toggle("wait until the space is free") },
    async run({ args, flags }, { output, connect, settings }) {
      const [text] = args;
      if (text === undefined || args.length > 1) throw badArguments("compaction command needs 1 argument");
      const revision = /^[+-]?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isSafeInteger(revision)) {
        throw new CommandFailure(clientExitCode.failure, `bad revision "${text}", expecting a whole number`);
      }
      const connection = await connect();
      const request = CompactionRequest.create({ revision, physical: flags.physical });
      const timeoutMs = flags.physical
        ? Math.max(settings.commandTimeoutMs, defragTimeoutMs)
        : settings.commandTimeoutMs;
      await connection.call(kvService.methods.compact, request, { timeoutMs });
      output.line(`compacted revision ${revision}`);
    },
  });
}

function addDefrag(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "defrag",
    usage: "",
    summary: "give unused space of members back to their disks",
    details: "One member after the other; while one is at it, its answers may be slow.",
    examples: ["quorate defrag --cluster"],
    flags: { cluster: toggle("ask all members, by the client URLs that they publish") },
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "defrag takes none; name endpoints with --endpoints");
      let hasFailed = false;
      for (const endpoint of await selectEndpoints(context, flags.cluster)) {
        const [result] = await askEach(context, [endpoint], async (connection) => {
          await connection.client.ready();
          return connection.call(service.defragment, DefragmentRequest.create(), {
            timeoutMs: defragTimeoutMs,
          });
        });
        if (result?.error === null) context.output.line(`Finished defragmenting etcd member[${endpoint}]`);
        else {
          hasFailed = true;
          const why = messageOf(result?.error);
          context.io.stderr.write(`Failed to defragment etcd member[${endpoint}] (${why})\n`);
        }
      }
      if (hasFailed) throw new CommandFailure(clientExitCode.failure, "");
    },
  });
}

function addAlarm(group: Command, io: CommandIo, name: string, summary: string, request: AlarmRequest): void {
  defineCommand(group, io, {
    name,
    usage: "",
    summary,
    examples: [`quorate alarm ${name}`],
    flags: {},
    async run({ args }, { output, connect }) {
      if (args.length > 0)
        throw badArguments(`alarm ${name} command accepts no arguments; leave out "${args[0]}"`);
      const connection = await connect();
      const response = await connection.call(service.alarm, request);
      showAlarms(output, response);
    },
  });
}

function showAlarms(output: Output, response: AlarmResponse): void {
  output.showMessage(AlarmResponse, response, {
    simple() {
      for (const alarm of response.alarms) output.line(alarmText(alarm));
    },
    fields() {
      printHeaderFields(output, response.header);
      for (const { memberID, alarm } of response.alarms) {
        output.field("MemberID", memberID);
        output.field("AlarmType", alarm);
        output.line("");
      }
    },
  });
}

/** As protobuf's text form has it, with the space at the end. */
function alarmText({ memberID, alarm }: AlarmMember): string {
  const name = Object.entries(AlarmType).find(([, number]) => number === alarm)?.[0] ?? String(alarm);
  return `${memberID === 0n ? "" : `memberID:${memberID} `}${alarm === AlarmType.NONE ? "" : `alarm:${name} `}`;
}

function addMoveLeader(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "move-leader",
    usage: "<transferee-member-id>",
    summary: "make another member the leader",
    details: "The leader must be among the endpoints.",
    examples: ["quorate move-leader 8e9e05c52164694d --endpoints a:2379,b:2379,c:2379"],
    flags: {},
    async run({ args }, context) {
      const [text] = args;
      if (text === undefined || args.length > 1) throw badArguments("move-leader command needs 1 argument");
      const target = parseMemberId(text);
      const { endpoints } = context.settings;
      const statuses = await askEach(context, endpoints, async (connection) => {
        return { connection, status: await connection.call(service.status, StatusRequest.create()) };
      });
      const found = statuses.find(({ value }) => {
        const memberId = value?.status.header?.memberId;
        return memberId !== undefined && memberId === value?.status.leader;
      });
      if (found?.value === undefined || found.value === null) {
        throw badArguments(`no leader endpoint given at [${endpoints.join(" ")}]; name it with --endpoints`);
      }
      const { connection, status } = found.value;
      await connection.call(service.moveLeader, MoveLeaderRequest.create({ targetID: target }));
      context.output.line(`Leadership transferred from ${hex(status.leader)} to ${hex(target)}`);
    },
  });
}
