import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { iterationsUntil, type Label, recalibrate } from './recalibration.ts';

interface Said extends Label {
  readonly confidence: number;
  readonly isRight: boolean;
}

/** Confidences that are right as often as `truth` makes of them. */
const labels = (count: number, name: string, truth: (confidence: number) => number, seed = 1) => {
  const random = Random.seeded(seed).split(name);
  return Array.from({ length: count }, (_, i): Said => {
    const confidence = random.uniform();
    return {
      level: 1 + (i % 3),
      context: `${name} ${i}`,
      confidence,
      isRight: random.uniform() < truth(confidence),
    };
  });
};

/** A histogram of ten bins: the plainest map of confidences. */
type Fitted = readonly number[];
const bin = (confidence: number) => Math.min(9, Math.floor(10 * confidence));
const IDENTITY: Fitted = Array.from({ length: 10 }, (_, i) => (i + 0.5) / 10);
const refit = (all: readonly Said[]): Fitted =>
  IDENTITY.map((middle, i) => {
    const own = all.filter(({ confidence }) => bin(confidence) === i);
    return (own.filter(({ isRight }) => isRight).length + 2 * middle) / (own.length + 2);
  });
const brier = async (fitted: Fitted, all: readonly Said[]) =>
  all.map(({ confidence, isRight }) => (fitted[bin(confidence)]! - Number(isRight)) ** 2);

describe('re-calibration', () => {
  test('is accepted where confidence was off, and the score falls', async () => {
    const off = (confidence: number) => confidence ** 3;
    const done = await recalibrate({
      current: IDENTITY,
      fresh: labels(400, 'fresh', off),
      check: labels(400, 'check', off),
      refit,
      brier,
    });
    expect(done.accepted).toBe(true);
    expect(done.inForce).not.toBe(IDENTITY);
    expect(done.difference.value).toBeCloseTo(done.after.value - done.before.value, 12);
    expect(done.difference.high).toBeLessThan(0);
  });

  test('is not accepted where labels do not hold on the other half: a panel that answers otherwise', async () => {
    const done = await recalibrate({
      current: IDENTITY,
      fresh: labels(400, 'fresh', (confidence) => 1 - confidence),
      check: labels(400, 'check', (confidence) => confidence),
      refit,
      brier,
    });
    expect(done.accepted).toBe(false);
    expect(done.inForce).toBe(IDENTITY);
    expect(done.difference.value).toBeGreaterThan(0);
  });

  test('of a few labels is accepted only where the whole interval says that it helps', async () => {
    const off = (confidence: number) => confidence ** 3;
    const few = (count: number) =>
      recalibrate({
        current: IDENTITY,
        fresh: labels(199, 'fresh', off),
        check: labels(count, 'check', off),
        refit,
        brier,
      });
    const [shown, hinted] = [await few(400), await few(12)];
    expect([shown.accepted, shown.difference.high! < 0]).toEqual([true, true]);
    expect(hinted.difference.value).toBeLessThan(0);
    expect(hinted.difference.high).toBeGreaterThan(0);
    expect(hinted.accepted).toBe(false);
  });

  test('wants labels, a check of every level, and other contexts in it', async () => {
    const honest = (confidence: number) => confidence;
    const [fresh, check] = [labels(200, 'fresh', honest), labels(200, 'check', honest)];
    const made = (change: object) =>
      recalibrate({ current: IDENTITY, fresh, check, refit, brier, ...change });
    await expect(made({ fresh: [] })).rejects.toThrow('expected labels');
    const lacking = check.filter(({ level }) => level !== 2);
    await expect(made({ check: lacking })).rejects.toThrow('expected a check of level 2, got none');
    await expect(made({ check: [...check, fresh[0]!] })).rejects.toThrow('got «fresh 0» in both');
  });
});

test('is due when fidelity could be at its bound in the worst case', () => {
  expect(iterationsUntil(0.98, 0.95, 0.005)).toBe(6);
  expect(iterationsUntil(0.98, 0.95, 0.004)).toBe(7);
  expect(iterationsUntil(0.94, 0.95, 0.005)).toBe(0);
  expect(iterationsUntil(0.98, 0.95, -0.01)).toBe(300); // nothing lost is no reason never to look
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, share, (fidelity, least, loss) => {
      const until = iterationsUntil(fidelity, least, loss);
      if (until > 0) expect(fidelity - until * Math.max(loss, 1e-4)).toBeGreaterThan(least - 1e-6);
    }),
  );
});
