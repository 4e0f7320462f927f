/** Error propagation by hand and against its own identities; the theory against the reference's table of fixed points. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distillationRatio, type NodeOutcome, propagation, sensitivity } from './propagation.ts';
import {
  catchRateNeeded,
  caught,
  errorAmongAccepted,
  fixedPoint,
  inCommon,
  inheritedError,
  isStable,
  majority,
  unchecked,
} from './recursion.ts';

const outcomes = fc.array(
  fc.record({
    cluster: fc.nat(5),
    level: fc.constantFrom(1, 2, 3),
    right: fc.boolean(),
    children: fc.array(fc.boolean(), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('propagation', () => {
  const node = (level: number, right: boolean, ...children: readonly boolean[]): NodeOutcome => ({
    ...{ cluster: 1, level, right, children },
  });

  test('by hand', () => {
    const [low, high] = propagation([
      node(1, true),
      node(1, true),
      node(1, true),
      node(1, false),
      node(2, true, true, true),
      node(2, false, true, true),
      node(2, true, true, false),
      node(2, false, false, false),
    ]);
    expect(low!.error.value).toBe(0.25);
    expect(low!.ratio).toBeUndefined();
    expect(low!.gain).toBeUndefined();
    expect(high!.local!.value).toBe(0.5);
    expect(high!.masking!.value).toBe(0.5);
    expect(high!.inherited.value).toBe(0.25);
    expect(high!.ratio!.value).toBe(2);
    expect(high!.gain!.value).toBeCloseTo(0.5 / (1 - (1 - 3 / 8) ** 2), 12);
  });

  test('what is wrong is a level’s own or inherited: e = ε P(K) + (1 − m) P(¬K)', () => {
    fc.assert(
      fc.property(outcomes, (nodes) => {
        for (const { local, masking, childrenRight, error, inherited } of propagation(nodes)) {
          const own = (local?.value ?? 0) * childrenRight.value;
          const passed = (1 - (masking?.value ?? 1)) * (1 - childrenRight.value);
          expect(own + passed).toBeCloseTo(error.value, 9);
          expect(passed).toBeCloseTo(inherited.value, 9);
        }
      }),
    );
  });

  test('figures of nothing are undefined, not NaN', () => {
    expect(propagation([])).toEqual([]);
    expect(sensitivity([])).toEqual([]);
    expect(distillationRatio([{ cluster: 1, level: 1, student: false, teacher: true }])).toBeUndefined();
  });

  test('distillation that removes all mistakes has a ratio of 0, bounded above', () => {
    const items = Array.from({ length: 60 }, (_, i) => ({
      cluster: i,
      level: 1,
      student: true,
      teacher: i % 10 > 0,
    }));
    const { value, low, high } = distillationRatio(items)!;
    expect([value, low]).toEqual([0, 0]);
    expect(high).toBeLessThan(3);
  });
});

describe('theory of compounding', () => {
  // Reference table «fixed points by exact iteration»; majority of 5 with ρ = .2 too.
  test.each([
    ['c = .9', caught(0.9), [0.0125, 0.0142, 0.0197], [0.0422, 0.0576]],
    ['c = .6', caught(0.6), [0.046, 0.47, 0.891], [0.513, 0.894]],
    ['majority of 3', majority(3), [0.0107, 0.0111, 0.0122], [0.0574, 1]],
    ['majority of 5, ρ = .2', inCommon(0.2, majority(5)), [0.0167, 0.0254, 1], [1, 1]],
    ['none', unchecked, [1, 1, 1], [1, 1]],
  ] as const)('%s', (_, check, at01, at03) => {
    const found = (local: number, branching: number) => fixedPoint({ local, branching }, check);
    at01.forEach((error, i) => {
      expect(Math.abs(found(0.01, [2, 3, 5][i]!) - error)).toBeLessThan(0.0005);
    });
    at03.forEach((error, i) => {
      expect(Math.abs(found(0.03, [3, 5][i]!) - error)).toBeLessThan(0.0005);
    });
  });

  test('error dies out from level to level exactly above the catch rate that is needed', () => {
    expect([2, 3, 5].map((b) => catchRateNeeded(b))).toEqual([0.5, 1 - 1 / 3, 0.8]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (branching, distillation, c) => {
          fc.pre(Math.abs(branching * distillation * (1 - c) - 1) > 1e-3);
          const seed = 1e-6;
          const next = inheritedError(seed, { local: 0, branching, distillation }, caught(c));
          expect(next < seed).toBe(isStable(c, branching, distillation));
          if (isStable(c, branching, distillation))
            expect(c).toBeGreaterThan(catchRateNeeded(branching, distillation) - 1e-12);
        },
      ),
    );
  });

  test('an accepted answer is wrong by Bayes’ rule', () => {
    expect(errorAmongAccepted(0.2, 0.9, 0.1)).toBeCloseTo((0.2 * 0.1) / (0.2 * 0.1 + 0.8 * 0.9), 12);
    expect(errorAmongAccepted(1, 1, 0)).toBe(0);
  });
});
