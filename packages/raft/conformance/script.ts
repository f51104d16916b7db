/**
 * The script format: directives with their arguments, input and expected output.
 *
 * ```
 * # a comment
 * command 1 key key=value key=(value, value)
 * input, as many lines as wanted
 * ----
 * expected output, up to a blank line
 * ```
 *
 * Output that contains blank lines stands between doubled separators instead: `----` twice before it and twice
 * behind it. A trailing backslash continues a command on the next line.
 */

/** One argument: `key`, `key=value` (one value) or `key=(value, value)`. */
export type Argument = { readonly key: string; readonly values: readonly string[] };

/** One directive and where it stands. Lines are counted from 1, positions in {@link Script.lines} from 0. */
export type Directive = {
  /** Line of the command. */
  readonly line: number;
  readonly command: string;
  readonly args: readonly Argument[];
  /** The lines between command and separator, trimmed as a whole. */
  readonly input: string;
  /** Expected output, each line ended by a newline; empty if there is none. */
  readonly expected: string;
  /** Why the command line cannot be read, or null. */
  readonly problem: string | null;
  /** Position of the separator; the number of lines if there is none. */
  readonly separator: number;
  /** Position behind the expected output and the blank line that ends it. */
  readonly end: number;
};

/** A parsed script file. */
export type Script = { readonly lines: readonly string[]; readonly directives: readonly Directive[] };

const separatorLine = "----";

/** The command that only groups others; it has neither input nor output. */
const groupCommand = "subtest";

/** Parses a script. Command lines that cannot be read become directives with a {@link Directive.problem}. */
export function parseScript(text: string): Script {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.at(-1) === "") lines.pop();
  const directives: Directive[] = [];
  let position = 0;
  while (position < lines.length) {
    const first = position;
    let commandLine = (lines[position++] as string).trim();
    if (commandLine.startsWith("#")) continue;
    while (commandLine.endsWith("\\") && position < lines.length) {
      commandLine = `${commandLine.slice(0, -1)} ${(lines[position++] as string).trim()}`;
    }
    const head = parseCommandLine(commandLine);
    if (head.command === "" && head.problem === null) continue;
    if (head.command === groupCommand) continue;
    const separator = indexFrom(lines, position, (line) => line === separatorLine);
    const input = lines.slice(position, separator).join("\n").trim();
    const { expected, end } = readExpected(lines, separator + 1);
    directives.push({ line: first + 1, ...head, input, expected, separator, end });
    position = end;
  }
  return { lines, directives };
}

/**
 * The script's text with new outputs, one per directive; `null` keeps what was expected. Everything else stays as it
 * is.
 */
export function rewriteScript(script: Script, outputs: readonly (string | null)[]): string {
  const kept: string[] = [];
  let position = 0;
  for (const [number, directive] of script.directives.entries()) {
    const output = outputs[number] ?? null;
    if (output === null) continue;
    kept.push(...script.lines.slice(position, directive.separator), separatorLine);
    const outputLines = output === "" ? [] : output.replace(/\n$/, "").split("\n");
    if (outputLines.some((line) => line.trim() === "")) {
      kept.push(separatorLine, ...outputLines, separatorLine, separatorLine, "");
    } else {
      kept.push(...outputLines, "");
    }
    position = directive.end;
  }
  kept.push(...script.lines.slice(position));
  while (kept.at(-1) === "") kept.pop();
  return `${kept.join("\n")}\n`;
}

function readExpected(lines: readonly string[], start: number): { expected: string; end: number } {
  if (lines[start] !== separatorLine) {
    const blank = indexFrom(lines, start, (line) => line.trim() === "");
    return { expected: joinLines(lines.slice(start, blank)), end: Math.min(blank + 1, lines.length) };
  }
  const close = indexFrom(
    lines,
    start + 1,
    (line, position) => line === separatorLine && lines[position + 1] === separatorLine,
  );
  const blankBehind = lines[close + 2]?.trim() === "" ? 1 : 0;
  return {
    expected: joinLines(lines.slice(start + 1, close)),
    end: Math.min(close + 2 + blankBehind, lines.length),
  };
}

function indexFrom(
  lines: readonly string[],
  start: number,
  matches: (line: string, position: number) => boolean,
): number {
  for (let position = start; position < lines.length; position++) {
    if (matches(lines[position] as string, position)) return position;
  }
  return lines.length;
}

function joinLines(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** A command line's parts. */
export type CommandLine = {
  readonly command: string;
  readonly args: readonly Argument[];
  readonly problem: string | null;
};

/** Parses a command line; an empty one has an empty command. */
export function parseCommandLine(line: string): CommandLine {
  const text = line.trim();
  const commandEnd = text.search(/ |$/);
  const command = text.slice(0, commandEnd);
  const args: Argument[] = [];
  let position = skipBlanks(text, commandEnd);
  while (position < text.length) {
    const keyEnd = seek(text, position, " =");
    if (keyEnd === position)
      return unreadable(text, command, position, "an argument needs a name before the =");
    const key = text.slice(position, keyEnd);
    if (text[keyEnd] !== "=") {
      args.push({ key, values: [] });
      position = skipBlanks(text, keyEnd);
    } else if (text[keyEnd + 1] === "(") {
      const list = parseList(text, keyEnd + 2);
      if (list === null) return unreadable(text, command, keyEnd + 1, "the list has no closing parenthesis");
      args.push({ key, values: list.values });
      position = skipBlanks(text, list.end);
    } else {
      const valueEnd = seek(text, keyEnd + 1, " ");
      args.push({ key, values: [text.slice(keyEnd + 1, valueEnd)] });
      position = skipBlanks(text, valueEnd);
    }
  }
  return { command, args, problem: null };
}

function unreadable(text: string, command: string, position: number, why: string): CommandLine {
  return { command, args: [], problem: `cannot read the command at column ${position + 1}: ${why}: ${text}` };
}

/** Values up to the parenthesis that closes the list; parentheses inside values nest and hide their commas. */
function parseList(text: string, start: number): { values: string[]; end: number } | null {
  const values: string[] = [];
  let depth = 0;
  let valueStart = start;
  for (let position = start; position < text.length; position++) {
    const character = text[position];
    if (character === "(") depth++;
    else if (character === ")" && depth > 0) depth--;
    else if (depth === 0 && (character === "," || character === ")")) {
      values.push(text.slice(valueStart, position).trim());
      if (character === ")") return { values, end: position + 1 };
      valueStart = position + 1;
    }
  }
  return null;
}

function seek(text: string, start: number, stops: string): number {
  let position = start;
  while (position < text.length && !stops.includes(text[position] as string)) position++;
  return position;
}

function skipBlanks(text: string, start: number): number {
  let position = start;
  while (position < text.length && (text[position] as string).trim() === "") position++;
  return position;
}
