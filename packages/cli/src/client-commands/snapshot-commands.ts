/**
 * `snapshot save|status`.
 */

import type { Command } from "commander";
import { defineCommand, defineGroup } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import { type CommandIo, interruptSignal } from "./command-io.ts";
import { byteSize } from "./output/go-text.ts";
import { ProgressBar } from "./output/progress-bar.ts";
import { saveSnapshot } from "./snapshot-save.ts";
import { summarizeSnapshot } from "./snapshot-status.ts";

/** Adds the commands. */
export function addSnapshotCommands(program: Command, io: CommandIo): void {
  const group = defineGroup(program, io, "snapshot", "save a member's state to a file, and check such files");
  addSave(group, io);
  addStatus(group, io);
}

function addSave(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "save",
    usage: "<filename>",
    summary: "save the state of one member to a file",
    details: `Of the one endpoint that is given. The file is there only when it is whole: checked against its SHA-256, and written to
the disk.`,
    examples: ["quorate snapshot save backup.db --endpoints 10.0.0.1:2379"],
    flags: {},
    async run({ args }, { io, output, connect, settings }) {
      const [path] = args;
      if (path === undefined || args.length > 1) throw badArguments("snapshot save expects one argument");
      if (settings.endpoints.length > 1) {
        const given = settings.endpoints.join(",");
        throw badArguments(`snapshot save asks one member; name it alone: --endpoints ${given} are several`);
      }
      const connection = await connect();
      const interrupt = interruptSignal(io);
      try {
        await connection.client.ready();
        await saveSnapshot(connection, path, new ProgressBar(io, "snapshot", 0, byteSize), interrupt.signal);
      } finally {
        interrupt.dispose();
      }
      output.line(`Snapshot saved at ${path}`);
    },
  });
}

function addStatus(group: Command, io: CommandIo): void {
  defineCommand(group, io, {
    name: "status",
    usage: "<filename>",
    summary: "check a snapshot and tell what is in it",
    details: `Checks the file, and prints hash, revision, total keys, total size. Of a snapshot of etcd the keys are all records, as
etcdctl counts them; of Quorate, the living keys.`,
    examples: ["quorate snapshot status backup.db -w table"],
    flags: {},
    async run({ args }, { output }) {
      const [path] = args;
      if (path === undefined || args.length > 1)
        throw badArguments("snapshot status requires exactly one argument");
      const { hash, revision, totalKeys, totalBytes } = summarizeSnapshot(path);
      const row = [hash.toString(16), String(revision), String(totalKeys), byteSize(totalBytes)];
      output.show({
        simple: () => output.line(row.join(", ")),
        fields() {
          output.field("Hash", hash);
          output.field("Revision", revision);
          output.field("Keys", totalKeys);
          output.field("Size", totalBytes);
        },
        json: () => ({ hash, revision, totalKey: totalKeys, totalSize: totalBytes }),
        table: () => ({ headings: ["hash", "revision", "total keys", "total size"], rows: [row] }),
      });
    },
  });
}
