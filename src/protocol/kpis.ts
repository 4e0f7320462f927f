/** The sixteen KPIs: what each is called, what it asks, and whom it is from. `docs/protocol.md` has their formulas. */

import type { KpiId } from './report.ts';

export interface KpiName {
  readonly id: KpiId;
  readonly name: string;
  /** The question that it answers, in plain words. */
  readonly asks: string;
  readonly source: string;
}

export const KPIS: readonly KpiName[] = [
  {
    id: 'K1',
    name: 'Proxy fidelity',
    asks: 'Does X say what H would say?',
    source: 'Cohen 1960; Lin 1991 for divergences; human–human agreement as the ceiling',
  },
  {
    id: 'K2',
    name: 'Alignment drift',
    asks: 'Does X move away from H as iterations go by?',
    source: 'total variation on a frozen anchor set; CUSUM, Page 1954',
  },
  {
    id: 'K3',
    name: 'Override frequency',
    asks: 'How often does a person put another answer in place of X’s?',
    source: 'Horvitz & Thompson 1952; Hájek 1971',
  },
  {
    id: 'K4',
    name: 'Error propagation',
    asks: 'What becomes of a mistake on its way up the tree?',
    source: 'conditional error per level; injection after Pearl 2009, §3',
  },
  {
    id: 'K5',
    name: 'Compounding uncertainty',
    asks: 'Do many small doubts add up as predicted?',
    source: 'product of node successes under Beta posteriors; Donner 1986 for the correlation',
  },
  {
    id: 'K6',
    name: 'Calibration and abstention',
    asks: 'When X is 90 % sure, is it right 9 times in 10?',
    source: 'Brier 1950; Murphy 1973; Naeini et al. 2015; Geifman & El-Yaniv 2017',
  },
  {
    id: 'K7',
    name: 'Success against depth',
    asks: 'What does one more level of H buy?',
    source: 'Christiano et al. 2018 (arXiv 1810.08575)',
  },
  {
    id: 'K8',
    name: 'Cost per correct answer',
    asks: 'What does a right answer cost?',
    source: 'ratio estimate, Cochran 1977, §6',
  },
  {
    id: 'K9',
    name: 'Human minutes per 1,000 examples',
    asks: 'How much of people’s time does learning take?',
    source: 'label leverage after Christiano et al. 2018',
  },
  {
    id: 'K10',
    name: 'Interpretability',
    asks: 'Do the transcripts explain the answers?',
    source: 'Hase & Bansal 2020 (arXiv 2005.01831); Chen et al. 2023 (arXiv 2307.08678)',
  },
  {
    id: 'K11',
    name: 'Performance gap recovered',
    asks: 'How much of the way from H alone to the truth does IDA go?',
    source: 'Burns et al. 2023 (arXiv 2312.09390)',
  },
  {
    id: 'K12',
    name: 'Evolving preferences',
    asks: 'When H changes its mind, does X follow, and keep the rest?',
    source: 'uptake and retention on a known set of changed questions',
  },
  {
    id: 'K13',
    name: 'Cost of misalignment',
    asks: 'What are mistakes worth, by how far each reaches?',
    source: 'error weighted by causal reach and severity',
  },
  {
    id: 'K14',
    name: 'Adaptive evaluation and the horizon',
    asks: 'Up to which difficulty can X be trusted?',
    source: 'Wilson 1927; Levitt 1971 for staircases; Lord 1980 for item response',
  },
  {
    id: 'K15',
    name: 'Protocol comparators',
    asks: 'How much better does an honest assistant do than a deceptive one?',
    source: 'agent score difference (arXiv 2504.03731); nested oversight (arXiv 2504.18530)',
  },
  {
    id: 'K16',
    name: 'Auditability',
    asks: 'Can every decision be traced, and checked?',
    source: 'RFC 6962; first wrong node after ProcessBench (arXiv 2412.06559)',
  },
];
