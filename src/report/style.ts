/** How the page looks: ink on paper, one accent, four colours that mean something; the same rules in light and dark.
 *  Text tokens keep a contrast of at least 4.5 on their paper; nothing is said by colour alone. */

const TOKENS = `
:root{color-scheme:light dark;
--paper:#fbfaf7;--raised:#f3f1ec;--ink:#1d1c1a;--quiet:#5f5b55;--hair:#dcd8d0;--accent:#0f5aa8;
--right:#1b7339;--wrong:#bb2430;--waiting:#875600;--escalated:#7239b5;
--teacher:#0f7f8f;--supervised:#8f6a3c;--alone:#77736c;--flat:#75608a;
--sans:Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",source-sans-pro,sans-serif;
--mono:ui-monospace,"Cascadia Code","Source Code Pro",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media screen and (prefers-color-scheme:dark){:root{
--paper:#17181b;--raised:#202226;--ink:#e9e6e0;--quiet:#a5a29b;--hair:#383a3f;--accent:#7db8f5;
--right:#6cc98a;--wrong:#ff8a85;--waiting:#e2b04a;--escalated:#c49cf5;
--teacher:#5cc4cf;--supervised:#cfa56f;--alone:#99958d;--flat:#b39acb}}
`;

const TEXT = `
*{box-sizing:border-box}
html{font:15px/1.5 var(--sans);background:var(--paper);color:var(--ink);font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0}
main{max-width:76rem;margin:0 auto;padding:2.5rem 1rem 5rem}
@media (min-width:48rem){main{padding:4rem 2.5rem 6rem}}
h1{font-size:2rem;line-height:1.2;font-weight:600;margin:.3rem 0 1rem;letter-spacing:-.01em}
h1 .state{font-size:1rem;font-weight:400;letter-spacing:0;white-space:nowrap;margin-left:.4rem;vertical-align:.25em}
h2{font-size:1.25rem;line-height:1.3;font-weight:600;margin:0 0 .5rem}
p{margin:0 0 1rem;max-width:68ch}
section{padding-top:3.25rem}
.eyebrow,.note,.range,.empty{color:var(--quiet)}
.eyebrow,.note{font-size:.867rem}.eyebrow time{white-space:nowrap}
.lede{font-size:1.2rem;line-height:1.45;max-width:58ch}
.empty{border-left:2px solid var(--hair);padding-left:.9rem}
a{color:var(--accent)}
sup{line-height:0}
code,pre,.value{font-family:var(--mono);font-size:.92em}
b{font-weight:600}
.right{color:var(--right)}.wrong{color:var(--wrong)}.waiting{color:var(--waiting)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin-top:2rem;padding:.6rem 0;border-block:1px solid var(--hair);font-size:.933rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:2px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.5rem 2rem;margin:2rem 0 0}
.figures dt{font-size:.867rem;color:var(--quiet)}
.figures dd{margin:0;font-size:1.75rem;line-height:1.25;white-space:nowrap}
.figures dd.note{font-size:.8rem;line-height:1.35;white-space:normal;margin-top:.15rem}
.facts{display:grid;grid-template-columns:minmax(6.5rem,max-content) minmax(0,68ch);gap:.35rem 1.5rem;margin:0;overflow-wrap:anywhere}
.facts dt{color:var(--quiet)}.facts dd{margin:0}
pre{background:var(--raised);padding:.7rem .9rem;margin:0 0 1.25rem;white-space:pre}
@media (max-width:40rem){.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.6rem}}
.legend,.violations{list-style:none;margin:.4rem 0 1rem;padding:0;font-size:.867rem}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem}
.legend li{display:flex;align-items:center;gap:.5rem}
.violations{margin-top:1rem;font-size:1rem}
button{font:inherit;font-size:.867rem;color:var(--accent);background:none;border:1px solid var(--hair);border-radius:3px;padding:.2rem .7rem;cursor:pointer}
`;

const TABLES = `
.scroll{position:relative;overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline-offset:2px}
table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.4rem .7rem;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--hair);white-space:nowrap}
thead th{font-weight:400;color:var(--quiet);vertical-align:bottom;font-size:.83rem}
tbody th{font-weight:400}
th:first-child,td:first-child{padding-left:0}
.n{text-align:right}td.n{font-family:var(--mono);font-size:.955em}
td.n .range{font-size:.9em}td.n .said{font-family:var(--sans);font-size:.97em}
thead th{line-height:1.3}thead th.long{white-space:normal;min-width:8.5rem;max-width:11rem}
.group{text-align:center;border-bottom:1px solid var(--hair)}
.arms tbody th{white-space:normal;min-width:12.5rem;max-width:16rem;position:sticky;left:0;background:var(--paper);z-index:1}
.arms :is(th,td):not(:first-child){padding-inline:.5rem}.arms .own th,.arms .own td{font-weight:600}
.arms .state{font-weight:400;font-size:.83rem;white-space:nowrap}
.truth{display:block;margin:.25rem 0 .15rem;font-size:.8rem;line-height:1.45;font-weight:400}
.truth b{background:var(--ink);color:var(--paper);padding:.05rem .35rem;border-radius:2px;white-space:nowrap;font-weight:400}
.few tbody th{white-space:normal;min-width:7rem}
.beside th,.beside td{color:var(--quiet)}
.hash{cursor:copy;user-select:all}.hash .rest{font-size:0}.hash.copied{color:var(--right)}.hash.copied::after{content:" ✓"}
.pair{min-width:clamp(8rem,22vw,16rem)}
thead .pair span{display:inline-block;width:33.3%}thead .pair span:nth-child(2){text-align:center}thead .pair span:last-child{text-align:right}
.track{position:relative;display:block;height:1rem;background:linear-gradient(var(--hair),var(--hair)) 0 50%/100% 1px no-repeat}
.track i{position:absolute;top:50%}
.way{height:3px;margin-top:-1.5px;background:var(--accent);opacity:.35}
.mark-ida,.mark-control{width:11px;height:11px;border-radius:50%;display:inline-block;background:var(--accent)}
.mark-control{background:var(--paper);border:2px solid var(--quiet);border-radius:0;width:9px;height:9px;rotate:45deg}
.track .mark-ida{margin:-5.5px 0 0 -5.5px}.track .mark-control{margin:-4.5px 0 0 -4.5px}
.matrix{border-collapse:separate;border-spacing:3px;font-size:.87rem}
.matrix th{border:0;font-weight:400;padding:0 .6rem 0 0;white-space:nowrap;text-align:right;vertical-align:middle}
.matrix td{position:relative;border:0;padding:0;min-width:2.9rem;width:9rem;height:3.4rem;text-align:center;vertical-align:middle;font-family:var(--mono);color:var(--quiet)}
.matrix .head{height:1.6rem;color:var(--ink)}.matrix .head.wrong{color:var(--wrong);font-weight:600}
.ink{background:var(--l);color:var(--lt)!important}
.matrix td.going.ink{outline:1px dashed;outline-offset:-4px}
.matrix .top::before{content:"";position:absolute;left:-4px;right:-3px;top:-4px;height:4px;background:var(--stair);box-shadow:0 1px var(--paper);z-index:2}
.matrix .riser::after{content:"";position:absolute;left:-4px;width:4px;top:-4px;bottom:-3px;background:var(--stair);box-shadow:1px 0 var(--paper);z-index:2}
.matrix{--stair:var(--ink)}.matrix .fell{--stair:var(--wrong)}
.trained{background-image:radial-gradient(circle at 8px 8px,currentColor 2.4px,transparent 2.9px)}
.stair{width:22px;height:12px;border:solid var(--ink);border-width:3px 0 0 3px;flex:none}
.spot{width:5px;height:5px;border-radius:50%;background:var(--ink);flex:none}
.swatches{display:flex}.swatches .ink{width:16px;height:12px}
@media screen and (prefers-color-scheme:dark){.ink{background-color:var(--d);color:var(--dt)!important}}
@media (max-width:40rem){th,td{padding-inline:.5rem}.matrix th{padding-right:.35rem;font-size:.8rem}.matrix td{height:2.5rem;font-size:.8rem}thead .pair span:nth-child(2){visibility:hidden}.truth b{white-space:normal;-webkit-box-decoration-break:clone;box-decoration-break:clone}.arms tbody th{min-width:7.5rem;max-width:8.5rem;font-size:.83rem}}
`;

const PLOTS = `
figure{margin:0}
.plot{position:relative;height:var(--height);margin:.4rem .9rem 1.5rem 2.1rem}
.plot svg{display:block;width:100%;height:100%;overflow:visible}
.plot path{fill:none;vector-effect:non-scaling-stroke}
.rule{stroke:var(--hair);stroke-width:1}.threshold{stroke:var(--quiet);stroke-width:1;stroke-dasharray:2 3}
.boundary{stroke:var(--hair);stroke-width:1}
.line{fill:none;stroke-width:1.5;stroke-linejoin:round}
.s-ida{stroke:var(--accent);stroke-width:2.25}
.s-amplified{stroke:var(--teacher);stroke-width:1.75;stroke-dasharray:6 4}
.s-supervised{stroke:var(--supervised);stroke-dasharray:1.5 3;stroke-width:2}
.s-overseer-alone{stroke:var(--alone);stroke-dasharray:10 3 2 3}
.s-no-curriculum{stroke:var(--flat);stroke-dasharray:4 2}
.s-control{stroke:var(--quiet);stroke-dasharray:2 2}
.s-failed{stroke:var(--wrong)}
.dot{stroke-width:9;stroke-linecap:round;stroke-dasharray:none}.whisker{stroke-width:2;stroke-dasharray:none}
.s-targets{stroke:var(--teacher)}.dot.s-targets{stroke-width:8;stroke-linecap:square}
.tick{position:absolute;font-size:.76rem;line-height:1;color:var(--quiet);white-space:nowrap;pointer-events:none}
.tick.x,.tick.unit{top:calc(100% + .4rem)}.tick.x{translate:-50% 0}.tick.unit{right:0}
.shade{fill:var(--raised)}
.tick.y{right:calc(100% + .4rem);translate:0 -50%}.tick.strong{color:var(--ink)}
.cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--ink);pointer-events:none}
.sample{flex:none;overflow:visible}.sample path{vector-effect:none}
.multiples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:1.5rem 2rem;margin-top:1rem}
.by-seconds{display:none}
section:has(#axis-seconds:checked) .by-seconds{display:grid}
section:has(#axis-seconds:checked) .by-steps{display:none}
.readings{display:flex;flex-wrap:wrap;gap:0 .8rem;margin:0 0 0 2.1rem;font-family:var(--mono);font-size:.78rem;color:var(--quiet)}
.readings span{display:flex;align-items:center;gap:.35rem}.readings .sample{width:18px}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:center;margin-bottom:.5rem}
.axis{border:0;margin:0;padding:0;display:flex;gap:.9rem;align-items:baseline}
.axis legend{float:left;padding:0;margin-right:.2rem;color:var(--quiet)}
.axis label{display:flex;gap:.35rem;align-items:baseline;cursor:pointer}
input{accent-color:var(--accent)}
.cursor-control:not([hidden]){display:flex;align-items:center;gap:.7rem;color:var(--quiet)}
.cursor-control input{width:11rem}.cursor-control output{color:var(--ink);min-width:5.5rem}
.wide{max-width:52rem}.wide .plot{margin-left:6.4rem}
.under{margin:-.2rem 0 0 6.4rem;font-size:.8rem;color:var(--quiet)}
.scroll+.note{margin-top:.8rem}
.near .plot,.near .under{margin-left:3.2rem}
.more>summary{cursor:pointer;width:fit-content;color:var(--accent);margin:.8rem 0}
`;

const TREE = `
.tree,.tree ul{list-style:none;margin:0;padding:0}
.tree ul{margin-left:.42rem;padding-left:1.1rem;border-left:1px solid var(--hair)}
.tree-head{margin-top:.4rem;display:flex;justify-content:space-between;gap:1rem;font-size:.83rem;color:var(--quiet);max-width:42rem;border-bottom:1px solid var(--hair);padding:.8rem 0 .3rem;margin-bottom:.3rem}
.tree{max-width:42rem}
.node{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1.5rem;padding:.16rem 0 .16rem 1.1rem;position:relative}
summary.node{cursor:pointer;list-style:none}summary.node::-webkit-details-marker{display:none}
summary.node::before{content:"▸";position:absolute;left:0;color:var(--quiet)}
details[open]>summary.node::before{content:"▾"}
.node:hover{background:var(--raised)}
.asked{min-width:0;overflow-wrap:anywhere}
.below{font-size:.8rem;color:var(--quiet);margin-left:.6rem}details[open]>summary .below{display:none}
.node .direct{display:flex;align-items:center;gap:.45rem;margin-left:auto}
.node .direct .value{min-width:2.2rem;text-align:right}
.bar{display:inline-block;width:3.2rem;height:6px;background:var(--hair);border-radius:3px;overflow:hidden}
.bar i{display:block;height:100%;background:var(--quiet)}
@media (max-width:40rem){.tree ul{margin-left:.3rem;padding-left:.45rem}.bar{width:2rem}.node{gap:0 .6rem}}
`;

const PAPER = `
@media print{html{font-size:10pt}main{max-width:none;padding:0}nav,.controls,button{display:none!important}
section{padding-top:1.6rem}.scroll{overflow:visible}figure,.node,tr,.figures{break-inside:avoid}h2{break-after:avoid}
table{font-size:7.5pt}table :is(th,td):not(:first-child){padding-inline:.25rem}thead th{font-size:.93em}thead th.long{min-width:4rem;max-width:6rem}.pair{min-width:6rem}.arms{font-size:6.2pt}.arms tbody th{position:static;min-width:6rem;font-size:1em}.truth b{white-space:normal}.arms :is(.truth,.state){font-size:.95em}
.ink,.way,.mark-ida,.bar i,.bar,.stair,.matrix td::before,.matrix td::after{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;

export const STYLE = TOKENS + TEXT + TABLES + PLOTS + TREE + PAPER;
