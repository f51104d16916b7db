/**
 * Splits a .proto file into words, each with the comment that stands right before it.
 */

/** A word, number, string or sign. */
export type Token = {
  readonly text: string;
  readonly line: number;
  /** Lines of the comment that ends on the line before; empty if there is none. */
  readonly comment: readonly string[];
};

const pattern = /[ \t\r]+|\n|\/\/[^\n]*|"[^"\n]*"|[\w.]+|[{}()=;<>,[\]]/y;

/** The tokens of a file. Block comments are not part of the subset. */
export function tokenize(file: string, text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let comment: string[] = [];
  let isLineEmpty = true;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) throw new Error(`${file}:${line}: unexpected "${text.slice(at, at + 10)}"`);
    if (found === "\n") {
      line++;
      if (isLineEmpty) comment = [];
      isLineEmpty = true;
    } else if (found.startsWith("//")) {
      comment.push(found.slice(2).trim());
      isLineEmpty = false;
    } else if (found.trim() !== "") {
      tokens.push({ text: found, line, comment });
      comment = [];
      isLineEmpty = false;
    }
  }
  return tokens;
}
