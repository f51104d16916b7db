/**
 * How the pages of the simulator look, in light and dark.
 */

const light = `--paper:#f6f7f9;--card:#fff;--ink:#18202c;--muted:#5c6675;--line:#dfe3e9;--grid:#e9ecf0;--good:#16794c;--good-tint:#dff3e7;
--bad:#c0322b;--bad-tint:#fbe3e1;--accent:#2f6fde;--leader:#1b7f5f;--follower:#c3cfde;--candidate:#e0982a;--pre-candidate:#f1d597;
--starting:#e3e7ec;--down:#f4cfcb;--lag:#d08a2b;--network:#5a6fd8;--process:#cf5a48;--disk:#a77420;--clock:#1b8797;--membership:#8d5bc4;
--other:#6c7684;--on-fault:#fff;--stripe:#18202c66;--healed:#16794c12;--placed:#cfe3d4;--unplaced:#dcdfe6;`;

const dark = `--paper:#12151a;--card:#1a1e25;--ink:#e6e9ee;--muted:#98a2b1;--line:#2d333d;--grid:#252a33;--good:#5cc794;--good-tint:#17392a;
--bad:#ff8078;--bad-tint:#472321;--accent:#78a8ff;--leader:#2a9d78;--follower:#3f4d61;--candidate:#c9862a;--pre-candidate:#7a6330;
--starting:#2a3039;--down:#5a2c2a;--lag:#e0a550;--network:#6f83ea;--process:#d96a58;--disk:#b98630;--clock:#2c9dae;--membership:#9f70d6;
--other:#7f8998;--on-fault:#fff;--stripe:#e6e9ee77;--healed:#5cc79414;--placed:#2c4a36;--unplaced:#353b46;`;

const rules = `
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,sans-serif;margin:0;color:var(--ink);background:var(--paper)}
main{max-width:1240px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere} h2{font-size:18px;margin:0 0 12px} h3{font-size:15px;margin:18px 0 8px}
header{display:flex;flex-wrap:wrap;gap:10px 16px;align-items:center;margin-bottom:6px}
.badge{font-weight:600;padding:3px 12px;border-radius:99px;white-space:nowrap}
.badge.good{color:var(--good);background:var(--good-tint)} .badge.bad{color:var(--bad);background:var(--bad-tint)}
.about{color:var(--muted);margin:0 0 22px;overflow-wrap:anywhere} .about code{color:var(--ink)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:16px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(128px,1fr));gap:12px;margin:16px 0}
.columns{margin-top:10px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.tile b{display:block;font-size:22px;line-height:1.3;font-variant-numeric:tabular-nums;white-space:nowrap} .tile b.bad{color:var(--bad)}
.tile span{color:var(--muted);font-size:13px}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:4px 36px;align-items:start}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
th{font-weight:600;color:var(--muted);text-align:left;font-size:13px} th,td{padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0} td.number,th.number{text-align:right;white-space:nowrap} td.bad{color:var(--bad)} td.good{color:var(--good)}
td.text{overflow-wrap:anywhere;min-width:220px} td.meter{width:34%;min-width:90px;vertical-align:middle}
.fill{height:9px;border-radius:3px;background:var(--accent);min-width:1px}
code{font:13px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,monospace} pre{margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,Menlo,Consolas,monospace}
.note{color:var(--muted);margin:4px 0 10px;font-size:14px} .failed{border-left:3px solid var(--bad);padding-left:12px;margin:12px 0}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 10px;font-size:13px;color:var(--muted)} .legend i{display:inline-block;width:14px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px}
details summary{cursor:pointer;color:var(--accent);margin-top:8px}
svg{display:block;width:100%;min-width:880px;height:auto} svg text{font:11px system-ui,"Segoe UI",Roboto,sans-serif;fill:var(--ink)} svg text.muted{fill:var(--muted)} svg text.small{font-size:10px}
svg text.member{font-size:13px;font-weight:600}
.grid{stroke:var(--grid)} .floor{stroke:var(--line)} .stripe{fill:var(--stripe)} .healed{fill:var(--healed)}
.leader{fill:var(--leader);background:var(--leader)} .follower{fill:var(--follower);background:var(--follower)} .candidate{fill:var(--candidate);background:var(--candidate)}
.pre-candidate{fill:var(--pre-candidate);background:var(--pre-candidate)} .starting{fill:var(--starting);background:var(--starting)} .down{fill:var(--down);background:var(--down)} .gone{fill:none}
.lag{fill:var(--lag);background:var(--lag)} .network{fill:var(--network);background:var(--network)} .process{fill:var(--process);background:var(--process)} .disk{fill:var(--disk);background:var(--disk)}
.clock{fill:var(--clock);background:var(--clock)} .membership{fill:var(--membership);background:var(--membership)} .other{fill:var(--other);background:var(--other)}
svg text.on-fault,svg text.on-leader{fill:var(--on-fault);font-size:10.5px} .candidacy{fill:var(--candidate)} .end{stroke:var(--bad);stroke-width:2.2;fill:none}
.outage{fill:var(--bad-tint);stroke:var(--bad);background:var(--bad-tint);outline:1px solid var(--bad)} svg .outage{outline:0} svg text.on-outage{fill:var(--bad);font-size:10.5px;font-weight:600}
line.failure{stroke:var(--bad);stroke-width:2;stroke-dasharray:5 3} svg text.failure{fill:var(--bad);font-weight:600}
.bar{fill:var(--accent)} line.percentile{stroke:var(--ink);stroke-dasharray:3 3} svg text.percentile{font-weight:600}
.history svg g text{font:11px ui-monospace,"SF Mono",Menlo,Consolas,monospace}
.placed rect{fill:var(--placed)} .unplaced rect{fill:var(--unplaced)} .culprit rect{fill:var(--bad)} .history svg .culprit text{fill:var(--card);font-weight:600} .open rect{stroke:var(--ink);stroke-dasharray:3 3}
.swatch-placed{background:var(--placed)} .swatch-unplaced{background:var(--unplaced)} .swatch-culprit{background:var(--bad)} .swatch-open{outline:1px dashed var(--ink);outline-offset:-1px}
.striped{background:repeating-linear-gradient(45deg,var(--stripe) 0 3px,transparent 3px 6px)}
@media print{section{break-inside:avoid}}`;

/** The style sheet of a page that follows the reader's choice of light and dark. */
export const pageStyle = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}${rules}`;
