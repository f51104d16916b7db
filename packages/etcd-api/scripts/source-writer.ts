/**
 * Collects lines of TypeScript and what they need to import.
 */

/** Text in the making. Lines indent by themselves: one that ends with an opening bracket begins a block. */
export class SourceWriter {
  readonly #lines: string[] = [];
  readonly #imports = new Map<string, { values: Set<string>; types: Set<string> }>();
  #depth = 0;

  /** Adds lines; a line that begins with a closing bracket ends a block. */
  add(...lines: readonly string[]): void {
    for (const line of lines) {
      if (/^[)\]}]/.test(line)) this.#depth--;
      this.#lines.push(line === "" ? "" : "  ".repeat(this.#depth) + line);
      if (/[([{]$/.test(line)) this.#depth++;
    }
  }

  /** Adds a docstring; nothing if it says nothing. */
  doc(comment: readonly string[]): void {
    if (comment.length === 0) return;
    if (comment.length === 1) this.add(`/** ${comment[0] ?? ""} */`);
    else this.add("/**", ...comment.map((line) => ` * ${line}`.trimEnd()), " */");
  }

  /** Imports a value and returns its name. */
  use(module: string, name: string): string {
    this.#module(module).values.add(name);
    return name;
  }

  /** Imports a type and returns its name. */
  useType(module: string, name: string): string {
    this.#module(module).types.add(name);
    return name;
  }

  /** The text, under a header and its imports. */
  finish(header: readonly string[]): string {
    const imports = [...this.#imports]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, { values, types }]) => {
        if (values.size === 0) return `import type { ${[...types].toSorted().join(", ")} } from "${module}";`;
        const names = [
          ...values,
          ...[...types].filter((name) => !values.has(name)).map((name) => `type ${name}`),
        ];
        const sorted = names.toSorted((a, b) => (bare(a) < bare(b) ? -1 : 1));
        return `import { ${sorted.join(", ")} } from "${module}";`;
      });
    return [...header, "", ...imports, "", ...this.#lines].join("\n").trimEnd() + "\n";
  }

  #module(module: string): { values: Set<string>; types: Set<string> } {
    const known = this.#imports.get(module);
    if (known !== undefined) return known;
    const fresh = { values: new Set<string>(), types: new Set<string>() };
    this.#imports.set(module, fresh);
    return fresh;
  }
}

function bare(name: string): string {
  return name.replace(/^type /, "");
}
