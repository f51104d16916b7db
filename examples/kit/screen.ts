/**
 * What a person sees of a cluster: on a terminal a table that is redrawn in place, with what happens above it; elsewhere
 * what happens, line by line.
 */

import type { MemberProcess, ProcessStatus } from "./member-process.ts";

/** A member with its state; null if it does not answer. */
export type Row = { readonly member: MemberProcess; readonly status: ProcessStatus | null };

const columns = ["name", "role", "term", "applied", "lag", "pid", "http"] as const;

/** The table's lines. `isColoured` also says whether the output understands escapes at all. */
export function tableLines(rows: readonly Row[], isColoured: boolean): readonly string[] {
  const newest = Math.max(0, ...rows.map(({ status }) => status?.commit ?? 0));
  const cells = rows.map(({ member, status }): readonly string[] => [
    member.name,
    status === null ? (member.isRunning ? "no answer" : "down") : roleOf(status),
    String(status?.term ?? "–"),
    String(status?.applied ?? "–"),
    status === null ? "–" : String(Math.max(0, newest - status.applied)),
    String(status?.pid ?? "–"),
    String(member.httpPort),
  ]);
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  const paint = (text: string, colour: number): string =>
    isColoured ? `\u001b[${colour}m${text}\u001b[0m` : text;
  return [
    paint(line(columns), 1),
    ...cells.map((row) => {
      const role = row[1];
      return role === "leader" ? paint(line(row), 32) : role === "down" ? paint(line(row), 31) : line(row);
    }),
  ];
}

function roleOf(status: ProcessStatus): string {
  return status.hasLostQuorum ? `${status.role}, no quorum` : status.role;
}

/** Writes to standard output. */
export class Screen {
  readonly isLive: boolean;
  private readonly isColoured: boolean;
  private drawn: readonly string[] = [];

  constructor() {
    this.isLive = process.stdout.isTTY;
    this.isColoured = this.isLive && (process.env["NO_COLOR"] ?? "") === "";
  }

  /** Prints a line that stays, above the table. */
  say(line: string): void {
    const { drawn } = this;
    this.erase();
    process.stdout.write(`${line}\n`);
    this.write(drawn);
  }

  /** Draws the table anew; nothing but on a terminal. */
  draw(rows: readonly Row[], hint: string): void {
    if (!this.isLive) return;
    this.erase();
    this.write(["", ...tableLines(rows, this.isColoured), "", hint]);
  }

  /** Prints the table where it stays. */
  print(rows: readonly Row[]): void {
    for (const line of tableLines(rows, this.isColoured)) this.say(line);
  }

  /** Takes the table away. */
  clear(): void {
    this.erase();
  }

  private erase(): void {
    if (this.drawn.length > 0) process.stdout.write(`\u001b[${this.drawn.length}A\u001b[0J`);
    this.drawn = [];
  }

  private write(lines: readonly string[]): void {
    if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
    this.drawn = lines;
  }
}
