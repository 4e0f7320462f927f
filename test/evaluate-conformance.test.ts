/** The protocol: the example conforms, and breaking it in any one way is found and said. */

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { faultsIn } from '../src/protocol/conformance.ts';
import type { EvaluationReport, Figure, Kpi } from '../src/protocol/report.ts';
import { reportSchema } from '../src/protocol/shape.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const example = read('docs/evaluation.example.json') as EvaluationReport;
const isValid = new Ajv2020().compile(reportSchema());

/** With one KPI changed. */
function withKpi(id: Kpi['id'], change: (kpi: Kpi) => Kpi): EvaluationReport {
  return { ...example, kpis: example.kpis.map((kpi) => (kpi.id === id ? change(kpi) : kpi)) };
}

/** With the first figure of K1 of one seed changed. */
function withFigure(change: Partial<Figure>): EvaluationReport {
  return withKpi('K1', (kpi) => {
    const at = kpi.figures.findIndex(({ seed }) => seed !== undefined);
    return {
      ...kpi,
      figures: kpi.figures.map((figure, i) => (i === at ? { ...figure, ...change } : figure)),
    };
  });
}

/** With the first mean over seeds of K1 changed. */
function withMean(change: Partial<Figure>): EvaluationReport {
  return withKpi('K1', (kpi) => {
    const at = kpi.figures.findIndex(({ seed }) => seed === undefined);
    return {
      ...kpi,
      figures: kpi.figures.map((figure, i) => (i === at ? { ...figure, ...change } : figure)),
    };
  });
}

const [run] = example.subject.runs as readonly [EvaluationReport['subject']['runs'][number]];
const runs = (changed: object): EvaluationReport => ({
  ...example,
  subject: { ...example.subject, runs: [{ ...run, ...changed }, ...example.subject.runs.slice(1)] },
});
const split = (name: string, changed: object): EvaluationReport => ({
  ...example,
  splits: example.splits.map((one) => (one.name === name ? { ...one, ...changed } : one)),
});
const baseline = (kind: string, changed: object): EvaluationReport => ({
  ...example,
  baselines: example.baselines.map((one) => (one.kind === kind ? { ...one, ...changed } : one)),
});
const claim = (changed: object): EvaluationReport => ({
  ...example,
  claims: [{ ...example.claims[0]!, ...changed }, ...example.claims.slice(1)],
});
const [anchor, check] = (['anchor', 'check'] as const).map((name) =>
  example.splits.find((one) => one.name === name),
);

/** Each breaks one rule; what is said of it. */
const BROKEN: readonly (readonly [rule: string, report: unknown, said: RegExp])[] = [
  ['a shape', { ...example, kpis: 'none' }, /^kpis: /],
  ['a field that nobody knows', { ...example, extra: 1 }, /Unrecognized key/],
  ['another protocol', { ...example, protocol: 'capstan-evaluation-0' }, /^protocol: /],
  ['seeds of other runs', { ...example, seeds: [7, 8, 9] }, /^seeds: expected those of the runs/],
  ['a run twice', runs({ sha256: example.subject.runs[1]!.sha256 }), /each once, got [0-9a-f]{64} again/],
  [
    'a checkpoint left out',
    runs({ checkpoints: run.checkpoints.slice(1) }),
    /expected checkpoint 1, got iteration 2/,
  ],
  [
    'a level that there is not',
    runs({ checkpoints: run.checkpoints.map((one) => ({ ...one, level: 99 })) }),
    /expected levels up to/,
  ],
  ['a split left out', { ...example, splits: example.splits.slice(1) }, /^splits: expected train/],
  [
    'splits that share a context',
    split('check', { contexts: anchor!.contexts }),
    /once, it is in check and in anchor/,
  ],
  [
    'contexts without a hash',
    split('check', { sha256: null }),
    /^splits.check: expected contexts and the hash/,
  ],
  ['contexts without questions', split('check', { questions: 1 }), /expected a question of each context/],
  [
    'an anchor too small',
    split('anchor', { questions: 399 }),
    /^splits.anchor: expected 400 listed questions/,
  ],
  ['a test that nobody counted', split('test', { opened: null }), /^splits.test: /],
  ['a seal that was broken', split('test', { sealed: true, opened: 2 }), /to have been opened once, got 2/],
  [
    'a baseline left out',
    { ...example, baselines: example.baselines.slice(1) },
    /^baselines: expected supervised-truth/,
  ],
  ['a baseline without accuracy', baseline('a0', { figures: [] }), /^baseline a0: expected its accuracy/],
  [
    'figures of what is missing',
    baseline('a0', { status: 'missing', needs: ['time'] }),
    /^baseline a0: expected no figures/,
  ],
  [
    'a baseline that nothing is missing for',
    baseline('ensemble', { needs: [] }),
    /^baseline ensemble: expected what/,
  ],
  [
    'a table without a baseline',
    withKpi('K7', (kpi) => ({ ...kpi, figures: kpi.figures.filter(({ arm }) => arm !== 'a0') })),
    /^K7: expected baseline a0/,
  ],
  ['a KPI left out', { ...example, kpis: example.kpis.slice(1) }, /^kpis: expected K1/],
  [
    'a status too good',
    withKpi('K1', (kpi) => ({ ...kpi, status: 'measured' })),
    /^K1: expected status partial/,
  ],
  [
    'a silence',
    withKpi('K12', (kpi) => ({ ...kpi, needs: [] })),
    /^K12: expected figures, or what is missing/,
  ],
  [
    'a figure twice',
    withKpi('K1', (kpi) => ({ ...kpi, figures: [...kpi.figures, kpi.figures[0]!] })),
    /each figure once/,
  ],
  [
    'a share above one',
    withFigure({ value: 1.5, low: 1.4, high: 1.6 }),
    /expected a share from 0 to 1, got 1.5/,
  ],
  ['half an interval', withFigure({ low: null }), /both ends of the interval or neither/],
  [
    'an interval elsewhere',
    withFigure({ value: 0.5, low: 0.6, high: 0.7 }),
    /expected 0.5 inside its interval/,
  ],
  ['an interval without a method', withFigure({ method: '' }), /kpis.0.figures.\d+.method: /],
  ['a level beyond the task', withFigure({ level: 99 }), /expected levels up to/],
  ['an iteration to come', withFigure({ iteration: 99 }), /expected iterations up to/],
  ['a seed of nobody', withFigure({ seed: 99 }), /expected the seed of a run, got 99/],
  ['a comparison with oneself', withFigure({ arm: 'a0', against: 'a0' }), /comparison with another arm/],
  ['a spread of one seed', withFigure({ median: 1 }), /of means over seeds only/],
  ['a mean of too few', withMean({ n: 2 }), /expected a mean over 2 seeds, got figures of 3/],
  ['a mean that is none', withMean({ value: 0.987654, low: 0.9, high: 1 }), /expected the mean/],
  ['a spread that is none', withMean({ least: -1 }), /got -1 to/],
  [
    'a horizon too far',
    withKpi('K14', (kpi) => ({
      ...kpi,
      figures: kpi.figures.map((one) =>
        one.name === 'horizon' && one.seed !== undefined
          ? { ...one, value: one.value + 1, low: 0, high: 9 }
          : one,
      ),
    })),
    /^K14: expected horizon/,
  ],
  ['a claim of two seeds', claim({ seeds: 2 }), /^claims.0: expected 3 seeds at least, got 2/],
  ['a claim of no figure', claim({ figure: 'beauty' }), /^claims.0: expected a figure of K\d+ over seeds/],
  ['a claim that does not hold', claim({ target: 1e9 }), /^claims.0: expected «fails», got «holds»/],
];

describe('a report that keeps to the protocol', () => {
  test('docs/protocol.md says what each KPI is', () => {
    const protocol = readFileSync('docs/protocol.md', 'utf8');
    for (const { id, name } of example.kpis) expect(protocol).toContain(`**${id} ${name}.**`);
  });

  test('docs/evaluation.schema.json is the shape', () => {
    expect(read('docs/evaluation.schema.json')).toEqual(reportSchema());
  });

  test('the example does, also by a validator that is not ours', () => {
    expect(faultsIn(example)).toEqual([]);
    expect(isValid(example)).toBe(true);
    expect(check!.contexts!.length).toBeGreaterThan(10);
  });

  test.each(BROKEN)('not so %s', (_, broken, said) => {
    const faults = faultsIn(broken);
    expect(faults.some((fault) => said.test(fault))).toBe(true);
  });

  test.each([null, 1, 'x', [], {}, { protocol: 'capstan-evaluation-1' }])(
    'of anything else it says so: %j',
    (value) => {
      expect(faultsIn(value).length).toBeGreaterThan(0);
    },
  );
});
