/**
 * `endpoint status|health|hashkv`: every endpoint is asked by itself.
 */

import {
  HashKVRequest,
  HashKVResponse,
  kvService,
  maintenanceService,
  RangeRequest,
  StatusRequest,
  StatusResponse,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import type { Connection } from "./connection.ts";
import { formatDuration } from "./duration.ts";
import { askEach, type EndpointResult, selectEndpoints } from "./endpoint-selection.ts";
import { integer, toggle } from "./flags.ts";
import { bytesOf } from "./key-range.ts";
import { type GoJson, toGoJson } from "./output/go-json.ts";
import { byteSize, hex, quote } from "./output/go-text.ts";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";

const groupFlags = { cluster: toggle("ask all members, by the client URLs that they publish") } as const;

/** Adds the commands. */
export function addEndpointCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(
    program,
    io,
    "endpoint",
    "ask endpoints how they are, each by itself",
    groupFlags,
  );
  addStatus(group, io);
  addHealth(group, io);
  addHashKv(group, io);
}

/** An endpoint that answered. */
type Answer<T> = { readonly endpoint: string; readonly value: T };

/** Those that answered; says on standard error which did not. */
function answersOf<T>(io: CommandIo, results: readonly EndpointResult<T>[], what: string): Answer<T>[] {
  const answers: Answer<T>[] = [];
  for (const { endpoint, value, error } of results) {
    if (value === null)
      io.stderr.write(`Failed to get the ${what} of endpoint ${endpoint} (${messageOf(error)})\n`);
    else answers.push({ endpoint, value });
  }
  return answers;
}

function addStatus(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "status",
    usage: "",
    summary: "tell version, size, leader and log of each endpoint",
    details: `On each line: endpoint, ID, version, db size, is leader, is learner, raft term, raft index, raft applied index,
errors.`,
    examples: ["quorate endpoint status --cluster -w table"],
    flags: groupFlags,
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "endpoint status takes none; name endpoints with --endpoints");
      const results = await askEach(context, await selectEndpoints(context, flags.cluster), (connection) => {
        return connection.call(maintenanceService.methods.status, StatusRequest.create());
      });
      const answers = answersOf(context.io, results, "status");
      showStatus(context.output, answers);
      if (answers.length < results.length) throw new CommandFailure(clientExitCode.failure, "");
    },
  });
}

function statusRow({ endpoint, value }: Answer<StatusResponse>): string[] {
  return [
    endpoint,
    hex(value.header?.memberId ?? 0n),
    value.version,
    byteSize(value.dbSize),
    String(value.leader === value.header?.memberId),
    String(value.isLearner),
    String(value.raftTerm),
    String(value.raftIndex),
    String(value.raftAppliedIndex),
    value.errors.join(", "),
  ];
}

const statusHeadings =
  "endpoint,ID,version,db size,is leader,is learner,raft term,raft index,raft applied index,errors".split(
    ",",
  );

function showStatus(output: Output, answers: readonly Answer<StatusResponse>[]): void {
  output.show({
    simple() {
      for (const answer of answers) output.line(statusRow(answer).join(", "));
    },
    fields() {
      for (const { endpoint, value } of answers) {
        printHeaderFields(output, value.header);
        output.field("Version", quote(value.version));
        output.field("DBSize", value.dbSize);
        output.field("Leader", value.leader);
        output.field("IsLearner", value.isLearner);
        output.field("RaftIndex", value.raftIndex);
        output.field("RaftTerm", value.raftTerm);
        output.field("RaftAppliedIndex", value.raftAppliedIndex);
        output.field("Errors", `[${value.errors.join(" ")}]`);
        output.field("Endpoint", quote(endpoint));
        output.line("");
      }
    },
    json: (): GoJson => {
      return answers.map(({ endpoint, value }) => ({
        Endpoint: endpoint,
        Status: toGoJson(StatusResponse, value),
      }));
    },
    table: () => ({ headings: statusHeadings, rows: answers.map(statusRow) }),
  });
}

/** How an endpoint is. */
type Health = {
  readonly endpoint: string;
  readonly isHealthy: boolean;
  readonly took: string;
  readonly error: string;
};

function addHealth(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "health",
    usage: "",
    summary: "tell which endpoints can serve",
    details: "Each endpoint has to answer a linearizable read, for which it needs a leader and a majority.",
    examples: ["quorate endpoint health --cluster"],
    flags: groupFlags,
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "endpoint health takes none; name endpoints with --endpoints");
      const endpoints = await selectEndpoints(context, flags.cluster);
      const startMs = new Map(endpoints.map((endpoint) => [endpoint, performance.now()]));
      const results = await askEach(context, endpoints, (connection) => checkHealth(connection));
      const healths = results.map(({ endpoint, value, error }): Health => {
        const tookMs = value?.tookMs ?? performance.now() - (startMs.get(endpoint) ?? 0);
        const took = formatDuration(tookMs * 1e6);
        return { endpoint, isHealthy: error === null, took, error: error === null ? "" : messageOf(error) };
      });
      showHealth(context.output, healths);
      const bad = healths.filter(({ isHealthy }) => !isHealthy).map(({ endpoint }) => endpoint);
      if (bad.length === 0) return;
      throw new CommandFailure(clientExitCode.failure, `unhealthy cluster: look at ${bad.join(", ")}`);
    },
  });
}

/** A read of some key; "permission denied" is an answer of a healthy member, too. */
async function checkHealth(connection: Connection): Promise<{ readonly tookMs: number }> {
  await connection.client.ready();
  const startMs = performance.now();
  const request = RangeRequest.create({ key: bytesOf("health") });
  await connection.call(kvService.methods.range, request).catch((error: unknown) => {
    if (!messageOf(error).includes("permission denied")) throw error;
  });
  return { tookMs: performance.now() - startMs };
}

function showHealth(output: Output, healths: readonly Health[]): void {
  output.show({
    simple() {
      for (const { endpoint, isHealthy, took, error } of healths) {
        if (isHealthy) output.line(`${endpoint} is healthy: successfully committed proposal: took = ${took}`);
        else output.line(`${endpoint} is unhealthy: failed to commit proposal: ${error}`);
      }
    },
    fields() {
      for (const { endpoint, isHealthy, took, error } of healths) {
        output.field("Endpoint", quote(endpoint));
        output.field("Health", isHealthy);
        output.field("Took", took);
        output.field("Error", error);
        output.line("");
      }
    },
    json: (): GoJson => {
      return healths.map(({ endpoint, isHealthy, took, error }): GoJson => {
        return { endpoint, health: isHealthy, took, ...(error === "" ? {} : { error }) };
      });
    },
    table: () => ({
      headings: ["endpoint", "health", "took", "error"],
      rows: healths.map(({ endpoint, isHealthy, took, error }) => [endpoint, String(isHealthy), took, error]),
    }),
  });
}

function addHashKv(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "hashkv",
    usage: "",
    summary: "tell each endpoint's checksum of keys and history",
    details: "Members with the same data have the same hash at the same revision and compaction.",
    examples: ["quorate endpoint hashkv --cluster --rev 1000"],
    flags: { ...groupFlags, rev: integer("revision", 0, "hash up to this revision; 0 for all") },
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "endpoint hashkv takes none; name endpoints with --endpoints");
      const request = HashKVRequest.create({ revision: flags.rev });
      const results = await askEach(context, await selectEndpoints(context, flags.cluster), (connection) => {
        return connection.call(maintenanceService.methods.hashKV, request);
      });
      const answers = answersOf(context.io, results, "hash");
      showHashes(context.output, answers);
      const failed = results.find(({ error }) => error !== null);
      if (failed !== undefined) throw new CommandFailure(clientExitCode.failure, messageOf(failed.error));
    },
  });
}

function showHashes(output: Output, answers: readonly Answer<HashKVResponse>[]): void {
  const rows = answers.map(({ endpoint, value }) => [endpoint, String(value.hash)]);
  output.show({
    simple() {
      for (const row of rows) output.line(row.join(", "));
    },
    fields() {
      for (const { endpoint, value } of answers) {
        printHeaderFields(output, value.header);
        output.field("Endpoint", quote(endpoint));
        output.field("Hash", value.hash);
        output.line("");
      }
    },
    json: (): GoJson => {
      return answers.map(({ endpoint, value }) => ({
        Endpoint: endpoint,
        HashKV: toGoJson(HashKVResponse, value),
      }));
    },
    table: () => ({ headings: ["endpoint", "hash"], rows }),
  });
}
