/** The report of an evaluation, `capstan-evaluation-1`: what was evaluated, on which questions, beside which baselines, and
 *  every KPI as flat figures with 95 % intervals, or what is missing for it. `docs/protocol.md` says what each means,
 *  `docs/evaluation.schema.json` is the shape, and `conformance` checks what a shape cannot say. */

export const PROTOCOL = 'capstan-evaluation-1';

export interface EvaluationReport {
  readonly protocol: typeof PROTOCOL;
  readonly software: { readonly name: string; readonly version: string };
  /** Whether programs stand in for people: as overseers, auditors or panels. */
  readonly simulated: boolean;
  readonly subject: Subject;
  /** Of the runs, in their order; each once. */
  readonly seeds: readonly number[];
  readonly splits: readonly Split[];
  readonly baselines: readonly Baseline[];
  /** K1 … K16, in this order. */
  readonly kpis: readonly Kpi[];
  readonly claims: readonly Claim[];
}

export interface Subject {
  readonly task: string;
  readonly parameters: { readonly [name: string]: number };
  /** Levels of the task, from 1. */
  readonly levels: number;
  /** Those that H answers alone. */
  readonly levelsOfPrimitives: number;
  /** What figures by level are told apart by, easiest first, where that is not the levels. */
  readonly grades?: readonly string[];
  /** Who decides: «script», «predictor», «person», … */
  readonly overseer: string;
  /** Mistakes that H is made to make. */
  readonly noise?: { readonly kind: string; readonly rate: number };
  /** Where H changed its norms: from that iteration on it answered about such a share of the questions otherwise. */
  readonly norms?: { readonly iteration: number; readonly share: number };
  readonly runs: readonly EvaluatedRun[];
}

/** One run, known by what it is, not by where it lies. */
export interface EvaluatedRun {
  readonly seed: number;
  /** Of the file that says what it does. */
  readonly sha256: string;
  /** X_1, X_2, …; X_0 knows nothing. */
  readonly checkpoints: readonly EvaluatedCheckpoint[];
}

export interface EvaluatedCheckpoint {
  readonly iteration: number;
  /** The level trained. */
  readonly level: number;
  /** Of its bytes. */
  readonly sha256: string;
  readonly passed: boolean;
}

export const SPLITS = ['train', 'calibration', 'check', 'anchor', 'gate', 'test'] as const;
export type SplitName = (typeof SPLITS)[number];

export interface Split {
  readonly name: SplitName;
  /** How contexts come into it, and what it serves. */
  readonly rule: string;
  readonly questions: number;
  /** The first 32 hexadecimal digits of the SHA-256 of each context; null where they were dealt by the rule as training
   *  went on, and nobody listed them. */
  readonly contexts: readonly string[] | null;
  /** Of all its questions, as they were asked; null where contexts are not listed. */
  readonly sha256: string | null;
  /** Whether nobody had seen it before this evaluation. */
  readonly sealed: boolean;
  /** How often it was asked so far; null where nobody counted. */
  readonly opened: number | null;
}

/** What every comparison is to be seen beside. */
export const BASELINES = [
  'supervised-truth',
  'supervised-labels',
  'a0',
  'no-verification',
  'no-residuals',
  'ensemble',
  'depth-1',
  'depth-2',
  'depth-3',
  'oracle-overseer',
] as const;
export type BaselineKind = (typeof BASELINES)[number];

export interface Baseline {
  readonly kind: BaselineKind;
  readonly name: string;
  readonly status: 'measured' | 'missing';
  /** What it would take. */
  readonly needs: readonly string[];
  /** Its accuracy by level, and of all questions. */
  readonly figures: readonly Figure[];
}

export interface Kpi {
  readonly id: KpiId;
  readonly name: string;
  readonly source: string;
  readonly status: 'measured' | 'partial' | 'missing';
  /** What is missing for the rest. */
  readonly needs: readonly string[];
  readonly figures: readonly Figure[];
}

export type KpiId = `K${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16}`;

/** Units and the range of a value in each. */
export const UNITS = {
  share: [0, 1],
  difference: [-1, 1],
  coefficient: [-1, 1],
  'per 1000': [-1000, 1000],
  level: [0, Number.POSITIVE_INFINITY],
  count: [0, Number.POSITIVE_INFINITY],
  ratio: [0, Number.POSITIVE_INFINITY],
  nats: [0, Number.POSITIVE_INFINITY],
  minutes: [0, Number.POSITIVE_INFINITY],
  seconds: [0, Number.POSITIVE_INFINITY],
  operations: [0, Number.POSITIVE_INFINITY],
  number: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
} as const satisfies { readonly [unit: string]: readonly [low: number, high: number] };
export type Unit = keyof typeof UNITS;

/** What a figure is of; what a label does not say, it is of all of that. */
export interface Labels {
  /** 0 is before the first. */
  readonly iteration?: number;
  /** From 1: a level, or a grade where the subject has some. */
  readonly level?: number;
  /** Levels of H above X. */
  readonly depth?: number;
  /** Of the run. Without it: the mean over the seeds that have the same figure. */
  readonly seed?: number;
  /** Another one than X_n: a baseline, «X» (the last), «Amplify». */
  readonly arm?: string;
  /** What it is compared with. */
  readonly against?: string;
}

export const LABELS = ['iteration', 'level', 'depth', 'seed', 'arm', 'against'] as const;

export interface Figure extends Labels {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
  /** 95 % interval; null where none can be told. */
  readonly low: number | null;
  readonly high: number | null;
  /** What it was counted on: questions, nodes, audits; seeds for a mean over seeds. */
  readonly n: number;
  /** How the interval was made, or why there is none. */
  readonly method: string;
  /** Of a mean over seeds: the middle, the least and the greatest of them. */
  readonly median?: number;
  readonly least?: number;
  readonly most?: number;
}

/** A goal that figures over at least three seeds speak to. */
export interface Claim extends Omit<Labels, 'seed'> {
  readonly text: string;
  readonly kpi: KpiId;
  /** Name of the figure; with the labels it is one of those over seeds. */
  readonly figure: string;
  readonly relation: 'at least' | 'at most';
  readonly target: number;
  readonly seeds: number;
  /** «holds» where the whole interval is on the right side, «fails» where it is on the other, else «open». */
  readonly verdict: Verdict;
}

export type Verdict = 'holds' | 'fails' | 'open';

/** Claims need that many seeds. */
export const SEEDS_MIN = 3;
/** Questions of an anchor, at least. */
export const ANCHOR_MIN = 400;
