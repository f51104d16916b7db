/**
 * The public interface of `@quorate/sim`. See README.md.
 */

export { allCheckers, checkerTitles } from "./check/all-checkers.ts";
export type { Checker, MakeChecker } from "./check/checker.ts";
export { machineCheckers } from "./check/machine-checkers.ts";
export { type CheckOptions, checkHistory, type HistoryReport } from "./linearizability/check-history.ts";
export type { Model, Operation } from "./linearizability/history.ts";
export { historyPage } from "./linearizability/history-page.ts";
export { HistoryFormatError, type RecordedHistory, readHistory } from "./linearizability/recorded-history.ts";
export { type RegisterInput, type RegisterOutput, registerModel } from "./linearizability/register-model.ts";
export type { Evidence, Verdict } from "./linearizability/search.ts";
export { type TextMapInput, type TextMapOutput, textMapModel } from "./linearizability/text-map-model.ts";
export {
  type ClientTurn,
  type CommandCall,
  defineSimulatedMachine,
  defineWorkload,
  type QueryCall,
  type SimulatedMachine,
  type SimulatedWorkload,
} from "./machine-under-test/simulated-machine.ts";
export { type CoverageCounts, expectedMarks } from "./observe/coverage.ts";
export type { Ghost } from "./observe/ghost.ts";
export type { Observation } from "./observe/observation.ts";
export { allFlavours } from "./plan/flavours/all-flavours.ts";
export type { Fault, FaultKind, Plan, Selector } from "./plan/plan.ts";
export { type SwarmOptions, swarmPlan } from "./plan/swarm.ts";
export { type Experiment, type ExperimentParts, makeExperiment } from "./plugin/experiment.ts";
export {
  ModuleShapeError,
  readMachineModule,
  readPluginModule,
  readWorkloadModule,
} from "./plugin/module-shape.ts";
export { definePlugin, type PluginFault, type SimulationPlugin } from "./plugin/plugin.ts";
export { junitText } from "./report/junit.ts";
export type { RunMeasurement, Spread } from "./report/measurement.ts";
export { reportPage } from "./report/page.ts";
export { RecordKeeper } from "./report/record-keeper.ts";
export type { ReportInput } from "./report/report-input.ts";
export { reportFormat, reportJson } from "./report/report-json.ts";
export { type GroupCount, type ReportSummary, summarize } from "./report/report-summary.ts";
export { type RunRecord, recordOf } from "./report/run-record.ts";
export {
  compareWithThresholds,
  describeBroken,
  type ThresholdResult,
  type Thresholds,
} from "./report/thresholds.ts";
export { type CampaignOptions, type CampaignRun, runPlan, runSeed } from "./run/campaign.ts";
export type { CustomUser, MakeCustomUser } from "./run/custom-users.ts";
export type { CustomFault, CustomFaults } from "./run/fault-driver.ts";
export type { RunFigures, RunOptions, RunReport } from "./run/simulation.ts";
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
export type { Client } from "./workload/client.ts";
export type { Machine } from "./world/machine.ts";
export type { RandomStream } from "./world/random-streams.ts";
export { Priority } from "./world/virtual-time.ts";
export type { World } from "./world/world.ts";
