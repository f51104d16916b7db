/**
 * `txn`: all of a script's requests at one revision, or none.
 */

import { kvService } from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import type { CommandIo } from "./command-io.ts";
import { toggle } from "./flags.ts";
import { showTxn } from "./kv-output.ts";
import { LineReader } from "./line-reader.ts";
import { readTxnScript } from "./txn-script.ts";

const details = `Standard input has three sections, each ended by an empty line: comparisons, requests for when all of them
hold, requests for when one does not.

  value("key") = "text"     also mod, create, version, and lease (in hexadecimal); also !=, < and >
  put key "a value"         also get and del, with their flags

Texts in double quotes have Go's escapes: \\n, \\", \\x00.`;

/** Adds the command. */
export function addTxnCommand(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "txn",
    usage: "",
    summary: "do several requests at once, or others if a comparison fails",
    details,
    examples: ["quorate txn -i", `printf 'mod("k") = "0"\\n\\nput k first\\n\\nget k\\n\\n' | quorate txn`],
    flags: { interactive: toggle("prompt for each section", { short: "i" }) },
    async run({ args, flags }, { io, output, connect }) {
      if (args.length > 0)
        throw badArguments(`txn command does not accept argument "${args[0]}"; it reads its input`);
      const lines = new LineReader(io);
      try {
        const prompt = flags.interactive ? (text: string) => output.line(text) : () => {};
        const request = await readTxnScript(lines, prompt);
        const connection = await connect();
        showTxn(output, await connection.call(kvService.methods.txn, request));
      } finally {
        lines.close();
      }
    },
  });
}
