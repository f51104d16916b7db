/**
 * Line diffs: what was expected against what happened.
 */

/** One line of a diff. */
export type DiffLine = { readonly mark: " " | "-" | "+"; readonly text: string };

/**
 * A shortest edit from `expected` to `actual`, by longest common subsequence; removals stand before additions.
 * Quadratic in the lines between the common beginning and end, which is fine for the outputs of directives.
 */
export function diffLines(expected: readonly string[], actual: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < expected.length && start < actual.length && expected[start] === actual[start]) start++;
  let end = 0;
  while (
    end < expected.length - start &&
    end < actual.length - start &&
    expected[expected.length - 1 - end] === actual[actual.length - 1 - end]
  ) {
    end++;
  }
  return [
    ...mark(" ", expected.slice(0, start)),
    ...diffMiddle(expected.slice(start, expected.length - end), actual.slice(start, actual.length - end)),
    ...mark(" ", expected.slice(expected.length - end)),
  ];
}

function diffMiddle(expected: readonly string[], actual: readonly string[]): DiffLine[] {
  const lengths = commonLengths(expected, actual);
  const lengthAt = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  const lines: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < expected.length && column < actual.length) {
    if (expected[row] === actual[column]) {
      lines.push({ mark: " ", text: expected[row] as string });
      row++;
      column++;
    } else if (lengthAt(row + 1, column) >= lengthAt(row, column + 1)) {
      lines.push({ mark: "-", text: expected[row++] as string });
    } else {
      lines.push({ mark: "+", text: actual[column++] as string });
    }
  }
  return [...lines, ...mark("-", expected.slice(row)), ...mark("+", actual.slice(column))];
}

/** `result[i][j]`: length of the longest common subsequence of `one` from i and `other` from j on. */
function commonLengths(one: readonly string[], other: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  for (let row = one.length - 1; row >= 0; row--) {
    const below = rows[row + 1] as Uint32Array;
    const current = rows[row] as Uint32Array;
    for (let column = other.length - 1; column >= 0; column--) {
      current[column] =
        one[row] === other[column]
          ? (below[column + 1] as number) + 1
          : Math.max(below[column] as number, current[column + 1] as number);
    }
  }
  return rows;
}

function mark(sign: DiffLine["mark"], lines: readonly string[]): DiffLine[] {
  return lines.map((text) => ({ mark: sign, text }));
}

/**
 * A diff as text: changed lines with `contextLines` unchanged ones around, gaps as `…`. Blanks at the end of a
 * changed line are made visible.
 */
export function renderDiff(lines: readonly DiffLine[], isColored: boolean, contextLines = 3): string {
  const isNear = lines.map((_, position) =>
    lines
      .slice(Math.max(0, position - contextLines), position + contextLines + 1)
      .some((line) => line.mark !== " "),
  );
  let text = "";
  let isGap = false;
  for (const [position, line] of lines.entries()) {
    if (isNear[position] === true) {
      text += `${renderLine(line, isColored)}\n`;
      isGap = false;
    } else if (!isGap) {
      text += "  …\n";
      isGap = true;
    }
  }
  return text;
}

function renderLine(line: DiffLine, isColored: boolean): string {
  if (line.mark === " ") return `  ${line.text}`;
  const visible = line.text.replace(/ +$/, (blanks) => "·".repeat(blanks.length));
  const text = `${line.mark} ${visible}`;
  if (!isColored) return text;
  return `\u001b[${line.mark === "-" ? 31 : 32}m${text}\u001b[0m`;
}
