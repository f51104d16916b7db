/**
 * What a machine could ask for besides its commands: the time and random numbers. While it runs they are the member's
 * simulated ones, so that a machine which asks for them is found out, and the same seed finds it out again; and it is
 * written down what was asked for.
 */

/** Where the values come from. */
export type StraySources = {
  /** Milliseconds since 1970 on this member's clock. */
  readonly wallNowMs: () => number;
  /** Milliseconds that only rise. */
  readonly monotonicNowMs: () => number;
  /** 32 bits. */
  readonly next32: () => number;
};

/** What is replaced in one object. */
type Replacement = { readonly target: object; readonly name: string; readonly value: unknown };

/** See the module. */
export class StrayInputs {
  /** What was asked for since it was last cleared, say `Math.random`. */
  readonly asked = new Set<string>();
  private readonly replacements: readonly Replacement[];
  private depth = 0;

  constructor(sources: StraySources) {
    this.replacements = this.replacementsOf(sources);
  }

  /** Runs something of the machine. */
  run<Value>(callback: () => Value): Value {
    if (this.depth > 0) return callback();
    this.depth++;
    const restore = this.replacements.map(replace);
    try {
      return callback();
    } finally {
      for (const undo of restore) undo();
      this.depth--;
    }
  }

  private replacementsOf({ wallNowMs, monotonicNowMs, next32 }: StraySources): readonly Replacement[] {
    const note = <Value>(name: string, value: Value): Value => {
      this.asked.add(name);
      return value;
    };
    const dateNow = (): number => Math.floor(wallNowMs());
    const fill = (bytes: Uint8Array): Uint8Array => {
      for (let at = 0; at < bytes.length; at++) bytes[at] = next32() & 0xff;
      return bytes;
    };
    const random = (): number => note("Math.random", next32() / 0x1_0000_0000);
    const getRandomValues = <View extends ArrayBufferView>(view: View): View => {
      fill(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      return note("crypto.getRandomValues", view);
    };
    return [
      { target: Math, name: "random", value: random },
      { target: globalThis, name: "Date", value: dateOf(dateNow, (name) => this.asked.add(name)) },
      { target: performance, name: "now", value: () => note("performance.now", monotonicNowMs()) },
      { target: crypto, name: "getRandomValues", value: getRandomValues },
      {
        target: crypto,
        name: "randomUUID",
        value: () => note("crypto.randomUUID", uuidOf(fill(new Uint8Array(16)))),
      },
    ];
  }
}

/** Puts something in the place of a property; the returned function takes it back. */
function replace({ target, name, value }: Replacement): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

/** `Date`, at another time; what is made from given numbers or texts is as ever. */
function dateOf(now: () => number, note: (name: string) => void): DateConstructor {
  return new Proxy(Date, {
    construct(target, values: readonly unknown[], newTarget) {
      if (values.length > 0) return Reflect.construct(target, [...values], newTarget) as Date;
      note("new Date()");
      return Reflect.construct(target, [now()], newTarget) as Date;
    },
    apply(target) {
      note("Date()");
      return new target(now()).toString();
    },
    get(target, name) {
      if (name !== "now") return Reflect.get(target, name) as unknown;
      return () => {
        note("Date.now");
        return now();
      };
    },
  });
}

function uuidOf(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
