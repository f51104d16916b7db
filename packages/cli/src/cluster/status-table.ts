/**
 * The table of a local cluster: one row per member, as wide as the terminal allows.
 */

import type { MemberStatus } from "./member-status.ts";

/** A member as the table sees it. */
export type MemberRow = {
  readonly name: string;
  readonly clientUrl: string;
  readonly pid: number | null;
  /** How it ended; null if it runs. */
  readonly ended: string | null;
  /** Null: it does not answer. */
  readonly status: MemberStatus | null;
  readonly isChosen: boolean;
};

/** How it is drawn. */
export type TableStyle = { readonly columns: number; readonly isColoured: boolean };

type Column = {
  readonly title: string;
  readonly isNumber: boolean;
  /** From how many terminal columns on it is shown. */
  readonly from: number;
  cell(row: MemberRow, view: View): string;
};

/** What cells need of all rows. */
type View = {
  readonly newest: number;
  readonly names: ReadonlyMap<string, string>;
  readonly isWide: boolean;
};

const wideColumns = 100;
const none = "–";

const number = (value: number | undefined): string => (value === undefined ? none : String(value));

const columns: readonly Column[] = [
  { title: "NAME", isNumber: false, from: 0, cell: (row) => row.name },
  { title: "PID", isNumber: true, from: 0, cell: (row) => number(row.pid ?? undefined) },
  {
    title: "CLIENTS",
    isNumber: false,
    from: 0,
    cell: (row, { isWide }) => (isWide ? row.clientUrl : row.clientUrl.replace(/^http:\/\//, "")),
  },
  { title: "ROLE", isNumber: false, from: 0, cell: roleOf },
  { title: "TERM", isNumber: true, from: 0, cell: (row) => number(row.status?.term) },
  { title: "COMMIT", isNumber: true, from: 0, cell: (row) => number(row.status?.commit) },
  {
    title: "LAG",
    isNumber: true,
    from: 0,
    cell: ({ status }, { newest }) => (status === null ? none : String(Math.max(0, newest - status.applied))),
  },
  {
    title: "LEADER",
    isNumber: false,
    from: wideColumns,
    cell: ({ status }, { names }) =>
      status === null || status.leader === "0" ? none : (names.get(status.leader) ?? status.leader),
  },
  {
    title: "DB SIZE",
    isNumber: true,
    from: 72,
    cell: ({ status }) => (status === null ? none : bytesText(status.dbBytes)),
  },
  { title: "HEALTH", isNumber: false, from: 0, cell: healthOf },
];

const colours = { title: 1, leader: 32, bad: 31, dim: 90, warn: 33 };

/** The lines, without a line that is wider than the terminal. */
export function statusTable(rows: readonly MemberRow[], style: TableStyle): readonly string[] {
  const view: View = {
    newest: Math.max(0, ...rows.map(({ status }) => status?.commit ?? 0)),
    names: new Map(
      rows.flatMap(({ name, status }) => (status === null ? [] : [[status.memberId, name] as const])),
    ),
    isWide: style.columns >= wideColumns,
  };
  const shown = columns.filter(({ from }) => style.columns >= from);
  const cells = rows.map((row) => shown.map((column) => column.cell(row, view)));
  const widths = shown.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const join = (texts: readonly string[]): string =>
    texts
      .map((text, at) =>
        shown[at]?.isNumber === true ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const paint = (text: string, colour: number | null): string =>
    style.isColoured && colour !== null ? `\u001b[${colour}m${text}\u001b[0m` : text;
  const fit = (text: string): string => text.slice(0, Math.max(10, style.columns - 1));
  return [
    paint(fit(`  ${join(shown.map(({ title }) => title))}`), colours.title),
    ...rows.map((row, at) =>
      paint(fit(`${row.isChosen ? ">" : " "} ${join(cells[at] ?? [])}`), colourOf(row)),
    ),
  ];
}

function roleOf({ status, ended }: MemberRow): string {
  if (ended !== null) return "dead";
  if (status === null) return "starting";
  if (status.leader === status.memberId) return "leader";
  return status.isLearner ? "learner" : "follower";
}

/** In a word or two. */
function healthOf({ ended, status }: MemberRow): string {
  if (ended !== null) return ended.replace(/^ended with /, "").replace(/^was ended by /, "");
  if (status === null) return "no answer";
  if (status.leader === "0") return "no leader";
  const [error] = status.errors;
  return error === undefined ? "ok" : error.replace(/^etcdserver: /, "").replace(/^memberID:\d+ alarm:/, "");
}

function colourOf(row: MemberRow): number | null {
  if (row.ended !== null) return colours.bad;
  if (row.status === null) return colours.dim;
  if (healthOf(row) !== "ok") return colours.warn;
  return row.status.leader === row.status.memberId ? colours.leader : null;
}

function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
