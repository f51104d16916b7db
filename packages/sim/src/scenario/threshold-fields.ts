/**
 * Thresholds, as files say them: `"thresholds": { "recoveryP99Ms": 3000, "failedPercent": 5 }`.
 */

import { type ThresholdName, type Thresholds, thresholdNames } from "../report/thresholds.ts";
import { type FieldReader, ScenarioError } from "./field-reader.ts";

/** Reads them; none that nobody knows, and numbers from 0 on. */
export function readThresholds(fields: FieldReader): Thresholds {
  const thresholds: Partial<Record<ThresholdName, number>> = {};
  for (const name of thresholdNames) {
    const value = fields.raw(name);
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
      throw new ScenarioError(`${fields.path}.${name}`, value, "write a number from 0 on");
    thresholds[name] = value;
  }
  fields.end();
  return thresholds;
}
