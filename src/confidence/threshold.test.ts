import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import {
  type Contexts,
  type Kept,
  leastEscalated,
  levelThresholds,
  NOTHING_KEPT,
  plannedThreshold,
  riskThreshold,
} from './threshold.ts';

/** Contexts of four questions that stand or fall together: the context is easy or hard, and confidence tells little. */
function draw(n: number, random: Random, hardness = 0.5): Contexts {
  return Array.from({ length: n }, () => {
    const wrong = random.uniform() < hardness ? 0.6 : 0.02;
    return Array.from({ length: 4 }, (): Kept => {
      const right = random.uniform() >= wrong;
      return { right, confidence: (random.uniform() + (right ? 0.4 : 0)) / 1.4 };
    });
  });
}

const lossAt = (contexts: Contexts, threshold: number) =>
  contexts.reduce(
    (sum, context) =>
      sum + context.filter((one) => one.confidence >= threshold && !one.right).length / (context.length || 1),
    0,
  ) / contexts.length;

describe('conformal risk control', () => {
  test('keeps the expected loss at α, and loses little against it, though questions come in contexts', () => {
    for (const [risk, contexts] of [
      [0.05, 60],
      [0.1, 100],
    ] as const) {
      const random = Random.seeded(11);
      const losses = Array.from({ length: 500 }, () =>
        lossAt(draw(40, random), riskThreshold(draw(contexts, random), risk)),
      );
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      const error = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / losses.length ** 2);
      expect(mean).toBeLessThan(risk + 2 * error);
      expect(mean).toBeGreaterThan(risk - 2 / (contexts + 1) - 2 * error);
    }
  });

  test('is the least confidence seen at which (n R̂ + 1)/(n + 1) ≤ α, found by trying all', () => {
    const kept = fc.record({
      confidence: fc.integer({ min: -1, max: 6 }).map((n) => n / 6),
      right: fc.boolean(),
    });
    const contexts = fc.array(fc.array(kept, { minLength: 1, maxLength: 3 }), {
      minLength: 9,
      maxLength: 14,
    });
    fc.assert(
      fc.property(contexts, (given) => {
        const known = given.map((context) =>
          context.map((one) => ({ ...one, confidence: one.confidence < 0 ? -1 : one.confidence })),
        );
        const n = known.length;
        const found = riskThreshold(known, 0.2);
        const isSafe = (threshold: number) => (n * lossAt(known, threshold) + 1) / (n + 1) <= 0.2 + 1e-9;
        expect(isSafe(found)).toBe(true);
        const seen = [0, ...known.flat().map(({ confidence }) => confidence)].filter((one) => one >= 0);
        for (const at of seen) if (at < found) expect(isSafe(at)).toBe(false);
      }),
    );
  });

  test('asks for 1/α − 1 contexts', () => {
    const sure = (n: number): Contexts => Array.from({ length: n }, () => [{ confidence: 0.3, right: true }]);
    expect(riskThreshold(sure(49), 0.02)).toBe(0);
    expect(() => riskThreshold(sure(48), 0.02)).toThrow('expected at least 49 for a risk of 0.02, got 48');
    expect(() => riskThreshold(sure(48), 0)).toThrow('expected a number between 0 and 1, got 0');
  });

  test('keeps nothing where everything is wrong, and never what is unknown', () => {
    const contexts = (kept: Kept): Contexts => Array.from({ length: 99 }, () => [kept]);
    expect(riskThreshold(contexts({ confidence: 0.9, right: false }), 0.05)).toBe(NOTHING_KEPT);
    expect(riskThreshold(contexts({ confidence: -1, right: false }), 0.05)).toBe(0);
  });
});

describe('thresholds of levels', () => {
  test('their budgets come to α by share, the hard level has most of it, and each is safe on its own', () => {
    const random = Random.seeded(5);
    const levels = [0.02, 0.3, 0.8].map((hardness, i) => ({
      level: i + 1,
      share: [0.5, 0.3, 0.2][i]!,
      planned: draw(200, random, hardness),
      contexts: draw(200, random, hardness),
    }));
    const found = levelThresholds(levels, 0.05);
    expect(found.reduce((sum, { share, risk }) => sum + share * risk, 0)).toBeCloseTo(0.05, 9);
    expect(found[2]!.risk).toBeGreaterThan(found[0]!.risk);
    expect(found.map(({ threshold }) => threshold)).toEqual(
      found.map(({ risk }, i) => riskThreshold(levels[i]!.contexts, risk)),
    );
    // Planned on what it is judged on, one threshold spends at most α.
    const common = plannedThreshold(levels, 0.05);
    const spent = levels.reduce((sum, { share, planned }) => sum + share * lossAt(planned, common), 0);
    expect(spent).toBeLessThanOrEqual(0.05);
    expect(spent).toBeGreaterThan(0.04);
  });

  test('together keep the expected loss at α', () => {
    const random = Random.seeded(6);
    const losses = Array.from({ length: 200 }, () => {
      const levels = [0.1, 0.7].map((hardness, i) => ({
        level: i + 1,
        share: 0.5,
        planned: draw(40, random, hardness),
        contexts: draw(80, random, hardness),
      }));
      const found = levelThresholds(levels, 0.06);
      return found.reduce(
        (sum, { share, threshold }, i) => sum + share * lossAt(draw(30, random, [0.1, 0.7][i]!), threshold),
        0,
      );
    });
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    expect(mean).toBeLessThan(0.06 + 0.002);
  });

  test('need shares that come to 1, and enough contexts', () => {
    const level = { level: 1, planned: [], contexts: draw(9, Random.seeded(1)) };
    expect(() => levelThresholds([{ ...level, share: 0.7 }], 0.2)).toThrow('expected a sum of 1, got 0.7');
    expect(() => levelThresholds([{ ...level, share: 1 }], 0.05)).toThrow(
      'at most the risk of 0.05, got 0.1000',
    );
  });
});

describe('what must be escalated', () => {
  test('is at least what is wrong beyond α', () => {
    expect(leastEscalated(0.12, 0.02, 'all')).toBeCloseTo(0.1, 12);
    expect(leastEscalated(0.12, 0.02, 'kept')).toBeCloseTo(0.1 / 0.98, 12);
    expect(leastEscalated(0.01, 0.02, 'all')).toBe(0);
    // Who knows exactly what is wrong escalates no more than that.
    const contexts = Array.from({ length: 100 }, (_, i) => [{ confidence: Number(i >= 12), right: i >= 12 }]);
    expect(plannedThreshold([{ share: 1, planned: contexts }], 0.02)).toBe(1);
  });
});
