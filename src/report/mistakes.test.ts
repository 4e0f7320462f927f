import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  deepRecord,
  gradedRecord,
  noisyRecord,
  proportion,
  runRecord,
} from '../../test/fixtures/run-record.ts';
import { textOf } from './escape.ts';
import { FAULTLESS, type Fate, fatesOf, mistakes, type Pair } from './mistakes.ts';
import type { IterationRecord, Proportion, RunRecord } from './record.ts';
import { renderReport } from './report.ts';

const between = (low: number, high: number): Proportion => ({ value: (low + high) / 2, low, high, n: 100 });
const pair = (targets: Proportion, own: Proportion, isTrained = true): Pair => ({ targets, own, isTrained });
const NOTHING: Proportion = { value: 0, low: 0, high: 1, n: 0 };

describe('what became of mistakes is decided by intervals', () => {
  const copied = pair(between(0.9, 0.94), between(0.89, 0.93));
  const removed = pair(between(0.88, 0.92), between(0.98, 1));
  test.each<readonly [what: string, pairs: readonly Pair[], fates: readonly Fate[]]>([
    ['X above its targets', [removed], ['removed']],
    ['X above its targets, untrained', [{ ...removed, isTrained: false }], ['learning']],
    ['X below its targets', [pair(between(0.9, 0.94), between(0.5, 0.6))], ['learning']],
    ['X below faultless targets', [pair(between(0.99, 1), between(0.9, 0.95))], ['learning']],
    ['overlap', [copied], ['copied']],
    ['bounds that touch', [pair(between(0.9, 0.94), between(0.94, 0.97))], ['copied']],
    ['overlap, untrained', [{ ...copied, isTrained: false }], ['learning']],
    [
      'overlap with targets that may be faultless',
      [pair(between(0.98, FAULTLESS), between(0.98, 1))],
      ['none'],
    ],
    ['the same, untrained', [{ ...pair(between(0.98, 1), between(0.98, 1)), isTrained: false }], ['none']],
    ['overlap just below', [pair(between(0.98, 0.9949), between(0.98, 1))], ['copied']],
    [
      'an error that grows where it was copied before',
      [copied, pair(between(0.8, 0.84), between(0.79, 0.83)), pair(between(0.6, 0.64), between(0.6, 0.64))],
      ['copied', 'compounded', 'compounded'],
    ],
    [
      'an error after a level without one',
      [pair(between(0.998, 1), between(0.998, 1)), copied],
      ['none', 'copied'],
    ],
    [
      'an error after one that was removed',
      [removed, pair(between(0.7, 0.8), between(0.7, 0.8))],
      ['removed', 'copied'],
    ],
    [
      'an error that may be the same',
      [copied, pair(between(0.86, 0.91), between(0.86, 0.91))],
      ['copied', 'copied'],
    ],
    ['an error that falls', [pair(between(0.7, 0.8), between(0.7, 0.8)), copied], ['copied', 'copied']],
    ['no question of it', [copied, pair(NOTHING, NOTHING), copied], ['copied', 'none', 'copied']],
    [
      'figures that are missing',
      [{ isTrained: true }, { targets: between(0.8, 0.9), isTrained: true }],
      ['none', 'none'],
    ],
    [
      'figures without intervals',
      [{ targets: { value: 0.9 }, own: { value: 0.9 }, isTrained: true }],
      ['none'],
    ],
    ['figures that are not numbers', [pair(between(Number.NaN, 0.9), between(0.8, 0.9))], ['none']],
    ['nothing', [], []],
  ])('%s', (_, pairs, fates) => {
    expect(fatesOf(pairs)).toEqual(fates);
  });

  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const proportions = fc
    .tuple(share, share, fc.constantFrom(0, 1, 1, 1))
    .map(([a, b, n]) => ({ ...between(Math.min(a, b), Math.max(a, b)), n }));
  const pairs = fc.array(fc.record({ targets: proportions, own: proportions, isTrained: fc.boolean() }), {
    maxLength: 8,
  });

  test('with targets and X swapped, «removed» turns into «still learning» where X was trained, and back', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        const trained = all.map((one) => ({ ...one, isTrained: true }));
        const swapped = trained.map((one) => ({ ...one, targets: one.own, own: one.targets }));
        const turned = fatesOf(swapped).map((fate) => fate === 'learning');
        expect(turned).toEqual(fatesOf(trained).map((fate) => fate === 'removed'));
      }),
    );
  });

  test('harder levels change nothing below them, and only «compounded» looks below', () => {
    fc.assert(
      fc.property(pairs, fc.nat(8), (all, length) => {
        const fates = fatesOf(all);
        expect(fatesOf(all.slice(0, length))).toEqual(fates.slice(0, length));
        const alone = all.flatMap((one) => fatesOf([one]));
        expect(fates.map((fate) => (fate === 'compounded' ? 'copied' : fate))).toEqual(alone);
        expect(fates.flatMap((fate, i) => (fate === 'compounded' ? [fates[i - 1]] : []))).not.toContain(
          'removed',
        );
      }),
    );
  });

  test('only an error of the targets is copied, and it never shrinks where it compounds', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        for (const [i, fate] of fatesOf(all).entries()) {
          if (fate !== 'copied' && fate !== 'compounded') continue;
          expect(all[i]!.isTrained && all[i]!.targets.n > 0 && all[i]!.targets.high < FAULTLESS).toBe(true);
          if (fate === 'compounded') expect(all[i]!.targets.high).toBeLessThan(all[i - 1]!.targets.low);
        }
      }),
    );
  });
});

describe('the section', () => {
  const text = (record: RunRecord) =>
    textOf(mistakes(record))
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ');
  /** Of the last iteration, as its table says. */
  const marks = (record: RunRecord) =>
    [
      ...textOf(mistakes(record))
        .split('<details')[0]!
        .matchAll(/<td><span class="\w+">(\S+)/g),
    ].map(([, mark]) => mark);

  test('is there when mistakes were injected, and only then', () => {
    expect(renderReport(noisyRecord('random')).includes('What became of H’s mistakes')).toBe(true);
    expect(renderReport(runRecord()).includes('What became of H’s mistakes')).toBe(false);
  });

  test.each([
    ['random', '–✓✓✓✓✓', 'err by chance in 10 % of its replies', 'removed at 5 levels.'],
    [
      'deterministic',
      '–✓✓✓✓◌',
      'always in the same way, but by no rule',
      'removed at 4 levels, not judged, X still learning, at 1 level.',
    ],
    ['systematic', '–✕▲▲▲▲', 'by a rule that can be learned', 'copied at 1 level, compounded at 4 levels.'],
  ] as const)('%s: says what was injected and what became of it', (kind, expected, cause, outcome) => {
    const record = noisyRecord(kind);
    expect(marks(record).join('')).toBe(expected);
    expect(text(record)).toContain(cause);
    expect(text(record)).toContain(outcome);
    expect(text(record)).toContain('Nothing was done against it.');
  });

  test.each([
    ['vote', 'what most of them said'],
    ['doubt', 'what it found improbable itself'],
    ['verify', 'the task’s own check let pass'],
    ['prayer', 'a defence called «prayer»'],
  ])('%s is told in words', (defence, words) => {
    expect(text(noisyRecord('random', { defence }))).toContain(words);
    expect(text(noisyRecord('random', { defence }))).toContain('the defence left without a target');
  });

  test('shows every iteration, the last first, and what is not trained yet as still learning', () => {
    const page = textOf(mistakes(noisyRecord('random')));
    expect(
      [...page.matchAll(/scope="rowgroup" colspan="5"><b>Iteration (\d)/g)].map(([, one]) => one).join(''),
    ).toBe('654321');
    expect(page.includes('The 5 iterations before')).toBe(true);
    const first = page.slice(page.lastIndexOf('<tbody>'));
    expect(first.match(/◌ still learning/g)!.length).toBeGreaterThan(2);
    expect(/removed|copied|compounded/.test(first.slice(0, first.indexOf('</table>')))).toBe(false);
  });

  test('has a drawing whose words hold every figure', () => {
    const [, label] = /role="img" aria-label="([^"]*)"/.exec(textOf(mistakes(noisyRecord('systematic'))))!;
    expect(label!.match(/Level \d: targets \S+\s%, interval \S+, X \S+\s%, interval/g)).toHaveLength(6);
  });

  test('of a run that goes on shades the levels that are not trained yet', () => {
    const whole = noisyRecord('random');
    const arms = whole.arms.map((arm) => ({ ...arm, iterations: arm.iterations.slice(0, 3) }));
    expect(textOf(mistakes({ ...whole, arms })).includes('class="shade"')).toBe(true);
    expect(textOf(mistakes(whole)).includes('class="shade"')).toBe(false);
  });

  test.each([
    ['no iteration', { ...noisyRecord('random').arms[0]!, iterations: [] }],
    ['iterations that do not say', runRecord().arms[0]!],
  ])('of %s says so', (_, arm) => {
    expect(text(noisyRecord('random', { arms: [arm] }))).toContain('No iteration has ended yet that says');
  });

  describe('by grade', () => {
    const withTargets = (record: RunRecord): RunRecord => ({
      ...record,
      noise: { kind: 'random', rate: 0.1 },
      arms: record.arms.map((arm) => ({
        ...arm,
        iterations: arm.iterations.map((one): IterationRecord => {
          const figures = [1, 0.9, 0.9, 0.9, 0.9, 0.5].map((value) => proportion(value));
          const own = [1, 0.99, 0.9, 0.7, 0, 0.5].map((value) => proportion(value));
          const rare = (all: readonly Proportion[]) => all.map((figure, i) => (i === 4 ? NOTHING : figure));
          return { ...one, targets: rare(figures), accuracy: rare(own) };
        }),
      })),
    });

    test('it has their names, H′ if it made the targets, and a dash for what no question was of', () => {
      const graded = withTargets(gradedRecord());
      expect(marks(graded).join('')).toBe('–✓✕◌–✕');
      expect(textOf(mistakes(graded))).toContain('Distance 5–8: targets not measured, X not measured;');
      expect(text(graded)).toContain('H′ having learned from such an H');
      expect(text(graded)).toContain('copied at 2 distances');
    });

    test('nothing is called copied or removed before all levels are trained', () => {
      const deep = withTargets(deepRecord());
      const early = {
        ...deep,
        arms: deep.arms.map((arm) => ({ ...arm, iterations: arm.iterations.slice(0, 9) })),
      };
      expect(marks(deep).join('')).toBe('–✓✕◌–✕');
      expect(marks(early).join('')).toBe('–◌◌◌–◌');
    });
  });

  test('quotes nothing as markup, and no kind of noise reaches into the language', () => {
    const hostile = `</script><img src=x onerror="alert(1)">'`;
    const page = renderReport(
      noisyRecord('random', { noise: { kind: hostile, rate: 0.1 }, defence: hostile }),
    );
    expect(page.includes('<img')).toBe(false);
    expect(page.includes('called «&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;»')).toBe(
      true,
    );
    const forged = noisyRecord('random', {
      noise: { kind: '__proto__', rate: Number.NaN },
      defence: 'constructor',
    });
    expect(text(forged)).toContain('called «__proto__», at a rate of –.');
  });

  test('prints nothing unmeasured as a number', () => {
    for (const by of ['null', '"x"']) {
      const spoilt: RunRecord = JSON.parse(
        JSON.stringify(noisyRecord('systematic')).replace(
          /"(value|low|high|n|rate)":[\d.e-]+/g,
          `"$1":${by}`,
        ),
      );
      expect(text(spoilt)).not.toMatch(/NaN|undefined|Infinity|\[object|null/);
      expect(text(spoilt)).toContain('cannot be seen');
    }
  });
});
