/**
 * Comments of a source file.
 */

/**
 * Finds every comment, line by line. `literals` are the `[start, end)` of the file's strings, template pieces and
 * regular expressions: nothing in them opens a comment.
 */
export function readComments(
  text: string,
  literals: readonly (readonly [number, number])[],
): { readonly text: string; readonly line: number }[] {
  const ends = new Map(literals);
  const comments: { text: string; line: number }[] = [];
  let line = 1;
  let position = 0;
  while (position < text.length) {
    let end = ends.get(position) ?? position;
    const opening = end > position ? "" : text.slice(position, position + 2);
    if (opening === "//") end = endOf(text, "\n", position);
    else if (opening === "/*") end = endOf(text, "*/", position) + 2;
    const piece = text.slice(position, Math.max(end, position + 1));
    const lines = piece.split("\n");
    if (opening === "//" || opening === "/*") {
      for (const [offset, content] of lines.entries()) comments.push({ text: content, line: line + offset });
    }
    line += lines.length - 1;
    position += piece.length;
  }
  return comments;
}

function endOf(text: string, closing: string, from: number): number {
  const found = text.indexOf(closing, from);
  return found === -1 ? text.length : found;
}
