/** What the pages of runs, checkpoints and the ledger compute before they show it. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelCard } from '../src/registry/card.ts';
import type { EntryRow } from '../src/wire/ledger.ts';
import type { ModelRow } from '../src/wire/model.ts';
import type { RunRow, RunView, Series } from '../src/wire/run.ts';
import type { Share } from '../src/wire/value.ts';
import { panelsOf } from '../web/src/charts/panels.ts';
import {
  beginningOf,
  linear,
  type Point,
  percent,
  pointAt,
  said,
  stepsOf,
  thinned,
  ticks,
} from '../web/src/charts/scale.ts';
import { cellPairs } from '../web/src/compare/apart.ts';
import { chance, differenceOf, points as inPoints, isTold } from '../web/src/compare/difference.ts';
import { formatSide, parseSide } from '../web/src/compare/side.ts';
import { gistOf } from '../web/src/ledger/gist.ts';
import { lineagesOf } from '../web/src/models/lineage.ts';
import { blocksOf, type Inline, inlinesOf } from '../web/src/models/markdown.ts';
import { matches } from '../web/src/run/filter.ts';
import { columnsOf, inkOf } from '../web/src/run/horizon.ts';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const points: fc.Arbitrary<readonly Point[]> = fc
  .uniqueArray(fc.record({ step: fc.nat(10_000), value: finite }), {
    selector: ({ step }) => step,
    minLength: 1,
  })
  .map((all) => all.toSorted((one, other) => one.step - other.step));

describe('scales', () => {
  test('a place is turned back into its value by the scale the other way round', () => {
    fc.assert(
      fc.property(finite, fc.double({ min: 0.1, max: 1e6, noNaN: true }), share, (from, span, part) => {
        const [domain, range] = [[from, from + span] as const, [3, 251] as const];
        const value = from + part * span;
        expect(linear(range, domain)(linear(domain, range)(value))).toBeCloseTo(value, 4);
      }),
    );
  });

  test('ticks are in the range, equally apart by a round number, and no more than asked for', () => {
    fc.assert(
      fc.property(
        finite,
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.integer({ min: 2, max: 9 }),
        (from, span, count) => {
          const all = ticks([from, from + span], count);
          expect(all.length).toBeLessThanOrEqual(count);
          expect(all.length).toBeGreaterThan(0);
          for (const value of all) {
            expect(value).toBeGreaterThanOrEqual(from - span * 1e-6);
            expect(value).toBeLessThanOrEqual(from + span * (1 + 1e-6));
          }
          const apart = all.slice(1).map((value, i) => value - all[i]!);
          for (const one of apart) {
            expect(one / apart[0]!).toBeCloseTo(1, 3);
            expect(['1', '2', '5']).toContain(one.toExponential(6).replace(/\.?0*e.*/, ''));
          }
        },
      ),
    );
  });

  test('the point at a step is the last that is not after it, as by looking at each', () => {
    fc.assert(
      fc.property(points, fc.nat(12_000), (all, step) => {
        const slow = all.findLast((point) => point.step <= step) ?? all[0];
        expect(pointAt(all, step)).toBe(slow);
      }),
    );
  });

  test('thinned, a line has its order and both extremes still, and is as short as promised', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 20 }), (all, buckets) => {
        const few = thinned(all, buckets);
        expect(few.length).toBeLessThanOrEqual(2 * buckets);
        const values = (some: readonly Point[]) => some.map(({ value }) => value);
        expect(Math.max(...values(few))).toBe(Math.max(...values(all)));
        expect(Math.min(...values(few))).toBe(Math.min(...values(all)));
        expect(few.map(({ step }) => step)).toEqual([...few.map(({ step }) => step)].sort((a, b) => a - b));
      }),
    );
  });

  test('all panels begin and end where the longest line does', () => {
    expect(stepsOf([])).toEqual([0, 0]);
    const line = (...steps: number[]) => steps.map((step) => ({ step, value: 1 }));
    expect(stepsOf([line(25, 50), line(182, 300), []])).toEqual([25, 300]);
  });

  test('an axis of shares begins below all of them', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (least) => {
        expect(beginningOf(least)).toBeLessThanOrEqual(least);
      }),
    );
  });

  test('a share is written as all only where it is', () => {
    fc.assert(
      fc.property(share, (value) => {
        expect(percent(value) === '100 %').toBe(value === 1);
        expect(Math.abs(Number.parseFloat(percent(value)) - value * 100)).toBeLessThanOrEqual(0.1);
      }),
    );
    expect([
      said(148_950, 'count'),
      said(1_250_000, 'count'),
      said(9.01, 'seconds'),
      said(3600, 'seconds'),
    ]).toEqual(['149 k', '1.3 M', '9 s', '60 min']);
  });

  test('lines of a name share a panel, that of all levels in front', () => {
    const series = (name: string, level?: number): Series => ({
      name,
      unit: 'share',
      points: [],
      ...(level && { level }),
    });
    const panels = panelsOf([series('a'), series('a', 1), series('b'), series('a', 2)]);
    expect(
      panels.map(({ name, lines, levels }) => [name, lines.length, levels.map(({ level }) => level)]),
    ).toEqual([
      ['a', 1, [1, 2]],
      ['b', 1, []],
    ]);
  });
});

const ROW: RunRow = { name: 'r', kind: 'training', what: 'a task', state: 'running', waiting: 0 };
const VIEW: RunView = {
  ...{ row: ROW, settings: [], seconds: 1, decisions: 0, levels: 3, threshold: 0.9, horizons: [0, 1] },
  ...{ cells: [], series: [], gates: [], alarms: [], people: { decided: 0, waiting: 0, seconds: 0 } },
  isEvaluated: false,
};
const shareOf = (value: number, n = 100): Share => wilson(Math.round(value * n), n);

/** Wilson's interval, 95 %. */
function wilson(right: number, n: number): Share {
  const z = 1.959964;
  const value = right / n;
  const centre = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const spread = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return { value, low: centre - spread, high: centre + spread, n };
}

describe('the horizon', () => {
  test('has a column for each iteration that ended, and one for that which goes on', () => {
    const cells = [{ iteration: 1, level: 1, of: 'accuracy' as const, share: shareOf(0.99) }];
    const line = (level: number, ...steps: number[]): Series => ({
      ...{ name: 'accuracy of X', unit: 'share', level },
      points: steps.map((step) => ({ step, value: step / 100 })),
    });
    const gate = {
      ...{ iteration: 1, level: 1, step: 50, look: 1, passed: true, threshold: 0.9, checkpoint: 'c' },
      agreement: shareOf(1),
    };
    const of = (view: Partial<RunView>) => columnsOf({ ...VIEW, cells, gates: [gate], ...view });
    expect(of({}).map(({ isOpen, checkpoint, step }) => [isOpen, checkpoint, step])).toEqual([
      [false, 'c', 50],
      [true, undefined, undefined],
    ]);
    // What is older is of the iteration before.
    expect(of({ series: [line(1, 25, 50)] })[1]!.cells).toEqual([undefined, undefined, undefined]);
    const [, open] = of({ series: [line(1, 25, 75), line(2, 25, 75)] });
    expect(open).toMatchObject({ iteration: 2, isOpen: true, horizon: 1, before: 1 });
    expect(open!.cells.map((cell) => cell?.value)).toEqual([0.75, 0.75, undefined]);
    const early = { ...gate, iteration: 2, step: 80 };
    expect(of({ series: [line(1, 75)], gates: [gate, early] })[1]!.cells[0]?.value).toBe(0.75);
    expect(of({ series: [line(1, 75)], row: { ...ROW, state: 'finished' } })).toHaveLength(1);
  });

  test('more ink is more right, and it leaps where the gate is, over the greys on which nothing can be read', () => {
    fc.assert(
      fc.property(share, share, fc.double({ min: 0.05, max: 1, noNaN: true }), (one, other, threshold) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(inkOf(less, threshold)).toBeLessThanOrEqual(inkOf(more, threshold));
        const ink = inkOf(one, threshold);
        expect(one < threshold ? ink <= 38 : ink >= 64).toBe(true);
      }),
    );
  });
});

describe('two side by side', () => {
  test("a difference has the interval of Newcombe's own table (1998, table II, method 10)", () => {
    const published: readonly (readonly [number, number, number, number, number, number])[] = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [5, 56, 0, 29, -0.0381, 0.1926],
      [0, 10, 0, 10, -0.2775, 0.2775],
      [10, 10, 0, 10, 0.6075, 1],
    ];
    for (const [a, m, b, n, low, high] of published) {
      const found = differenceOf(wilson(b, n), wilson(a, m));
      expect(found.low).toBeCloseTo(low, 3);
      expect(found.high).toBeCloseTo(high, 3);
    }
  });

  test('turned round, a difference is the other way', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), (a, b) => {
        const [one, other] = [wilson(a, 50), wilson(b, 50)];
        const [there, back] = [differenceOf(one, other), differenceOf(other, one)];
        expect(
          [there.value, there.low, there.high].map((x) =>
            x.toFixed(9).replace('-0.000000000', '0.000000000'),
          ),
        ).toEqual(
          [-back.value, -back.high, -back.low].map((x) =>
            x.toFixed(9).replace('-0.000000000', '0.000000000'),
          ),
        );
        expect(isTold(there)).toBe(isTold(back));
      }),
    );
    expect([0, 0.0004, -0.012, 0.5].map(inPoints)).toEqual(['0', '±0.0', '−1.2', '+50.0']);
    expect([0.0001, 0.041, 1].map(chance)).toEqual(['< .001', '.041', '1']);
  });

  test('cells are compared where both were measured in the same way', () => {
    const cell = (level: number, of: 'accuracy' | 'agreement') => ({
      iteration: 1,
      level,
      of,
      share: shareOf(0.5),
    });
    const first = { ...VIEW, cells: [cell(1, 'accuracy'), cell(2, 'accuracy')] };
    const second = { ...VIEW, cells: [cell(1, 'accuracy'), cell(2, 'agreement')] };
    expect(cellPairs(first, second).map(({ level }) => level)).toEqual([1]);
  });

  test('a side is what its name says, whatever its run is called', () => {
    const iteration = fc.option(fc.integer({ min: 1, max: 9999 }), { nil: undefined });
    fc.assert(
      fc.property(fc.stringMatching(/^[^@]+$/), iteration, (run, iteration) => {
        expect(parseSide(formatSide({ run, iteration }))).toEqual({ run, iteration });
      }),
    );
  });
});

const hashOf = (i: number): string => i.toString(16).padStart(64, '0');

/** Each of a run's checkpoints comes from an earlier one of it, or from none. */
const models: fc.Arbitrary<readonly ModelRow[]> = fc
  .array(fc.record({ run: fc.constantFrom('a', 'b'), on: fc.nat(), apart: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 20,
  })
  .map((drawn) => {
    const all: ModelRow[] = [];
    for (const { run, on, apart } of drawn) {
      const own = all.filter((one) => one.run === run);
      const parent = own[on % (own.length + 1)];
      all.push({
        ...{ hash: hashOf(all.length), run, state: 'passed', level: 1, tainted: [] },
        iteration: (parent?.iteration ?? 0) + apart,
        ...(parent && { parent: parent.hash }),
      });
    }
    return all;
  });

describe('the lineage', () => {
  test('has each checkpoint once in a place of its own, and leads from left to right through nobody else', () => {
    fc.assert(
      fc.property(models, (all) => {
        const lineages = lineagesOf(all);
        const placed = lineages.flatMap((lineage) => lineage.placed);
        expect(placed.map(({ model }) => model.hash).sort()).toEqual(all.map(({ hash }) => hash).sort());
        for (const { placed, edges, lanes, columns } of lineages) {
          expect(new Set(placed.map(({ column, lane }) => `${column} ${lane}`)).size).toBe(placed.length);
          for (const { column, lane } of placed) expect(column < columns && lane < lanes).toBe(true);
          for (const { from, to } of edges) {
            expect(to.model.parent).toBe(from.model.hash);
            expect(to.column).toBeGreaterThan(from.column);
            if (from.lane !== to.lane) continue;
            const between = placed.filter(
              ({ lane, column }) => lane === from.lane && column > from.column && column < to.column,
            );
            expect(between).toEqual([]);
          }
          expect(edges).toHaveLength(placed.filter(({ model }) => model.parent !== undefined).length);
        }
      }),
    );
  });

  test('a chain is one straight line', () => {
    const row = (i: number): ModelRow => ({
      ...{ hash: hashOf(i), run: 'a', state: 'passed', iteration: i, level: i, tainted: [] },
      ...(i > 1 && { parent: hashOf(i - 1) }),
    });
    expect(lineagesOf([row(1), row(2), row(3)])[0]).toMatchObject({ lanes: 1, columns: 3 });
  });
});

describe('a model card', () => {
  const textOf = (inlines: readonly Inline[]): string => inlines.map(({ text }) => text).join('');

  test('as Capstan writes it, is read whole: headings, a table with a cell for each column, code', () => {
    const card = modelCard({
      ...{ hash: hashOf(7), run: 'my-run', state: 'serving', parameterCount: 10 },
      ancestry: [
        {
          ...{
            task: 'shortest-path',
            parameters: { vertices: 8 },
            iteration: 1,
            level: 2,
            parent: null,
            seed: 7,
          },
          ...{ configuration: {}, configurationHash: hashOf(1), step: 1, dataRoot: hashOf(2), dataCount: 3 },
          ...{ teacher: 'H', groundTruth: false, gate: null, figures: { horizon: 3 }, version: '0.1.0' },
        },
      ],
    });
    const blocks = blocksOf(card);
    const titles = blocks.flatMap((block) => (block.kind === 'heading' ? [textOf(block.inlines)] : []));
    expect(titles).toEqual(
      card.split('\n').flatMap((line) => (/^#+ /.test(line) ? [line.replace(/^#+ /, '')] : [])),
    );
    for (const block of blocks)
      if (block.kind === 'table') for (const row of block.rows) expect(row).toHaveLength(block.head.length);
    expect(blocks.filter(({ kind }) => kind === 'table')).not.toEqual([]);
    expect(blocks.at(-1)).toMatchObject({ kind: 'code' });
    for (const block of blocks)
      if (block.kind === 'paragraph') expect(textOf(block.inlines)).not.toMatch(/`|\*\*/);
  });

  test('of any text, no word is lost or changed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '`', '*', '<', ' ', '|') }), (text) => {
        const bare = (one: string) => one.replaceAll(/[`*]/g, '');
        expect(bare(textOf(inlinesOf(text)))).toBe(bare(text));
      }),
    );
  });
});

describe('lists', () => {
  test('runs are found by words, state and kind', () => {
    const row: RunRow = {
      ...ROW,
      name: 'My-Run',
      state: 'waiting',
      kind: 'tree',
      question: 'Who wrote Utopia?',
    };
    for (const filter of ['', 'my', 'utopia wrote', 'state:wait', 'kind:tree utopia'])
      expect(matches(row, filter)).toBe(true);
    for (const filter of ['your', 'state:running', 'kind:training', 'utopia x'])
      expect(matches(row, filter)).toBe(false);
  });

  test('an entry is told in a line by what it has', () => {
    const entry: EntryRow = {
      ...{
        seq: 5,
        time: '2026-01-31T12:00:00.000Z',
        kind: 'gate-decided',
        actor: 'program:capstan',
        run: 'r',
      },
      ...{
        subjects: [{ name: 'checkpoint', sha256: hashOf(1) }],
        parents: [],
        fields: [],
        signers: [],
        text: '',
      },
      ...{ figures: { 'agreement-ppm': 985_352, level: 3 }, words: { arm: 'ida', state: 'x' } },
    };
    expect(gistOf(entry)).toBe('r · state x · level 3 · agreement 98.5 %');
    expect(gistOf({ ...entry, figures: {} })).toBe('r · state x · checkpoint 00000000');
  });
});
