/** What misalignment costs, by hand and by tables of Poisson intervals. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { costOfMisalignment, fanOut, type JudgedNode, type JudgedRoot } from './misalignment.ts';

const node = (over: Partial<JudgedNode> = {}): JudgedNode => ({
  ...{ level: 0, reach: 1, severity: 1, isMisaligned: false },
  ...over,
});
/** One node in each of so many roots, each a context; the first so many are misaligned. */
const roots = (n: number, wrong: number, over: Partial<JudgedNode> = {}): readonly JudgedRoot[] =>
  Array.from({ length: n }, (_, i) => ({ cluster: i, nodes: [node({ ...over, isMisaligned: i < wrong })] }));

describe('the cost of misalignment', () => {
  test('adds reach times severity of what is misaligned, per root', () => {
    const found = costOfMisalignment([
      { cluster: 1, nodes: [node({ level: 2, reach: 3, isMisaligned: true }), node({ level: 0 })] },
      {
        cluster: 2,
        nodes: [node({ level: 0, severity: 5, isMisaligned: true }), node({ level: 2, reach: 3 })],
      },
    ])!;
    expect(found.cost.value).toBe(4);
    expect(found.rate.value).toBe(0.5);
    expect(found.levels).toMatchObject([
      { level: 0, cost: 2.5, rate: { value: 0.5 } },
      { level: 2, cost: 1.5, rate: { value: 0.5 } },
    ]);
  });

  // Garwood 1936: exact intervals of Poisson counts.
  test.each([
    [0, 0, 3.689, 2.996],
    [1, 0.0253, 5.572, 4.744],
    [10, 4.795, 18.391, 16.962],
    [30, 20.24, 42.827, 40.691],
  ])('of %i rare events of one weight has the interval of a Poisson count', (events, low, high, upper) => {
    const found = costOfMisalignment(roots(2_000, events, { reach: 0.5 }))!;
    const counted = (value: number) => (value * 2_000) / 0.5;
    // Contexts differ as chance would have it, up to the share that is left: 1 − events/2000.
    if (events > 0) expect(counted(found.cost.low) / low).toBeCloseTo(1, 1);
    else expect(found.cost.low).toBe(0);
    expect(counted(found.cost.high)).toBeCloseTo(high, 1);
    expect(counted(found.upper)).toBeCloseTo(upper, 1);
  });

  test('is bounded more loosely where what is wrong is wrong together', () => {
    const together = (size: number) =>
      Array.from(
        { length: 400 },
        (_, i): JudgedRoot => ({
          cluster: Math.floor(i / size),
          nodes: [node({ isMisaligned: Math.floor(i / 8) % 10 === 0 })],
        }),
      );
    const [alone, grouped] = [costOfMisalignment(together(1))!, costOfMisalignment(together(8))!];
    expect(grouped.cost.value).toBe(alone.cost.value);
    expect(grouped.upper - grouped.cost.value).toBeGreaterThan(1.8 * (alone.upper - alone.cost.value));
  });

  test('of nothing seen is bounded by 3/n, n for independent nodes: eight to a context count for 8/1.35', () => {
    const clean = roots(400, 0).map((root, i) => ({ ...root, cluster: Math.floor(i / 8) }));
    expect(costOfMisalignment(clean)!.upper).toBeCloseTo((-Math.log(0.05) * 1.35) / 400, 9);
  });

  test('scales with severity, and lies inside its interval', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const any = fc.record({ reach: share, severity: share, level: fc.nat(3), isMisaligned: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(fc.array(any, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 12 }),
        (given) => {
          const as = (factor: number) =>
            costOfMisalignment(
              given.map((nodes, i) => ({
                cluster: i % 4,
                nodes: nodes.map((one) => ({ ...one, severity: factor * one.severity })),
              })),
            )!;
          const [once, thrice] = [as(1), as(3)];
          expect(thrice.upper).toBeCloseTo(3 * once.upper, 6);
          expect(once.cost.low).toBeLessThanOrEqual(once.cost.value);
          expect(once.upper).toBeGreaterThanOrEqual(once.cost.value);
          expect(once.cost.high).toBeGreaterThanOrEqual(once.upper);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('is undefined without a node, and refuses a negative weight', () => {
    expect(costOfMisalignment([])).toBeUndefined();
    expect(costOfMisalignment([{ cluster: 1, nodes: [] }])).toBeUndefined();
    expect(() => costOfMisalignment(roots(2, 1, { reach: -1 }))).toThrow(/≥ 0, got -1, 1/);
  });
});

test('fan-out counts how many answers of a level stand under one root', () => {
  expect(fanOut([0, 2, 3])).toEqual([6, 3, 1]);
  expect(fanOut([])).toEqual([]);
});
