/**
 * Tables as etcdctl draws them: a frame of `+-|`, headings in capitals and centred, cells to the right, long cells
 * broken at spaces.
 */

/** Columns beyond which a cell is broken. */
const cellColumnsMax = 30;

/** The lines of a table, without the last line's end. */
export function drawTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(wrap));
  const widths = headings.map((heading, column) => {
    return Math.max(columnsOf(heading), ...cells.map((row) => row[column]?.columns ?? 0));
  });
  const rule = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+`;
  const head = `|${widths.map((width, column) => ` ${centre(headings[column] ?? "", width)} `).join("|")}|`;
  const body = cells.flatMap((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.lines.length));
    return Array.from({ length: height }, (_unused, line) => {
      const parts = widths.map((width, column) => ` ${right(row[column]?.lines[line] ?? "", width)} `);
      return `|${parts.join("|")}|`;
    });
  });
  const parts = [rule, head.toUpperCase(), rule, ...body];
  return (rows.length === 0 ? parts : [...parts, rule]).join("\n");
}

/** A cell's lines, and the columns that it wants. */
function wrap(text: string): { readonly lines: readonly string[]; readonly columns: number } {
  if (columnsOf(text) <= cellColumnsMax) return { lines: [text], columns: columnsOf(text) };
  const words = text.split(" ");
  const limit = Math.max(cellColumnsMax, ...words.map(columnsOf));
  const lines: string[] = [];
  let line = words[0] ?? "";
  for (const word of words.slice(1)) {
    if (columnsOf(line) + 1 + columnsOf(word) <= limit) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return { lines, columns: limit };
}

function columnsOf(text: string): number {
  return Array.from(text).length;
}

function right(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - columnsOf(text))) + text;
}

function centre(text: string, width: number): string {
  const gap = Math.max(0, width - columnsOf(text));
  const left = Math.floor(gap / 2);
  return " ".repeat(left) + text + " ".repeat(gap - left);
}
