/**
 * The buffer that a directive's output is written into, by commands and by log lines.
 */

/** Log levels from chatty to silent. `NONE` silences commands as well, which keeps setups short. */
export const logLevels = ["DEBUG", "INFO", "WARN", "ERROR", "FATAL", "NONE"] as const;
export type LogLevel = (typeof logLevels)[number];

/** A log line and how important it is. */
export type LogLine = { readonly level: Exclude<LogLevel, "NONE">; readonly text: string };

/** Collects the output of one directive after another. */
export class Output {
  /** Log lines below this are left out. */
  level: LogLevel = "DEBUG";
  private text = "";

  /** Whether nothing at all is written. */
  get quiet(): boolean {
    return this.level === "NONE";
  }

  /** Empties the buffer and returns what was in it. */
  take(): string {
    const taken = this.text;
    this.text = "";
    return taken;
  }

  /** Writes text as it is, unless quiet. */
  write(text: string): void {
    if (!this.quiet) this.text += text;
  }

  /** Writes a log line if its level is not below the one set. */
  log(line: LogLine): void {
    if (logLevels.indexOf(line.level) >= logLevels.indexOf(this.level))
      this.write(`${line.level} ${line.text}\n`);
  }

  /** Runs `action` and indents what it writes by two spaces. */
  indented(action: () => void): void {
    const outer = this.take();
    try {
      action();
    } finally {
      const inner = this.take();
      this.text = outer + indentLines(inner);
    }
  }
}

function indentLines(text: string): string {
  if (text === "") return "";
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  return lines.map((line) => `  ${line}\n`).join("");
}
