/**
 * A history as one web page: a lane per client, a bar per operation, and the operations that cannot be explained marked.
 */

import type { HistoryReport } from "./check-history.ts";
import type { Model, Operation } from "./history.ts";

const barHeight = 22;
const laneGap = 10;
const charWidth = 6.2;
const left = 90;

/** Makes the page; it needs nothing else. Of a wrong history it shows the part that is wrong. */
export function historyPage<State, Input, Output>(
  title: string,
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  report: HistoryReport,
): string {
  const positions = report.positions.length > 0 ? report.positions : history.map((_, position) => position);
  const operations = positions.map((position) => history[position] as Operation<Input, Output>);
  const culprit = report.evidence.culprit;
  const order = new Map(report.evidence.longest.map((operation, place) => [operation, place + 1]));
  const text = (operation: Operation<Input, Output>): string =>
    model.describe(operation.input, operation.output);
  const scale = timeScale(operations, text);
  const clients = [...new Set(operations.map(({ client }) => client))].toSorted((one, other) => one - other);
  const lane = new Map(clients.map((client, place) => [client, place]));
  const bars = operations.map((operation, position) => {
    const x = scale.place(operation.calledAt);
    const end = Number.isFinite(operation.returnedAt) ? scale.place(operation.returnedAt) : scale.width;
    const y = (lane.get(operation.client) ?? 0) * (barHeight + laneGap);
    const place = order.get(position);
    const kind = position === culprit ? "culprit" : place === undefined ? "left" : "placed";
    const hint = `${text(operation)}${place === undefined ? "" : ` · number ${place} of the longest explanation`}`;
    const open = Number.isFinite(operation.returnedAt) ? "" : " open";
    return `<g class="${kind}${open}"><title>${escape(hint)}</title><rect x="${x}" y="${y}" width="${Math.max(end - x, 4)}" height="${barHeight}" rx="3"/><text x="${x + 4}" y="${y + 15}">${escape(text(operation))}</text></g>`;
  });
  const names = clients.map(
    (client, place) => `<text x="0" y="${place * (barHeight + laneGap) + 15}">client ${client}</text>`,
  );
  const height = clients.length * (barHeight + laneGap);
  return page(
    title,
    summary(model.name, report, operations, text),
    [...names, ...bars].join("\n"),
    scale.width + 40,
    height,
  );
}

function summary<Input, Output>(
  model: string,
  report: HistoryReport,
  operations: readonly Operation<Input, Output>[],
  text: (operation: Operation<Input, Output>) => string,
): string {
  const { verdict, part, evidence } = report;
  const where = part === null || part === "" ? "" : ` of key ${part}`;
  if (verdict === "ok") return `Linearizable as a ${model}: ${operations.length} operations.`;
  if (verdict === "unknown")
    return `Not decided: the budget ended before the ${operations.length} operations${where} were.`;
  const culprit = operations[evidence.culprit];
  const which =
    culprit === undefined ? "" : ` “${text(culprit)}” by client ${culprit.client} cannot be placed.`;
  return `Not linearizable as a ${model}. The longest explanation places ${evidence.longest.length} of ${operations.length} operations${where}; after it${which === "" ? " nothing can follow." : which}`;
}

/** Bars are wide enough for their texts, and times keep their order. */
function timeScale<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  text: (operation: Operation<Input, Output>) => string,
): { place(at: number): number; readonly width: number } {
  const times = [
    ...new Set(
      operations.flatMap(({ calledAt, returnedAt }) =>
        Number.isFinite(returnedAt) ? [calledAt, returnedAt] : [calledAt],
      ),
    ),
  ].toSorted((one, other) => one - other);
  const places = new Map<number, number>();
  const ending = new Map<number, Operation<Input, Output>[]>();
  for (const operation of operations) {
    const list = ending.get(operation.returnedAt);
    if (list === undefined) ending.set(operation.returnedAt, [operation]);
    else list.push(operation);
  }
  let x = left;
  for (const at of times) {
    x += 8;
    for (const operation of ending.get(at) ?? []) {
      x = Math.max(x, (places.get(operation.calledAt) ?? left) + text(operation).length * charWidth + 10);
    }
    places.set(at, Math.round(x));
  }
  return { place: (at) => places.get(at) ?? left, width: Math.round(x) + 60 };
}

function page(title: string, text: string, drawing: string, width: number, height: number): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fbfbf9; --placed: #cfe3d4; --left: #dcdfe6; --culprit: #e5484d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e9ec; --paper: #15181d; --placed: #2c4a36; --left: #353b46; } }
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: var(--ink); background: var(--paper); }
.scroll { overflow-x: auto; padding-bottom: 1rem; }
svg text { font: 11px ui-monospace, monospace; fill: var(--ink); }
.placed rect { fill: var(--placed); } .left rect { fill: var(--left); } .culprit rect { fill: var(--culprit); }
.culprit text { fill: #fff; } .open rect { stroke: var(--ink); stroke-dasharray: 3 3; }
.legend span { display: inline-block; padding: 0 .6em; margin-right: .6em; border-radius: 3px; }
</style></head><body>
<h1>${escape(title)}</h1>
<p>${escape(text)}</p>
<p class="legend"><span style="background:var(--placed)">in the longest explanation</span><span style="background:var(--left)">not placed</span><span style="background:var(--culprit);color:#fff">cannot be explained</span><span style="outline:1px dashed">no answer</span></p>
<div class="scroll"><svg width="${width}" height="${height}" role="img" aria-label="operations by client over time">
${drawing}
</svg></div>
</body></html>
`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
