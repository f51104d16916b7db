/**
 * Text of HTML, SVG or XML in which everything that is put in is escaped, unless it is such text itself.
 *
 *   markup`<td>${name}</td>`
 */

/** See the module. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put in; of a list all of it, one after another. */
export type Insert = string | number | Markup | null | readonly Insert[];

/** The tag of templates. `null` puts in nothing. */
export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  const texts = parts.map((part, position) => part + textOf(inserts[position] ?? null));
  return new Markup(texts.join(""));
}

function textOf(insert: Insert): string {
  if (insert === null) return "";
  if (insert instanceof Markup) return insert.text;
  if (typeof insert === "object") return insert.map(textOf).join("");
  return escape(String(insert));
}

const names: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** XML cannot say most control characters at all, nor halves of pairs; they become U+FFFD. */
function escape(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (found) => ("\t\n\r".includes(found) ? found : "\ufffd"))
    .replaceAll(/[&<>"']/g, (character) => names[character] ?? "");
}
