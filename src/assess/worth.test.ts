/** Confidence as X gives it and as a calibration has it: planted, so that what figures are to say is known. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import type { Figure } from '../protocol/report.ts';
import { GOALS } from './goals.ts';
import type { Calibrated, Observed } from './observed.ts';
import { UNKNOWN } from './sheet.ts';
import { CALIBRATED, calibrationPart } from './worth.ts';

const [N, CONTEXTS] = [2000, 40];
const RANDOM = Random.seeded(5);
/** Right as often as this, drawn from .5 to 1; what X says of it is nearer to 1. */
const answers = Array.from({ length: N }, (_, place) => {
  const random = RANDOM.split(place);
  const probability = 0.5 + random.uniform() / 2;
  return { probability, answer: 1, right: random.uniform() < probability };
});
const asked = answers.map((_, i) => ({ question: i, level: 1, context: i % CONTEXTS }));
const none = answers.map(() => ({ answer: UNKNOWN, confidence: 0, right: false }));
const own = answers.map(({ probability, ...one }) => ({ ...one, confidence: probability ** 0.25 }));
const calibrated: Calibrated = {
  iteration: 1,
  said: answers.map(({ probability, ...one }) => ({ ...one, confidence: probability })),
  escalated: answers.map(({ probability }) => probability < 0.75),
};

const partOf = (one?: Calibrated) =>
  calibrationPart({ test: { asked, x: [none, own] }, calibrated: one } as unknown as Observed);
const { figures, needs } = partOf(calibrated);
const value = (name: string, arm?: string) =>
  figures.find((one) => one.name === name && one.arm === arm)!.value;

describe('the confidence in force', () => {
  test('is told beside what X says of itself, and is what it says where it was planted so', () => {
    expect(value('calibration error', CALIBRATED)).toBeLessThan(0.02);
    expect(value('calibration error')).toBeGreaterThan(0.1);
    expect(value('Brier score', CALIBRATED)).toBeLessThan(value('Brier score'));
    expect(value('AUROC', CALIBRATED)).toBeCloseTo(value('AUROC'), 9); // the order is the same
    expect(value('escalated', CALIBRATED)).toBeCloseTo(0.5, 1);
    // Kept is from .75 to 1, of which an eighth is wrong.
    expect(value('kept and wrong', CALIBRATED)).toBeCloseTo(0.5 / 8, 1);
    expect(needs).toEqual([]);
  });

  test('is what claims are about; of a run that was not calibrated they are about X', () => {
    const { of } = GOALS.find(({ figure }) => figure === 'calibration error')!;
    const named = (all: readonly Figure[]) =>
      of(
        all.filter(({ name }) => name === 'calibration error'),
        1,
      );
    expect(named(figures).map(({ arm }) => arm)).toEqual([CALIBRATED]);
    const without = partOf();
    expect(named(without.figures).map(({ arm, iteration }) => [arm, iteration])).toEqual([[undefined, 1]]);
    expect(without.needs.join()).toContain('capstan calibrate RUN');
  });
});
