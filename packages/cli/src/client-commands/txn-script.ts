/**
 * The script of a transaction: three sections of lines, each ended by an empty line.
 *
 * ```
 * mod("key1") > "0"          compares: value, mod, create, version or lease of a key; =, !=, <, >
 *
 * put key1 "overwrote-key1"  requests if all compares hold: get, put, del with their flags
 *
 * get key1                   requests otherwise
 *
 * ```
 */

import { Compare, CompareResult, CompareTarget, RequestOp, TxnRequest } from "@quorate/etcd-api";
import { parseWords } from "./command-definition.ts";
import { badInput, messageOf } from "./command-failure.ts";
import { parseLeaseId } from "./identifiers.ts";
import {
  buildDeleteRequest,
  buildPutRequest,
  buildRangeRequest,
  delFlags,
  getFlags,
  putFlags,
} from "./kv-requests.ts";
import type { LineReader } from "./line-reader.ts";
import { bytesOfByteString, readQuoted, showByteString, splitWords } from "./script-words.ts";

/** Called before each section, with what a person is asked for. */
type Prompt = (text: string) => void;

/** The transaction. Throws a CommandFailure that names the line. */
export async function readTxnScript(lines: LineReader, prompt: Prompt): Promise<TxnRequest> {
  prompt("compares:");
  const compare = await readSection(lines, "compares", parseCompare);
  prompt("success requests (get, put, del):");
  const success = await readSection(lines, "success requests", parseRequest);
  prompt("failure requests (get, put, del):");
  const failure = await readSection(lines, "failure requests", parseRequest);
  return TxnRequest.create({ compare, success, failure });
}

/** A section without its empty line. A script that ends within one is refused: half of a transaction is another one. */
async function readSection<T>(lines: LineReader, section: string, parse: (line: string) => T): Promise<T[]> {
  const found: T[] = [];
  for (;;) {
    const line = await lines.next();
    if (line === null) {
      const where = `line ${lines.number + 1}: the input ended in the ${section} (EOF)`;
      throw badInput(`${where}; end each of the three sections with an empty line`);
    }
    if (line === "") return found;
    try {
      found.push(parse(line));
    } catch (error) {
      throw badInput(`line ${lines.number}: ${showByteString(line)}: ${messageOf(error)}`);
    }
  }
}

const results: Readonly<Record<string, CompareResult>> = {
  "=": CompareResult.EQUAL,
  "!=": CompareResult.NOT_EQUAL,
  ">": CompareResult.GREATER,
  "<": CompareResult.LESS,
};

/** A comparison: `target("key") op "value"`. Throws a CommandFailure. */
export function parseCompare(line: string): Compare {
  const opening = line.indexOf("(");
  const target = line.slice(0, Math.max(0, opening)).trim();
  const quote = opening < 0 ? -1 : opening + 1 + line.slice(opening + 1).search(/\S/);
  if (opening < 0 || !isQuote(line[quote])) throw malformed();
  const key = readQuoted(line, quote);
  const rest = /^\s*\)\s*([^\s"'`]+)\s*(?=["'`])/.exec(line.slice(key.end));
  if (rest === null) throw malformed();
  const value = readQuoted(line, key.end + rest[0].length);
  if (line.slice(value.end).trim() !== "") throw malformed();
  const result = results[rest[1] ?? ""];
  if (result === undefined) throw badInput(`unknown operator ${rest[1]}; use =, !=, < or >`);
  return Compare.create({ key: bytesOfByteString(key.text), result, ...operandOf(target, value.text) });
}

function malformed(): Error {
  return badInput('malformed comparison; write it as in mod("key") > "0"');
}

function isQuote(character: string | undefined): boolean {
  return character === '"' || character === "`";
}

function operandOf(target: string, text: string): Pick<Compare, "target" | "targetUnion"> {
  switch (target) {
    case "ver":
    case "version":
      return { target: CompareTarget.VERSION, targetUnion: { case: "version", value: parseCount(text) } };
    case "c":
    case "create":
      return {
        target: CompareTarget.CREATE,
        targetUnion: { case: "createRevision", value: parseCount(text) },
      };
    case "m":
    case "mod":
      return { target: CompareTarget.MOD, targetUnion: { case: "modRevision", value: parseCount(text) } };
    case "val":
    case "value":
      return { target: CompareTarget.VALUE, targetUnion: { case: "value", value: bytesOfByteString(text) } };
    case "lease":
      return {
        target: CompareTarget.LEASE,
        targetUnion: { case: "lease", value: parseLeaseId(text, "lease ID") },
      };
    default:
      throw badInput(
        `malformed comparison (unknown target ${target}); use value, mod, create, version or lease`,
      );
  }
}

function parseCount(text: string): number {
  const count = /^[+-]?[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count))
    throw badInput(`invalid txn compare request: "${text}" is no whole number`);
  return count;
}

/** A request: `get`, `put` or `del` with its arguments and flags. Throws a CommandFailure. */
export function parseRequest(line: string): RequestOp {
  const [name = "", ...words] = splitWords(line);
  switch (name) {
    case "get": {
      const { args, flags } = parseWords("get", getFlags, words);
      return RequestOp.create({
        request: { case: "requestRange", value: buildRangeRequest(args.map(bytesOfByteString), flags) },
      });
    }
    case "put": {
      const { args, flags } = parseWords("put", putFlags, words);
      const { request, needsValue } = buildPutRequest(args.map(bytesOfByteString), flags);
      if (needsValue) throw badInput('put needs a value in a transaction; "" is an empty one');
      return RequestOp.create({ request: { case: "requestPut", value: request } });
    }
    case "del": {
      const { args, flags } = parseWords("del", delFlags, words);
      return RequestOp.create({
        request: {
          case: "requestDeleteRange",
          value: buildDeleteRequest(args.map(bytesOfByteString), flags),
        },
      });
    }
    default:
      throw badInput(
        `invalid txn request: no ${showByteString(name)} in a transaction, only get, put and del`,
      );
  }
}
