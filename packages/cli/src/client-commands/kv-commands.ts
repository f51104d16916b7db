/**
 * `put`, `get`, `del`.
 */

import { kvService } from "@quorate/etcd-api";
import type { Command } from "commander";
import { defineCommand } from "./command-definition.ts";
import { badArguments } from "./command-failure.ts";
import { type CommandIo, readAll } from "./command-io.ts";
import { bytesOf } from "./key-range.ts";
import { showDelete, showPut, showRange } from "./kv-output.ts";
import {
  buildDeleteRequest,
  buildPutRequest,
  buildRangeRequest,
  delFlags,
  getFlags,
  putFlags,
} from "./kv-requests.ts";

/** Adds the commands. */
export function addKvCommands(program: Command, io: CommandIo): void {
  addPut(program, io);
  addGet(program, io);
  addDel(program, io);
}

function addPut(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "put",
    usage: "<key> [value]",
    summary: "write a key",
    details:
      "Without a value it is read from standard input, to its end. A value that begins with '-' stands behind '--'.",
    examples: ["quorate put greeting hello", "quorate put config/app < app.json", "quorate put offset -- -5"],
    flags: putFlags,
    async run({ args, flags }, { io, output, connect }) {
      const { request, needsValue } = buildPutRequest(args.map(bytesOf), flags);
      if (needsValue && io.stdin.isTTY === true) {
        io.stderr.write("reading the value from the terminal; end it with Ctrl-D\n");
      }
      const value = needsValue ? await readAll(io.stdin) : request.value;
      if (needsValue && value.length === 0) {
        throw badArguments(
          'put command needs 1 argument and input from stdin or 2 arguments; "" is an empty value',
        );
      }
      const connection = await connect();
      showPut(output, await connection.call(kvService.methods.put, { ...request, value }));
    },
  });
}

function addGet(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "get",
    usage: "<key> [range_end]",
    summary: "read a key, or many",
    details: "With a range_end, the keys from the first up to, but not including, the second.",
    examples: [
      "quorate get greeting",
      "quorate get config/ --prefix --keys-only",
      "quorate get a c --limit 10 -w json",
    ],
    flags: getFlags,
    async run({ args, flags }, { output, connect }) {
      const request = buildRangeRequest(args.map(bytesOf), flags);
      const valueOnly = flags["print-value-only"];
      if (valueOnly && output.format !== "simple") {
        throw badArguments("print-value-only is only for `--write-out=simple`");
      }
      const connection = await connect();
      const response = await connection.call(kvService.methods.range, request);
      showRange(output, response, { valueOnly, countOnly: request.countOnly });
    },
  });
}

function addDel(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "del",
    usage: "<key> [range_end]",
    summary: "delete a key, or many",
    examples: ["quorate del greeting", "quorate del sessions/ --prefix --prev-kv"],
    flags: delFlags,
    async run({ args, flags }, { output, connect }) {
      const request = buildDeleteRequest(args.map(bytesOf), flags);
      const connection = await connect();
      showDelete(output, await connection.call(kvService.methods.deleteRange, request));
    },
  });
}
