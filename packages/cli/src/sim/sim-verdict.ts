/**
 * Verdicts as exit codes.
 */

import { exitCodes, type RunVerdict } from "@quorate/sim";

/** The exit code of a verdict. */
export function exitCodeOf({ kind }: RunVerdict): number {
  return exitCodes[kind];
}

/** How bad each code is: what is wrong with the cluster before what is wrong with the looking. */
const worstFirst: readonly number[] = [
  exitCodes.violation,
  exitCodes.crash,
  exitCodes.liveness,
  exitCodes.nondeterminism,
  exitCodes.unknown,
  exitCodes.pass,
];

/** The worse of two exit codes. */
export function worse(one: number, other: number): number {
  return worstFirst.indexOf(one) <= worstFirst.indexOf(other) ? one : other;
}
