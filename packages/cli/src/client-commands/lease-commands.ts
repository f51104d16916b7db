/**
 * `lease grant|revoke|timetolive|list|keep-alive`.
 */

import {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveResponse,
  LeaseLeasesRequest,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  leaseService,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { badArguments, CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { toggle } from "./flags.ts";
import { parseLeaseId } from "./identifiers.ts";
import { textOf } from "./key-range.ts";
import { keepLeaseAlive, renewLease } from "./lease-renewal.ts";
import { hexId, quote } from "./output/go-text.ts";
import { flatHeader, printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";

const service = leaseService.methods;

/** Adds the commands. */
export function addLeaseCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "lease", "grant leases, and look after them");
  addGrant(group, io);
  addRevoke(group, io);
  addTimeToLive(group, io);
  addList(group, io);
  addKeepAlive(group, io);
}

function addGrant(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "grant",
    usage: "<ttl>",
    summary: "make a lease",
    details: "The time to live is in seconds. A lease that is not kept alive ends, and its keys with it.",
    examples: ["quorate lease grant 60"],
    flags: {},
    async run({ args }, { output, connect }) {
      const [text] = args;
      if (text === undefined || args.length > 1) throw badArguments("lease grant command needs TTL argument");
      const ttl = /^[+-]?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isSafeInteger(ttl)) throw badArguments(`bad TTL "${text}", expecting whole seconds`);
      const connection = await connect();
      const response = await connection.call(service.leaseGrant, LeaseGrantRequest.create({ ttl }));
      output.showMessage(LeaseGrantResponse, response, {
        simple: () => output.line(`lease ${hexId(response.id)} granted with TTL(${response.ttl}s)`),
        fields() {
          printHeaderFields(output, response.header);
          output.field("ID", response.id);
          output.field("TTL", response.ttl);
        },
        json: () => ({
          ...flatHeader(response.header),
          ID: response.id,
          TTL: response.ttl,
          Error: response.error,
        }),
      });
    },
  });
}

function addRevoke(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "revoke",
    usage: "<leaseID>",
    summary: "end a lease, with its keys",
    details: "Deletes the keys that are attached to it.",
    examples: ["quorate lease revoke 32695410dcc0ca06"],
    flags: {},
    async run({ args }, { output, connect }) {
      if (args.length !== 1) throw badArguments("lease revoke command needs 1 argument");
      const id = leaseArgument(args, "revoke");
      const connection = await connect();
      const response = await connection
        .call(service.leaseRevoke, LeaseRevokeRequest.create({ id }))
        .catch((cause: unknown) => {
          const text = `failed to revoke lease (${messageOf(cause)})`;
          throw new CommandFailure(clientExitCode.failure, text, { cause });
        });
      output.showMessage(LeaseRevokeResponse, response, {
        simple: () => output.line(`lease ${hexId(id)} revoked`),
        fields: () => printHeaderFields(output, response.header),
      });
    },
  });
}

function addTimeToLive(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "timetolive",
    usage: "<leaseID>",
    summary: "tell how long a lease has left",
    examples: ["quorate lease timetolive 32695410dcc0ca06 --keys"],
    flags: { keys: toggle("and which keys hang on it") },
    async run({ args, flags }, { output, connect }) {
      const id = leaseArgument(args, "timetolive");
      const { keys } = flags;
      const connection = await connect();
      const request = LeaseTimeToLiveRequest.create({ id, keys });
      showTimeToLive(output, await connection.call(service.leaseTimeToLive, request), keys);
    },
  });
}

function showTimeToLive(output: Output, response: LeaseTimeToLiveResponse, withKeys: boolean): void {
  const { header, id, ttl, grantedTTL, keys } = response;
  output.showMessage(LeaseTimeToLiveResponse, response, {
    simple() {
      const granted = `lease ${hexId(id)} granted with TTL(${grantedTTL}s), remaining(${ttl}s)`;
      if (grantedTTL === 0 && ttl === -1) output.line(`lease ${hexId(id)} already expired`);
      else if (withKeys) output.line(`${granted}, attached keys([${keys.map(textOf).join(" ")}])`);
      else output.line(granted);
    },
    fields() {
      printHeaderFields(output, header);
      output.field("ID", id);
      output.field("TTL", ttl);
      output.field("GrantedTTL", grantedTTL);
      for (const key of keys) output.field("Key", quote(key));
    },
    json: () => {
      return {
        ...flatHeader(header),
        id,
        ttl,
        "granted-ttl": grantedTTL,
        keys: keys.length === 0 ? null : keys,
      };
    },
  });
}

function addList(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "list",
    usage: "",
    summary: "list the leases that there are",
    examples: ["quorate lease list"],
    flags: {},
    async run({ args }, { output, connect }) {
      refuseSurplus(args, 0, "lease list takes none");
      const connection = await connect();
      const response = await connection.call(service.leaseLeases, LeaseLeasesRequest.create());
      const { header, leases } = response;
      output.showMessage(LeaseLeasesResponse, response, {
        simple() {
          output.line(`found ${leases.length} leases`);
          for (const { id } of leases) output.line(hexId(id));
        },
        fields() {
          printHeaderFields(output, header);
          for (const { id } of leases) output.field("ID", id);
        },
        json: () => ({ ...flatHeader(header), leases: leases.map(({ id }) => ({ id })) }),
      });
    },
  });
}

function addKeepAlive(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "keep-alive",
    usage: "<leaseID>",
    summary: "renew a lease, again and again",
    details: "Runs until it is interrupted or the lease ends.",
    examples: [
      "quorate lease keep-alive 32695410dcc0ca06",
      "quorate lease keep-alive 32695410dcc0ca06 --once",
    ],
    flags: { once: toggle("renew it once") },
    async run({ args, flags }, { output, connect, settings }) {
      const id = leaseArgument(args, "keep-alive");
      const connection = await connect();
      if (flags.once) {
        const response = await renewLease(connection, id, settings.commandTimeoutMs);
        if (response.ttl > 0) return showRenewal(output, response);
        const text = `etcdserver: requested lease not found; 'quorate lease list' shows those that there are`;
        throw new CommandFailure(clientExitCode.badConnection, text);
      }
      for await (const response of keepLeaseAlive(connection, id, settings.commandTimeoutMs)) {
        if (response.ttl > 0) showRenewal(output, response);
      }
      if (output.format === "simple") output.line(`lease ${hexId(id)} expired or revoked.`);
    },
  });
}

function showRenewal(output: Output, response: LeaseKeepAliveResponse): void {
  const { header, id, ttl } = response;
  output.showMessage(LeaseKeepAliveResponse, response, {
    simple: () => output.line(`lease ${hexId(id)} keepalived with TTL(${ttl})`),
    fields() {
      printHeaderFields(output, header);
      output.field("ID", id);
      output.field("TTL", ttl);
    },
    json: () => ({ ...flatHeader(header), ID: id, TTL: ttl }),
  });
}

function leaseArgument(args: readonly string[], command: string): bigint {
  const [text] = args;
  if (text === undefined) throw badArguments(`lease ${command} command needs lease ID as argument`);
  refuseSurplus(args, 1, `lease ${command} takes one lease ID`);
  return parseLeaseId(text, "lease ID arg");
}
