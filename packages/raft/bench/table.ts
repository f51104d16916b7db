/**
 * Tables on a terminal: aligned columns, printed line by line while the figures come in.
 */

import { styleText } from "node:util";

/** A column: its head, the width of its widest cell, and the side that its cells lean on. */
export type Column = { readonly head: string; readonly width: number; readonly align: "left" | "right" };

/** The head and the rule below it; bold on a terminal that wants colours. */
export function tableHead(columns: readonly Column[]): string {
  const heads = tableRow(
    columns,
    columns.map((column) => column.head),
  );
  const rule = columns.map((column) => "─".repeat(column.width)).join("  ");
  return `${styleText("bold", heads)}\n${styleText("dim", rule)}`;
}

/** One line of cells. */
export function tableRow(columns: readonly Column[], cells: readonly string[]): string {
  const padded = columns.map(({ width, align }, position) => {
    const cell = cells[position] ?? "";
    return align === "left" ? cell.padEnd(width) : cell.padStart(width);
  });
  return padded.join("  ").trimEnd();
}

/** A count in thousands or millions with three digits that matter: `812 k`, `1.24 M`. */
export function formatCount(value: number): string {
  if (value >= 1e6) return `${significant(value / 1e6)} M`;
  if (value >= 1e3) return `${significant(value / 1e3)} k`;
  return significant(value);
}

/** A number with three digits that matter, or all of its whole digits. */
export function significant(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
