/**
 * Options of a property: the same cases in every run, so that a red test is never luck. A campaign sets STORE_SEED for other
 * cases and STORE_RUNS to multiply them.
 */
export function property(numRuns: number): { numRuns: number; seed: number } {
  const factor = Number(process.env["STORE_RUNS"] ?? "1");
  return { numRuns: numRuns * factor, seed: Number(process.env["STORE_SEED"] ?? "20240607") };
}
