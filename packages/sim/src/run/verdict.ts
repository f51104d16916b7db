/**
 * What a run came to.
 */

/** Exit codes of the command: what the worst verdict of a campaign was. */
export const exitCodes = {
  pass: 0,
  crash: 2,
  liveness: 3,
  violation: 4,
  nondeterminism: 5,
  unknown: 6,
} as const;

/** See the module. */
export type Verdict =
  | { readonly kind: "pass" }
  /** An invariant does not hold. */
  | {
      readonly kind: "violation";
      readonly invariant: string;
      /** Name of the member at which it showed; empty: none in particular. */
      readonly node: string;
      readonly atUs: number;
      readonly text: string;
    }
  /** After everything was healed the cluster did not come to rest in time. */
  | { readonly kind: "liveness"; readonly invariant: string; readonly atUs: number; readonly text: string }
  /** The same plan gave two different runs. */
  | { readonly kind: "nondeterminism"; readonly text: string }
  /** A member ended by itself for no reason that the world gave it, or something threw where nothing may. */
  | { readonly kind: "crash"; readonly node: string; readonly atUs: number; readonly text: string }
  /** A check was not finished. */
  | { readonly kind: "unknown"; readonly text: string };

/** A verdict in one line. */
export function describeVerdict(verdict: Verdict): string {
  switch (verdict.kind) {
    case "pass":
      return "pass";
    case "violation":
      return `violation of ${verdict.invariant} at ${place(verdict)}: ${verdict.text}`;
    case "liveness":
      return `no progress (${verdict.invariant}) at ${seconds(verdict.atUs)}: ${verdict.text}`;
    case "crash":
      return `crash at ${place(verdict)}: ${verdict.text}`;
    case "nondeterminism":
      return `not deterministic: ${verdict.text}`;
    case "unknown":
      return `unknown: ${verdict.text}`;
  }
}

function place({ node, atUs }: { readonly node: string; readonly atUs: number }): string {
  return node === "" ? seconds(atUs) : `${node}, ${seconds(atUs)}`;
}

function seconds(us: number): string {
  return `${(us / 1_000_000).toFixed(6)} s`;
}
