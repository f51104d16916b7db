/**
 * A finding: one place where the tree breaks one of its rules.
 */

/** What a rule reports. `file` is relative to the root, with forward slashes; `line` counts from 1. */
export type Finding = {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
};

/** One line for people and for editors that jump to `file:line`. */
export function formatFinding(finding: Finding): string {
  return `${finding.file}:${finding.line} ${finding.rule} ${finding.message} Remedy: ${finding.remedy}`;
}

/** By file, then line, then rule. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (one, other) =>
      one.file.localeCompare(other.file, "en") ||
      one.line - other.line ||
      one.rule.localeCompare(other.rule, "en"),
  );
}
