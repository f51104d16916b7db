/**
 * A log line for people: time, level, member, term and index in columns, then the message and its fields.
 */

const colours: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31, fatal: 31 };
const inColumns: ReadonlySet<string> = new Set(["level", "ts", "service", "node", "term", "index", "msg"]);
const messageWidth = 44;

/** Formats the fields of a line. Control characters, which a client may have sent, are shown as escapes. */
export function consoleLine(line: Readonly<Record<string, unknown>>, isColoured: boolean): string {
  const paint = (text: string, colour: number): string =>
    isColoured ? `\u001b[${colour}m${text}\u001b[0m` : text;
  const level = String(line["level"]);
  const time = String(line["ts"]).slice(11, 23);
  const fields = Object.entries(line)
    .filter(([name]) => !inColumns.has(name))
    .map(([name, value]) => `${paint(`${name}=`, 90)}${valueText(value)}`);
  const head = [
    paint(time, 90),
    paint(level.toUpperCase().padEnd(5), colours[level] ?? 0),
    visible(String(line["node"])),
    paint(`t${String(line["term"])} i${String(line["index"])}`.padEnd(8), 90),
  ].join(" ");
  const message = visible(String(line["msg"]));
  return `${head} ${fields.length === 0 ? message : `${message.padEnd(messageWidth)} ${fields.join(" ")}`}`;
}

function valueText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) || typeof value !== "string" ? visible(text) : JSON.stringify(text);
}

function visible(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
