/**
 * Tables and bars on a terminal.
 */

import { styleText } from "node:util";

/** A column: its head, the width of its widest cell, and the side that its cells lean on. */
export type Column = { readonly head: string; readonly width: number; readonly align: "left" | "right" };

/** The head and the rule below it; bold on a terminal that wants colours. */
export function tableHead(columns: readonly Column[]): string {
  const heads = tableRow(
    columns,
    columns.map(({ head }) => head),
  );
  const rule = columns.map(({ width }) => "─".repeat(width)).join("  ");
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

/** A number with three digits that matter, or all of its whole digits: `812 k`, `1.24 M` above a thousand. */
export function formatCount(value: number): string {
  if (value >= 1e6) return `${formatNumber(value / 1e6)} M`;
  if (value >= 1e4) return `${formatNumber(value / 1e3)} k`;
  return formatNumber(value);
}

/** A number with three digits that matter, or all of its whole digits. */
export function formatNumber(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const barWidth = 50;

/** How many of `values` fall into each bucket of `bucketSize`, from 0 to the largest, as lines with bars. */
export function textHistogram(values: readonly number[], bucketSize: number, unit: string): string {
  const counts: number[] = [];
  for (const value of values) {
    const bucket = Math.floor(value / bucketSize);
    while (counts.length <= bucket) counts.push(0);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  const largest = Math.max(...counts);
  const lines = counts.map((count, bucket) => {
    const from = String(bucket * bucketSize).padStart(5);
    const to = String((bucket + 1) * bucketSize).padStart(5);
    const bar = "█".repeat(Math.ceil((count / largest) * Math.min(barWidth, largest)));
    return `${from} –${to} ${unit}  ${String(count).padStart(3)}  ${bar}`.trimEnd();
  });
  const first = counts.findIndex((count) => count > 0);
  return lines.slice(Math.max(0, first)).join("\n");
}
