/**
 * A history as one web page: a lane per client, a bar per operation, and the operations that cannot be explained marked.
 *
 * Of a wrong history there is a picture of what is around the operation that cannot be explained, then one of all that
 * belongs to it. Bars stand in the order of their calls and answers; lengths are those of their texts, not of time.
 */

import { type Markup, markup } from "../report/markup.ts";
import { framePage } from "../report/page.ts";
import type { HistoryReport } from "./check-history.ts";
import type { Model, Operation } from "./history.ts";

const barHeight = 22;
const laneGap = 10;
/** Of the font that bars are written in; a little more than browsers take. */
const charWidth = 6.8;
const left = 90;
/** Operations of the explanation, and others, that are shown around the one that cannot be explained. */
const aroundMax = 8;

/** What a bar says, and how it is drawn. */
type Bar = {
  readonly client: number;
  readonly calledAt: number;
  readonly returnedAt: number;
  readonly kind: "culprit" | "placed" | "unplaced";
  readonly text: string;
  readonly hint: string;
};

/** Makes the page; it needs nothing else. Of a wrong history it shows the part that is wrong. */
export function historyPage<State, Input, Output>(
  title: string,
  model: Model<State, Input, Output>,
  history: readonly Operation<Input, Output>[],
  report: HistoryReport,
): string {
  const positions = report.positions.length > 0 ? report.positions : history.map((_, position) => position);
  const operations = positions.map((position) => history[position] as Operation<Input, Output>);
  const text = (operation: Operation<Input, Output>): string =>
    model.describe(operation.input, operation.output);
  const bars = barsOf(operations, report, text);
  const around = barsAround(bars, report);
  const isWrong = report.verdict === "bad";
  const badge = isWrong ? "bad" : report.verdict === "ok" ? "good" : "";
  const body = markup`<header><h1>${title}</h1><span class="badge ${badge}">${report.verdict}</span></header>
<p class="about">${summary(model.name, report, operations, text)}</p>
${around === null ? null : pictureSection("Around the operation that cannot be explained", around, true)}
${pictureSection(around === null ? "The history" : "All of it", bars, isWrong)}`;
  return framePage(title, body);
}

function barsOf<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  { evidence, verdict }: HistoryReport,
  text: (operation: Operation<Input, Output>) => string,
): readonly Bar[] {
  const order = new Map(evidence.longest.map((operation, place) => [operation, place + 1]));
  return operations.map((operation, position) => {
    const { client, calledAt, returnedAt } = operation;
    const place = order.get(position);
    const isPlaced = verdict === "ok" || place !== undefined;
    const kind =
      position === evidence.culprit && verdict === "bad" ? "culprit" : isPlaced ? "placed" : "unplaced";
    const said = text(operation);
    const number = place === undefined ? "" : `${place} `;
    const explained = place === undefined ? "" : `, number ${place} of the explanation`;
    const open = Number.isFinite(returnedAt) ? "" : ", never answered";
    const hint = `client ${client}: ${said}${explained}${open}`;
    return { client, calledAt, returnedAt, kind, text: `${number}${said}`, hint };
  });
}

/** The end of the explanation, the culprit, and others that it might have had to do with; null if that is all, or none. */
function barsAround(bars: readonly Bar[], { evidence, verdict }: HistoryReport): readonly Bar[] | null {
  const culprit = bars[evidence.culprit];
  if (verdict !== "bad" || culprit === undefined) return null;
  const isNear = new Set(evidence.longest.slice(-aroundMax).map((position) => bars[position]));
  const others = bars
    .filter((bar) => bar.kind === "unplaced" && bar.calledAt < culprit.returnedAt)
    .toSorted((one, other) => other.calledAt - one.calledAt);
  for (const bar of [culprit, ...others.slice(0, aroundMax)]) isNear.add(bar);
  return isNear.size < bars.length ? bars.filter((bar) => isNear.has(bar)) : null;
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
function timeScale(bars: readonly Bar[]): { place(at: number): number; readonly width: number } {
  const times = [
    ...new Set(
      bars.flatMap(({ calledAt, returnedAt }) =>
        Number.isFinite(returnedAt) ? [calledAt, returnedAt] : [calledAt],
      ),
    ),
  ].toSorted((one, other) => one - other);
  const places = new Map<number, number>();
  const ending = new Map<number, Bar[]>();
  for (const bar of bars) {
    const list = ending.get(bar.returnedAt);
    if (list === undefined) ending.set(bar.returnedAt, [bar]);
    else list.push(bar);
  }
  let x = left;
  for (const at of times) {
    x += 8;
    for (const { calledAt, text } of ending.get(at) ?? [])
      x = Math.max(x, (places.get(calledAt) ?? left) + text.length * charWidth + 12);
    places.set(at, Math.round(x));
  }
  // Bars without an end reach to the edge, and are as wide as their texts, too.
  for (const { calledAt, text } of ending.get(Number.POSITIVE_INFINITY) ?? [])
    x = Math.max(x, (places.get(calledAt) ?? left) + text.length * charWidth - 40);
  return { place: (at) => places.get(at) ?? left, width: Math.round(x) + 60 };
}

function pictureSection(title: string, bars: readonly Bar[], isWrong: boolean): Markup {
  const scale = timeScale(bars);
  const clients = [...new Set(bars.map(({ client }) => client))].toSorted((one, other) => one - other);
  const lane = new Map(clients.map((client, place) => [client, place]));
  const drawn = bars.map(({ client, calledAt, returnedAt, kind, text, hint }) => {
    const isOpen = !Number.isFinite(returnedAt);
    const x = scale.place(calledAt);
    const end = isOpen ? scale.width : scale.place(returnedAt);
    const y = (lane.get(client) ?? 0) * (barHeight + laneGap);
    return markup`<g class="${kind}${isOpen ? " open" : ""}"><title>${hint}</title><rect x="${x}" y="${y}" width="${Math.max(end - x, 4)}" height="${barHeight}" rx="3"/><text x="${x + 5}" y="${y + 15}">${text}</text></g>`;
  });
  const names = clients.map(
    (client, place) =>
      markup`<text class="muted" x="0" y="${place * (barHeight + laneGap) + 15}">client ${client}</text>`,
  );
  const height = clients.length * (barHeight + laneGap);
  return markup`<section class="history"><h2>${title}</h2>${legend(isWrong)}<div class="scroll"><svg style="width:${scale.width}px;min-width:0" width="${scale.width}" height="${height}" role="img" aria-label="operations by client, in order">
${names}
${drawn}
</svg></div></section>`;
}

function legend(isWrong: boolean): Markup {
  const wrong = markup`<span><i class="swatch-unplaced"></i>not placed</span><span><i class="swatch-culprit"></i>cannot be explained</span>`;
  const placed = isWrong ? "in the longest explanation, with its number there" : "operation";
  return markup`<div class="legend"><span><i class="swatch-placed"></i>${placed}</span>${isWrong ? wrong : null}<span><i class="swatch-open"></i>never answered: it may take effect at any later time</span></div>`;
}
