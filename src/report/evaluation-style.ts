/** What the page of an evaluation looks like beyond what it shares with that of a run. */

export const EVALUATION_STYLE = `
.matrix.first td{height:3.9rem;font-size:1rem}.matrix.first .head{height:1.7rem}
.matrix .head i{font-family:var(--sans)}
.matrix td.beside{padding:0}.matrix td:not(.beside)+td.beside{border-left:14px solid var(--paper)}
.matrix .head.beside{font-family:var(--sans);color:var(--quiet);font-size:.8rem;white-space:normal;line-height:1.15}
.panel{padding-top:2.4rem;margin-top:2.4rem;border-top:1px solid var(--hair)}
.panel h2 .id{color:var(--quiet);font-weight:400;margin-right:.5rem}
.panel .asks{font-size:1.067rem;margin-bottom:.3rem}
.panel .scroll{margin:1rem 0 0}
.grid caption{text-align:left;padding:.3rem 0;font-weight:600}.grid caption .range{font-weight:400}
.grid tbody th{white-space:normal;min-width:6rem;max-width:15rem;position:sticky;left:0;background:var(--paper);z-index:1}
.grid .within{display:block;font-size:.8rem;line-height:1.25}
.figures-table tbody th{white-space:normal;min-width:10rem;max-width:22rem}
td.long{white-space:normal;min-width:9rem;max-width:18rem;font-size:.83rem}
.needs{list-style:none;margin:1rem 0 0;padding:0;font-size:.933rem}
.needs li{border-left:2px solid var(--hair);padding:.1rem 0 .1rem .9rem;margin:.3rem 0;color:var(--quiet)}
.needs b{color:var(--ink)}
.badge{font-size:.867rem;font-weight:400;margin-left:.25rem;white-space:nowrap}
.overview{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));gap:.2rem 1.5rem;list-style:none;padding:0;margin:1rem 0 0;font-size:.933rem}
.overview a{text-decoration:none}.overview a:hover{text-decoration:underline}
.scroll{background:linear-gradient(90deg,var(--paper) 50%,transparent) left/2rem 100% no-repeat local,linear-gradient(270deg,var(--paper) 50%,transparent) right/2rem 100% no-repeat local,linear-gradient(90deg,var(--shade),transparent) left/.6rem 100% no-repeat,linear-gradient(270deg,var(--shade),transparent) right/.6rem 100% no-repeat;--shade:color-mix(in srgb,var(--ink) 25%,transparent)}
@media (max-width:40rem){.how{display:none}.figures-table tbody th{min-width:6.5rem;font-size:.83rem}.figures-table .n{font-size:.767rem;padding-inline:.3rem}td.long{min-width:18rem}.matrix.first td{height:2.7rem;min-width:2.1rem;font-size:.767rem}.matrix.first th .range{display:block}.matrix td:not(.beside)+td.beside{border-left-width:6px}.grid tbody th{min-width:5rem;max-width:7rem;font-size:.83rem}}
`;
