/**
 * The public interface of `@quorate/sim`. See README.md.
 */

export { allCheckers, checkerTitles } from "./check/all-checkers.ts";
export type { Checker, MakeChecker } from "./check/checker.ts";
export { type CheckOptions, checkHistory, type HistoryReport } from "./linearizability/check-history.ts";
export type { Model, Operation } from "./linearizability/history.ts";
export { historyPage } from "./linearizability/history-page.ts";
export { HistoryFormatError, type RecordedHistory, readHistory } from "./linearizability/recorded-history.ts";
export { type RegisterInput, type RegisterOutput, registerModel } from "./linearizability/register-model.ts";
export type { Evidence, Verdict } from "./linearizability/search.ts";
export { type TextMapInput, type TextMapOutput, textMapModel } from "./linearizability/text-map-model.ts";
export { type CoverageCounts, expectedMarks } from "./observe/coverage.ts";
export type { Fault, FaultKind, Plan, Selector } from "./plan/plan.ts";
export { type SwarmOptions, swarmPlan } from "./plan/swarm.ts";
export { type CampaignOptions, type CampaignRun, runPlan, runSeed } from "./run/campaign.ts";
export type { RunFigures, RunReport } from "./run/simulation.ts";
export { describeVerdict, exitCodes, type Verdict as RunVerdict } from "./run/verdict.ts";
export { findScenarios, scenarioNames } from "./scenario/book.ts";
export { ScenarioError } from "./scenario/field-reader.ts";
export {
  compareWithExpected,
  type Expectation,
  parseScenarios,
  readScenarios,
  type Scenario,
  scenarioOfFailure,
  writeScenario,
} from "./scenario/scenario.ts";
export { type ShrinkOptions, type ShrinkProgress, type Shrunk, shrinkPlan } from "./shrink/shrink-plan.ts";
export {
  type ElectionStudy,
  type ElectionStudyOptions,
  electionPlan,
  studyElections,
} from "./study/election-study.ts";
export { studyLines } from "./study/study-text.ts";
