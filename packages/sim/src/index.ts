/**
 * The public interface of `@quorate/sim`. See README.md.
 */

export { type CheckOptions, checkHistory, type HistoryReport } from "./linearizability/check-history.ts";
export type { Model, Operation } from "./linearizability/history.ts";
export { historyPage } from "./linearizability/history-page.ts";
export { HistoryFormatError, type RecordedHistory, readHistory } from "./linearizability/recorded-history.ts";
export { type RegisterInput, type RegisterOutput, registerModel } from "./linearizability/register-model.ts";
export type { Evidence, Verdict } from "./linearizability/search.ts";
export { type TextMapInput, type TextMapOutput, textMapModel } from "./linearizability/text-map-model.ts";
