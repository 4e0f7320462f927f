/** Agreement beyond chance against a published table; what counts as the same decomposition; frozen anchors that move as told. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { studentQuantile } from '../statistics/student.ts';
import { type AnchorItem, drift } from './drift.ts';
import { type Decomposition, type FidelityItem, fidelity, proxyFidelity } from './fidelity.ts';
import { perLevel } from './levels.ts';

/** Cohen 1960, table 2: two judges, three categories, proportions of 200; κ = .492. */
const COHEN = [
  [88, 14, 18],
  [10, 40, 10],
  [2, 6, 12],
];

function table(counts: readonly (readonly number[])[]): readonly FidelityItem[] {
  let cluster = 0;
  return counts.flatMap((row, a) =>
    row.flatMap((count, b) =>
      Array.from({ length: count }, () => ({
        cluster: cluster++,
        level: 1,
        assistant: `${a}`,
        overseer: `${b}`,
      })),
    ),
  );
}

/** Large-sample standard error of κ (Fleiss, Cohen & Everitt 1969, equation 13). */
function kappaError(counts: readonly (readonly number[])[]): number {
  const n = counts.flat().reduce((sum, count) => sum + count, 0);
  const p = counts.map((row) => row.map((count) => count / n));
  const rows = p.map((row) => row.reduce((sum, x) => sum + x, 0));
  const columns = p.map((_, k) => p.reduce((sum, row) => sum + row[k]!, 0));
  const agreed = p.reduce((sum, row, k) => sum + row[k]!, 0);
  const chance = rows.reduce((sum, x, k) => sum + x * columns[k]!, 0);
  let sum = -((agreed * chance - 2 * chance + agreed) ** 2);
  p.forEach((row, i) => {
    row.forEach((x, j) => {
      const margin = columns[i]! + rows[j]!;
      if (i === j) sum += x * (1 - chance - margin * (1 - agreed)) ** 2;
      else sum += x * (1 - agreed) ** 2 * margin ** 2;
    });
  });
  return Math.sqrt(sum / n) / (1 - chance) ** 2;
}

const items = fc.array(
  fc.record({
    cluster: fc.nat(4),
    level: fc.constantFrom(1, 2),
    assistant: fc.constantFrom('a', 'b', 'c'),
    overseer: fc.constantFrom('a', 'b', 'c'),
    again: fc.constantFrom('a', 'b'),
  }),
  { minLength: 1, maxLength: 40 },
);

describe('fidelity', () => {
  test('κ of Cohen’s table is .492, agreement .70', () => {
    const { agreement, kappa } = fidelity(table(COHEN))!;
    expect(agreement.value).toBeCloseTo(0.7, 12);
    expect(kappa!.value).toBeCloseTo(0.492, 3);
    expect((kappa!.high - kappa!.low) / 2 / studentQuantile(199)).toBeCloseTo(kappaError(COHEN), 2.5);
  });

  test('is told by its own definitions, inside its intervals, whatever was said', () => {
    fc.assert(
      fc.property(items, (drawn) => {
        const { agreement, kappa, normalised, overlap } = fidelity(drawn)!;
        const count = (of: (item: FidelityItem) => boolean) => drawn.filter(of).length;
        const agreed = count(({ assistant, overseer }) => assistant === overseer);
        const chance = ['a', 'b', 'c']
          .map((k) => count(({ assistant }) => assistant === k) * count(({ overseer }) => overseer === k))
          .reduce((sum, product) => sum + product / drawn.length ** 2, 0);
        expect(agreement.value).toBeCloseTo(agreed / drawn.length, 12);
        if (chance === 1) expect(kappa).toBeUndefined();
        else {
          expect(kappa!.value).toBeCloseTo((agreed / drawn.length - chance) / (1 - chance), 9);
          expect(kappa!.low <= kappa!.value && kappa!.value <= kappa!.high).toBe(true);
        }
        const same = count(({ again, overseer }) => again === overseer);
        if (same === 0) expect(normalised).toBeUndefined();
        else expect(normalised!.value).toBeCloseTo(agreed / same, 9);
        expect(overlap).toBeUndefined();
      }),
    );
  });

  test('of whom nothing was asked is undefined, and each level has its own', () => {
    expect(fidelity([])).toBeUndefined();
    const two = [...table([[3]]), ...table([[0, 2]]).map((item) => ({ ...item, level: 2 }))];
    const rows = perLevel(two, (some) => fidelity(some)!.agreement.value);
    expect(rows).toEqual([
      { level: 1, figure: 1 },
      { level: 2, figure: 0 },
    ]);
  });

  test('beliefs overlap wholly where they are the same, not at all where they have nothing in common', () => {
    const one = (overseer: readonly number[]) =>
      fidelity([
        { cluster: 1, level: 1, assistant: 'a', overseer: 'a', beliefs: { assistant: [1, 0], overseer } },
      ])!.overlap!.value;
    expect(one([1, 0])).toBe(1);
    expect(one([0, 1])).toBeCloseTo(0, 12);
  });
});

describe('H′ against H', () => {
  const asked = (...pairs: readonly (readonly [string, string])[]): Decomposition => ({
    asked: pairs.map(([question, answer]) => ({ question, answer })),
    reply: '4',
  });
  const overseer = asked(['half', '2'], ['double', '4']);
  const shares = (proxy: Decomposition) => {
    const { exact, functional } = proxyFidelity([{ cluster: 1, level: 2, overseer, proxy }])!;
    return [exact.value, functional.value];
  };

  test('the same questions in the same order are exact; the same reply without contradiction is functional', () => {
    expect(shares(overseer)).toEqual([1, 1]);
    expect(shares(asked(['double', '4'], ['half', '2']))).toEqual([0, 1]);
    expect(shares(asked(['quarter', '1']))).toEqual([0, 1]);
    expect(shares(asked(['half', '3'], ['double', '4']))).toEqual([1, 0]);
    expect(shares({ ...overseer, reply: '5' })).toEqual([1, 0]);
  });

  test('its loss is per decision, not per question', () => {
    const item = { cluster: 1, level: 2, overseer, proxy: overseer };
    const { loss } = proxyFidelity([
      { ...item, loss: { nats: 3, decisions: 3 } },
      { ...item, loss: { nats: 0, decisions: 1 } },
    ])!;
    expect(loss).toEqual({ value: 0.75, low: null, high: null, n: 4 });
  });
});

describe('drift', () => {
  const anchor = (cluster: number, ...assistants: readonly string[]): AnchorItem => ({
    ...{ cluster, level: 1, overseer: 'h', assistants },
  });

  test('by hand: one question lost, one regained, one lost in another way', () => {
    const rows = drift([
      anchor(1, 'h', 'x', 'x'),
      anchor(2, 'y', 'h', 'h'),
      anchor(3, 'x', 'y', 'x'),
      anchor(4, 'h', 'h', 'z'),
    ]);
    expect(
      rows.map(({ iteration, step, cumulative, path }) => [
        iteration,
        step.value,
        cumulative.value,
        path.value,
      ]),
    ).toEqual([
      [1, 0.75, 0, 0.75],
      [2, 0.5, 0.25, 1.25],
    ]);
    expect(rows.map(({ misaligned }) => misaligned.value)).toEqual([0, 250]);
    expect(rows[1]!.ratio!.value).toBeCloseTo(0.2, 12);
    expect(rows[0]!.kl).toBeUndefined();
  });

  test('never goes further from H than its path is long', () => {
    const belief = fc.nat(100).map((p) => [p / 100, 1 - p / 100]);
    const believed = fc.array(fc.tuple(fc.nat(3), fc.array(belief, { minLength: 4, maxLength: 4 })), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(believed, (drawn) => {
        const rows = drift(
          drawn.map(([cluster, [overseer, ...assistants]]) => ({
            ...anchor(cluster, 'a', 'a', 'a'),
            beliefs: { assistants, overseer: overseer! },
          })),
        );
        expect(rows).toHaveLength(2);
        for (const { cumulative, path, ratio, kl } of rows) {
          expect(Math.abs(cumulative.value)).toBeLessThanOrEqual(path.value + 1e-12);
          if (path.value > 1e-9) expect(Math.abs(ratio!.value)).toBeLessThanOrEqual(1 + 1e-9);
          else expect(ratio).toBeUndefined();
          expect(kl!.step.value).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('of no anchors, or of one iteration, is nothing', () => {
    expect(drift([])).toEqual([]);
    expect(drift([anchor(1, 'h')])).toEqual([]);
  });

  test('where nothing moved, the step is bounded above all the same', () => {
    const [row] = drift(Array.from({ length: 50 }, (_, cluster) => anchor(cluster, 'h', 'h')));
    expect(row!.step).toMatchObject({ value: 0, low: 0 });
    expect(row!.step.high).toBeCloseTo(1 - 0.025 ** (1 / 50), 9);
    expect(row!.ratio).toBeUndefined();
  });
});
