/**
 * Reads what somebody wrote, field by field, and says of what is wrong where it is, what is there, and what to write instead.
 */

/** Something in a scenario cannot be used. */
export class ScenarioError extends Error {
  /** Where: `faults[2].selector.mode`; empty: the document as a whole. */
  readonly path: string;
  readonly value: unknown;
  /** What to do about it. */
  readonly remedy: string;

  constructor(path: string, value: unknown, remedy: string) {
    const there = value === undefined ? "missing" : abridged(JSON.stringify(value));
    super(path === "" ? remedy : `${path} is ${there}: ${remedy}`);
    this.name = "ScenarioError";
    this.path = path;
    this.value = value;
    this.remedy = remedy;
  }
}

const shownMax = 60;

function abridged(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}

type Fields = Readonly<Record<string, unknown>>;

/** One object and its place in the document. Fields that nobody asked for are an error at the {@link end}. */
export class FieldReader {
  readonly path: string;
  private readonly value: unknown;
  private readonly asked = new Set<string>();

  /** `value` undefined: the object was left out, and so is everything in it. */
  constructor(value: unknown, path: string) {
    this.value = value;
    this.path = path;
  }

  /** Its own value as a text, where a list has texts. */
  asText(): string {
    if (typeof this.value === "string") return this.value;
    throw new ScenarioError(this.path, this.value, "write a text");
  }

  /** Throws if there are fields that nobody asked for. */
  end(): void {
    for (const [name, value] of Object.entries(this.fields())) {
      if (!this.asked.has(name))
        throw new ScenarioError(
          this.at(name),
          value,
          `no such field here; there are ${[...this.asked].join(", ")}`,
        );
    }
  }

  text(name: string, fallback?: string): string {
    const value = this.take(name) ?? fallback;
    if (typeof value === "string") return value;
    throw this.wrong(name, "write a text");
  }

  /** A whole number in [low, high]. */
  whole(name: string, low: number, high: number, fallback?: number): number {
    const value = this.take(name) ?? fallback;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= low && value <= high)
      return value;
    throw this.wrong(name, `write a whole number from ${low} to ${high}`);
  }

  /** A whole number, or null if it says null or nothing. */
  wholeOrNull(name: string, low: number, high: number): number | null {
    const value = this.take(name);
    return value === undefined || value === null ? null : this.whole(name, low, high);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.take(name) ?? fallback;
    if (typeof value === "boolean") return value;
    throw this.wrong(name, "write true or false");
  }

  choice<Choice extends string | number>(
    name: string,
    choices: readonly Choice[],
    fallback?: Choice,
  ): Choice {
    const value = this.take(name) ?? fallback;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw this.wrong(name, `write one of ${choices.join(", ")}`);
  }

  object(name: string): FieldReader {
    return new FieldReader(this.take(name), this.at(name));
  }

  /** Whether a field is there. */
  has(name: string): boolean {
    return this.take(name) !== undefined;
  }

  /** A field as it is. */
  raw(name: string): unknown {
    return this.take(name);
  }

  /** An object whose fields are somebody else's business. */
  record(name: string): Fields {
    return this.object(name).fields();
  }

  /** A list; empty if it is missing. */
  list(name: string): readonly FieldReader[] {
    const value = this.take(name) ?? [];
    if (!Array.isArray(value)) throw this.wrong(name, "write a list: [ … ]");
    return value.map((item: unknown, position) => new FieldReader(item, `${this.at(name)}[${position}]`));
  }

  /** The error that a field's value cannot be used. */
  wrong(name: string, remedy: string): ScenarioError {
    return new ScenarioError(this.at(name), this.fields()[name], remedy);
  }

  private take(name: string): unknown {
    this.asked.add(name);
    return this.fields()[name];
  }

  private at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  private fields(): Fields {
    const { value } = this;
    if (value === undefined) return {};
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
    throw new ScenarioError(
      this.path,
      value,
      this.path === "" ? "a scenario is an object: { … }" : "write an object: { … }",
    );
  }
}
