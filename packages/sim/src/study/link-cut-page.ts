/**
 * The study of cut links as a page: every set of directions among three members, and what was drawn of five.
 */

import { everyLinkSet, type Left, leftBy, sampleLinkSets } from "../scenario/link-subsets.ts";
import { type LinkCut, studyLinkCut } from "./link-cut-study.ts";

/** Runs of the page. */
export type LinkCutPageOptions = {
  /** Seeds with which every set of three members is tried: who leads, and when what is sent, differs. */
  readonly seeds: readonly number[];
  /** Sets that are drawn of five members, of any kind; and more of those that leave a hub only. */
  readonly drawn: number;
  readonly hubs: number;
};

/** The page, in Markdown. The same options give the same page. */
export async function linkCutPage({ seeds, drawn, hubs }: LinkCutPageOptions): Promise<string> {
  const ofThree: LinkCut[] = [];
  for (const seed of seeds)
    for (const cut of everyLinkSet(3)) ofThree.push(await studyLinkCut({ members: 3, cut, seed }));
  const ofFive: LinkCut[] = [];
  for (const cut of [...distinct(5, drawn, null), ...distinct(5, hubs, "hub")])
    ofFive.push(await studyLinkCut({ members: 5, cut, seed: 1 }));
  const isStuck = ({ left, committed }: LinkCut): boolean => left === "hub" && committed === 0;
  return [
    ...intro,
    "## Three members: all 64 sets",
    "",
    `Tried with ${seeds.length} seeds, ${ofThree.length} runs.`,
    "",
    ...summary(ofThree),
    "",
    "Everything follows from three rules, and a test holds every set to them (`packages/sim/test/link-subsets.test.ts`):",
    "",
    "1. A leader that is connected both ways with anybody stays, and nothing happens to the term.",
    "2. Otherwise, if the other two are connected both ways, one of them is elected, once, and stays.",
    "3. Otherwise nobody serves; nobody is elected either, and the term does not move, since nobody gets through a pre-vote.",
    "",
    `Seed ${seeds[0] ?? 0}, set by set:`,
    "",
    ...table(ofThree.filter(({ seed }) => seed === seeds[0])),
    "",
    `## Five members: ${ofFive.length} of the 1,048,576 sets`,
    "",
    `${drawn} drawn with every size as likely as any other, and ${hubs} more of those that leave a hub only.`,
    "",
    ...summary(ofFive),
    "",
    ...hubText,
    "",
    "The sets that were drawn in which the hub did not come to lead:",
    "",
    ...table(ofFive.filter(isStuck)),
    "",
  ].join("\n");
}

const intro = [
  "# Cut links",
  "",
  "A partition need not have two clean sides. A link may fail in one direction only, and a member may reach some and not",
  "others. Raft without pre-votes and without a leader's check of its quorum can then elect for ever, and even with both a",
  "cluster may stand still. So: cut single directions between members, for three seconds of virtual time, every set of",
  "them, and see. `a>b` is what a sends to b.",
  "",
  "This page is what `npm run -s link-cuts -w packages/sim` prints; the figures are of virtual time and the same on every",
  "machine. As scenarios with a threshold, and with all invariants watched, the sets are",
  "`quorate sim --scenario links-cut-majority-left`, `links-cut-nothing-left` and `links-cut-of-five`.",
  "",
  "What a cut leaves is one of:",
  "",
  "- **majority**: a majority of which everybody reaches everybody;",
  "- **hub**: no such majority, but somebody who reaches a majority and is reached by it (needs more than three members);",
  "- **nothing**: nobody who could hear from a majority that hears him. Consensus is impossible until the links are mended.",
  "",
  "*Serves* means that commands are committed in the second half of the cut, when everything that was going to be noticed has",
  "been. *At rest* means that nobody is elected and the term does not grow in that half. *Unanswered* is the longest time in",
  "which no client got an answer to a command, election included. *Well afterwards*: all invariants held, and when the links",
  "were mended everybody elected, answered and agreed.",
  "",
];

const hubText = [
  "A hub alone is not always enough, and that is Raft's limit, not a matter of tuning: votes are given to whoever has the",
  "longer log (§5.4.1). If the hub was cut off from the last leader while those that it needs were not, they have entries that it",
  "lacks. They refuse it; they cannot be elected themselves, since they do not reach a majority; and the entries cannot reach",
  "the hub by anybody but a leader. Ng et al. (Omni-Paxos, EuroSys 2023) call it the constrained election. Nothing is lost, the term",
  "rests, and the first mended link that joins a member with the entries to a majority ends it.",
];

const lefts: readonly Left[] = ["majority", "hub", "nothing"];

function summary(cuts: readonly LinkCut[]): readonly string[] {
  const rows = lefts.flatMap((left) => {
    const those = cuts.filter((cut) => cut.left === left);
    if (those.length === 0) return [];
    const count = (holds: (cut: LinkCut) => boolean): number => those.filter(holds).length;
    const served = those.filter(({ committed }) => committed > 0);
    const longestMs =
      served.length === 0 ? "–" : Math.max(...served.map(({ unansweredMs }) => unansweredMs)).toFixed(0);
    const figures = [
      those.length,
      served.length,
      count(({ elections, terms }) => elections[1] === 0 && terms[1] === 0),
      longestMs,
      count(({ verdict }) => verdict.kind === "pass"),
    ];
    return [`| ${left} | ${figures.join(" | ")} |`];
  });
  return [
    "| left | runs | serves | at rest | longest unanswered of those that serve, ms | well afterwards |",
    "|---|---|---|---|---|---|",
    ...rows,
  ];
}

function table(cuts: readonly LinkCut[]): readonly string[] {
  return [
    "| cut | left | leader before → after | elections, 1st + 2nd half | terms | commits in 2nd half | unanswered, ms |",
    "|---|---|---|---|---|---|---|",
    ...cuts.map(({ cut, left, leaders: [before, after], elections, terms, committed, unansweredMs }) => {
      const links = cut.length === 0 ? "none" : cut.map((link) => `\`${link}\``).join(" ");
      const serving = committed > 0 ? `${before} → ${after}` : `${before} → nobody serves`;
      const cells = [
        links,
        left,
        serving,
        elections.join(" + "),
        terms.join(" + "),
        committed,
        unansweredMs.toFixed(0),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

/** Different sets, in the order in which they are drawn. */
function distinct(members: number, count: number, left: Left | null): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  // Another seed, so that the hubs are not those that were drawn already.
  for (const cut of sampleLinkSets(members, left === null ? 1 : 2)) {
    if (found.size === count) break;
    if (left === null || leftBy(members, cut) === left) found.set(cut.join(" "), cut);
  }
  return [...found.values()];
}
