/**
 * Histories that others recorded: Jepsen's log of an etcd register, and maps of texts as lines of EDN.
 *
 * An operation that certainly did not happen is left out, and so is a read that got no answer. A write without an answer
 * stays: it may have taken effect at any time since.
 */

import type { Operation } from "./history.ts";
import type { RegisterInput, RegisterOutput } from "./register-model.ts";
import type { TextMapInput, TextMapOutput } from "./text-map-model.ts";

/** A file of one of the two formats. */
export type RecordedHistory =
  | { readonly format: "register"; readonly operations: readonly Operation<RegisterInput, RegisterOutput>[] }
  | { readonly format: "text-map"; readonly operations: readonly Operation<TextMapInput, TextMapOutput>[] };

/** A file that is none of the known formats, or breaks its own. */
export class HistoryFormatError extends Error {
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = "HistoryFormatError";
  }
}

type Line = {
  readonly client: number;
  readonly type: string;
  readonly name: string;
  readonly argument: string;
};
type Pending<Input> = { readonly input: Input; readonly calledAt: number };

const jepsenLine =
  /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(read|write|cas)\s+(.*?)\s*$/;
const ednLine =
  /^\{:process (\d+), :type :(invoke|ok|fail|info), :f :(get|put|append), :key "((?:[^"\\]|\\.)*)", :value (nil|"(?:[^"\\]|\\.)*")\}$/;

/**
 * Reads a recorded history; its format shows in its first line.
 * @throws HistoryFormatError
 */
export function readHistory(text: string): RecordedHistory {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  const sample = lines[first] ?? "";
  if (sample.startsWith("{:process")) return { format: "text-map", operations: readTextMap(lines) };
  if (sample.startsWith("INFO")) return { format: "register", operations: readRegister(lines) };
  throw new HistoryFormatError(
    first + 1,
    'this is no history: expected a Jepsen log ("INFO  jepsen.util - …") or lines of EDN ("{:process …}")',
  );
}

function readRegister(lines: readonly string[]): Operation<RegisterInput, RegisterOutput>[] {
  const parse = (text: string): Line | null => {
    const found = jepsenLine.exec(text);
    if (found === null) return null;
    const [, client = "", type = "", name = "", argument = ""] = found;
    return { client: Number(client), type, name, argument };
  };
  return pairUp(lines, parse, registerInput, (line) => registerOutput(line));
}

function registerInput({ name, argument }: Line): RegisterInput | null {
  if (name === "read") return { kind: "read" };
  if (name === "write") {
    return /^-?\d+$/.test(argument) ? { kind: "write", value: Number(argument) } : null;
  }
  const found = /^\[(-?\d+) (-?\d+)\]$/.exec(argument);
  return found === null ? null : { kind: "cas", expected: Number(found[1]), value: Number(found[2]) };
}

function registerOutput({ type, name, argument }: Line): RegisterOutput | "none" | "did-not-happen" {
  if (type === "info") return "none";
  if (type === "fail") {
    if (name === "cas" && argument !== ":timed-out") return { kind: "cas", succeeded: false };
    return name === "read" || argument !== ":timed-out" ? "did-not-happen" : "none";
  }
  if (name === "read") return { kind: "read", value: argument === "nil" ? null : Number(argument) };
  return name === "write" ? { kind: "write" } : { kind: "cas", succeeded: true };
}

function readTextMap(lines: readonly string[]): Operation<TextMapInput, TextMapOutput>[] {
  const keys = new WeakMap<Line, string>();
  const parse = (text: string): Line | null => {
    const found = ednLine.exec(text);
    if (found === null) return null;
    const [, client = "", type = "", name = "", key = "", value = ""] = found;
    const line = { client: Number(client), type, name, argument: value };
    keys.set(line, unescape(key));
    return line;
  };
  const text = (argument: string): string => (argument === "nil" ? "" : unescape(argument.slice(1, -1)));
  return pairUp(
    lines,
    parse,
    (line) => ({
      kind: line.name as TextMapInput["kind"],
      key: keys.get(line) ?? "",
      value: line.name === "get" ? "" : text(line.argument),
    }),
    ({ type, name, argument }) => {
      if (type === "ok") return { value: name === "get" ? text(argument) : "" };
      return type === "fail" ? "did-not-happen" : "none";
    },
  );
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter: string) =>
    letter === "n" ? "\n" : letter === "t" ? "\t" : letter,
  );
}

/** Joins invocations with what became of them. Time is the line. */
function pairUp<Input extends { readonly kind: string }, Output>(
  lines: readonly string[],
  parse: (text: string) => Line | null,
  inputOf: (line: Line) => Input | null,
  outputOf: (line: Line) => Output | "none" | "did-not-happen",
): Operation<Input, Output>[] {
  const pending = new Map<number, Pending<Input>>();
  const operations: Operation<Input, Output>[] = [];
  const leaveOpen = (client: number, { input, calledAt }: Pending<Input>): void => {
    if (isRead(input)) return;
    operations.push({ client, input, output: null, calledAt, returnedAt: Number.POSITIVE_INFINITY });
  };
  for (const [position, raw] of lines.entries()) {
    const number = position + 1;
    if (raw.trim() === "") continue;
    const line = parse(raw.trimEnd());
    if (line === null) throw new HistoryFormatError(number, `this is no operation: ${raw.slice(0, 80)}`);
    const { client } = line;
    const begun = pending.get(client);
    if (line.type === "invoke") {
      if (begun !== undefined)
        throw new HistoryFormatError(number, `process ${client} has an operation under way`);
      const input = inputOf(line);
      if (input === null) throw new HistoryFormatError(number, `this is no argument: ${raw.slice(0, 80)}`);
      pending.set(client, { input, calledAt: number });
      continue;
    }
    if (begun === undefined) throw new HistoryFormatError(number, `process ${client} has nothing under way`);
    pending.delete(client);
    const output = outputOf(line);
    if (output === "none") leaveOpen(client, begun);
    else if (output !== "did-not-happen") {
      operations.push({ client, input: begun.input, output, calledAt: begun.calledAt, returnedAt: number });
    }
  }
  for (const [client, begun] of pending) leaveOpen(client, begun);
  return operations;
}

function isRead({ kind }: { readonly kind: string }): boolean {
  return kind === "read" || kind === "get";
}
