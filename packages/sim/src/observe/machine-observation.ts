/**
 * What a state machine did that somebody brought: the observations that D1 to D5 and K1 go by. Results are told as texts
 * that are equal if and only if the results' bytes are.
 */

/** See the module. */
export type MachineSeen =
  /** The wrapper of the machine, for each command: what came of it. Follows the `applied` of its entry. */
  | {
      readonly kind: "machine-result";
      readonly index: number;
      readonly data: Uint8Array;
      readonly result: string;
      /** The result itself, for the model. */
      readonly output: unknown;
    }
  /**
   * The wrapper: while it applied something the machine asked for what no command told it, say `Math.random`. Comes before
   * the `applied` of the first entry of the batch, which is `index`.
   */
  | { readonly kind: "machine-strayed"; readonly index: number; readonly what: string }
  /**
   * The wrapper, when a snapshot was taken: the state's digest, and that of a fresh machine which took the snapshot.
   * `index`: the last command; 0: not known, since there was none in this life.
   */
  | {
      readonly kind: "machine-snapshot";
      readonly index: number;
      readonly digest: string;
      readonly restored: string;
    }
  /** The wrapper: the machine threw; `index` as above. */
  | {
      readonly kind: "machine-threw";
      readonly what: "create" | "apply" | "results.encode" | "query" | "snapshot" | "restore" | "digest";
      readonly index: number;
      readonly message: string;
    }
  /** A client, when its command was answered; comes before `command-answered`. */
  | { readonly kind: "machine-answered"; readonly call: number; readonly result: string };
