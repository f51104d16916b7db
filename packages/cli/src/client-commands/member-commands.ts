/**
 * `member add|remove|update|list|promote`.
 */

import {
  clusterService,
  type Member,
  MemberAddRequest,
  MemberAddResponse,
  MemberListRequest,
  MemberListResponse,
  MemberPromoteRequest,
  MemberPromoteResponse,
  MemberRemoveRequest,
  MemberRemoveResponse,
  MemberUpdateRequest,
  MemberUpdateResponse,
  type ResponseHeader,
} from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand, defineGroup, refuseSurplus } from "./command-definition.ts";
import { badArguments, CommandFailure, clientExitCode } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { text, toggle } from "./flags.ts";
import { parseMemberId } from "./identifiers.ts";
import { hex, hexColumn, quote } from "./output/go-text.ts";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";

const service = clusterService.methods;

/** Adds the commands. */
export function addMemberCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "member", "list and change the members of the cluster");
  addAdd(group, io);
  addRemove(group, io);
  addUpdate(group, io);
  addList(group, io);
  addPromote(group, io);
}

const addDetails = `Prints the settings with which the new member is to be started, and on standard error the command. Add a member as
a learner and promote it when it has caught up: until then it does not count for the majority.`;

function addAdd(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "add",
    usage: "<memberName>",
    summary: "let the cluster expect one more member",
    details: addDetails,
    examples: ["quorate member add d --learner --peer-urls http://10.0.0.4:2380"],
    flags: {
      "peer-urls": text("urls", "peer URLs of the new member, separated by commas"),
      learner: toggle("add it as a learner, which does not vote"),
    },
    async run({ args, flags }, { io, output, connect }) {
      const [name] = args;
      if (name === undefined) throw badArguments("member name not provided");
      refuseSurplus(args, 1, "member add takes one name; separate peer URLs by commas");
      const peerURLs = readPeerUrls(flags["peer-urls"]);
      const connection = await connect();
      const request = MemberAddRequest.create({ peerURLs, isLearner: flags.learner });
      const response = await connection.call(service.memberAdd, request);
      const id = response.member?.id ?? 0n;
      const cluster = initialCluster(response.members, id, name);
      output.showMessage(MemberAddResponse, response, {
        simple() {
          printChange(output, id, "added to", response.header);
          output.line("");
          output.line(`ETCD_NAME=${quote(name)}`);
          output.line(`ETCD_INITIAL_CLUSTER=${quote(cluster)}`);
          output.line(`ETCD_INITIAL_ADVERTISE_PEER_URLS=${quote(peerURLs.join(","))}`);
          output.line('ETCD_INITIAL_CLUSTER_STATE="existing"');
          io.stderr.write(startHint(name, cluster, peerURLs));
        },
      });
    },
  });
}

/** `name=url,…` of all members; the new one, which has no name yet, under the one that it will have. */
function initialCluster(members: readonly Member[], newId: bigint, newName: string): string {
  const pairs = members.flatMap(({ id, name, peerURLs }) => {
    return peerURLs.map((url) => `${id === newId ? newName : name}=${url}`);
  });
  return pairs.join(",");
}

function startHint(name: string, cluster: string, peerUrls: readonly string[]): string {
  const flags = [
    `--name ${name}`,
    `--initial-cluster ${cluster}`,
    "--initial-cluster-state existing",
    `--listen-peer-urls ${peerUrls.join(",")}`,
    `--initial-advertise-peer-urls ${peerUrls.join(",")}`,
  ];
  const clients = "with its --listen-client-urls and --advertise-client-urls";
  return `\nStart the new member, ${clients}:\n  quorate serve ${flags.join(" ")}\n`;
}

function addRemove(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "remove",
    usage: "<memberID>",
    summary: "take a member out of the cluster, for good",
    examples: ["quorate member remove 8e9e05c52164694d"],
    flags: {},
    async run({ args }, { output, connect }) {
      const id = memberArgument(args, "remove");
      const connection = await connect();
      const response = await connection.call(service.memberRemove, MemberRemoveRequest.create({ id }));
      output.showMessage(MemberRemoveResponse, response, {
        simple: () => printChange(output, id, "removed from", response.header),
      });
    },
  });
}

function addUpdate(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "update",
    usage: "<memberID>",
    summary: "give a member other peer URLs",
    examples: ["quorate member update 8e9e05c52164694d --peer-urls http://10.0.0.5:2380"],
    flags: { "peer-urls": text("urls", "new peer URLs, separated by commas") },
    async run({ args, flags }, { output, connect }) {
      const id = memberArgument(args, "update");
      const peerURLs = readPeerUrls(flags["peer-urls"]);
      const connection = await connect();
      const response = await connection.call(
        service.memberUpdate,
        MemberUpdateRequest.create({ id, peerURLs }),
      );
      output.showMessage(MemberUpdateResponse, response, {
        simple: () => printChange(output, id, "updated in", response.header),
      });
    },
  });
}

function addPromote(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "promote",
    usage: "<memberID>",
    summary: "let a learner vote",
    details: "The learner must have caught up with the leader.",
    examples: ["quorate member promote 8e9e05c52164694d"],
    flags: {},
    async run({ args }, { output, connect }) {
      const id = memberArgument(args, "promote");
      const connection = await connect();
      const response = await connection.call(service.memberPromote, MemberPromoteRequest.create({ id }));
      output.showMessage(MemberPromoteResponse, response, {
        simple: () => printChange(output, id, "promoted in", response.header),
      });
    },
  });
}

function addList(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "list",
    usage: "",
    summary: "list the members",
    details: "On each line: ID, status, name, peer URLs, client URLs, whether it is a learner.",
    examples: ["quorate member list -w table"],
    flags: {},
    async run({ args }, { output, connect }) {
      refuseSurplus(args, 0, "member list takes none");
      const connection = await connect();
      const response = await connection.call(
        service.memberList,
        MemberListRequest.create({ linearizable: true }),
      );
      output.showMessage(MemberListResponse, response, {
        simple() {
          for (const member of response.members) output.line(memberRow(member).join(", "));
        },
        fields() {
          printHeaderFields(output, response.header);
          for (const member of response.members) printMemberFields(output, member);
        },
        table: () => ({
          headings: ["ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner"],
          rows: response.members.map(memberRow),
        }),
      });
    },
  });
}

function memberRow({ id, name, peerURLs, clientURLs, isLearner }: Member): string[] {
  const status = name === "" ? "unstarted" : "started";
  return [hex(id), status, name, peerURLs.join(","), clientURLs.join(","), String(isLearner)];
}

function printMemberFields(output: Output, member: Member): void {
  output.field("ID", member.id);
  output.field("Name", quote(member.name));
  for (const url of member.peerURLs) output.field("PeerURL", quote(url));
  for (const url of member.clientURLs) output.field("ClientURL", quote(url));
  output.field("IsLearner", member.isLearner);
  output.line("");
}

function printChange(output: Output, id: bigint, change: string, header: ResponseHeader | null): void {
  output.line(`Member ${hexColumn(id)} ${change} cluster ${hexColumn(header?.clusterId ?? 0n)}`);
}

function memberArgument(args: readonly string[], command: string): bigint {
  const [id] = args;
  if (id === undefined) throw badArguments("member ID is not provided");
  refuseSurplus(args, 1, `member ${command} takes one member ID`);
  return parseMemberId(id);
}

function readPeerUrls(list: string): string[] {
  if (list === "") throw badArguments("member peer urls not provided; give --peer-urls http://host:port");
  return list.split(",").map((url) => {
    if (!/^https?:\/\/[^/\s]+:[0-9]+\/?$/.test(url)) {
      const text = `--peer-urls ${url}: URL scheme must be http or https, with host and port: http://host:port`;
      throw new CommandFailure(clientExitCode.failure, text);
    }
    return url;
  });
}
