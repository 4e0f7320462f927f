/** Mistakes that follow a rule, and some that follow none. */

import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import { designOf, type Labelled, predictDisagreement, structuredShare } from './disagreement.ts';

const N = 2000;
const RANDOM = Random.seeded(11);
/** Two traits by chance, one that all items have, and one that says nothing. */
const features = Array.from({ length: N }, (_, i) => {
  const random = RANDOM.split(i);
  return [Number(random.uniform() < 0.2), 1, random.normal()];
});
const design = designOf(features);
const chance = (i: number) => RANDOM.split('chance').split(i).uniform();
const everyFifth = features.flatMap((_, i) => (i % 5 === 0 ? [i] : []));
const labelled = (isWrong: (item: number) => boolean) =>
  everyFifth.map((item) => ({ item, wrong: isWrong(item), probability: 0.2 }));
const byRule = (item: number) => features[item]![0] === 1;

describe('what is learned of mistakes', () => {
  test('is where they are, for items that nobody audited too', () => {
    const found = predictDisagreement(design, labelled(byRule));
    for (let i = 1; i < N; i += 5) {
      if (byRule(i)) expect(found[i]!).toBeGreaterThan(0.8);
      else expect(found[i]!).toBeLessThan(0.1);
    }
  });

  test('of few audits is near their rate; a feature that all have, and one of another scale, change nothing', () => {
    const few: readonly Labelled[] = [0, 1, 2, 3].map((item) => ({ item, wrong: item === 0 }));
    const found = predictDisagreement(design, few);
    const mean = found.reduce((sum, one) => sum + one, 0) / N;
    expect(mean).toBeGreaterThan(0.1);
    expect(mean).toBeLessThan(0.5);
    const scaled = designOf(features.map(([a, , c]) => [100 * a!, c! - 7]));
    predictDisagreement(scaled, few).forEach((one, i) => void expect(one).toBeCloseTo(found[i]!, 8));
  });

  test('of audits that are all alike is neither 0 nor 1', () => {
    const found = predictDisagreement(
      design,
      labelled(() => false),
    );
    for (const one of found) expect(one).toBeGreaterThan(0);
  });
});

describe('the structured share', () => {
  test('is nearly all of mistakes by a rule, and nothing of those by chance', () => {
    expect(structuredShare(design, labelled(byRule))!.low!).toBeGreaterThan(0.9);
    const random = structuredShare(
      design,
      labelled((item) => chance(item) < 0.2),
    )!;
    expect(random.value).toBeLessThan(0.05);
    expect(random.n).toBe(everyFifth.length);
  });

  test('is nothing of chance that many features could explain afterwards', () => {
    const wide = designOf(
      Array.from({ length: N }, (_, i) => {
        const random = RANDOM.split('wide').split(i);
        return Array.from({ length: 60 }, () => random.normal());
      }),
    );
    const audits = labelled((item) => chance(item) < 0.5).slice(0, 120);
    expect(structuredShare(wide, audits)!.value).toBe(0);
  });

  test('of a rule in half is what can be known: a mistake is foretold as a half', () => {
    const { value, low, high } = structuredShare(
      design,
      labelled((item) => byRule(item) && chance(item) < 0.5),
    )!;
    // Wrong in p = .1 of all: of p(1 − p) = .09, where the rule holds ¼ of .2 remains.
    const truth = 1 - 0.05 / 0.09;
    expect(Math.abs(value - truth)).toBeLessThan(0.1);
    expect(low!).toBeLessThan(truth);
    expect(high!).toBeGreaterThan(truth);
  });

  test('counts an audit for all that are like it', () => {
    const [seldom, often] = [0.1, 1];
    // Items with the trait were all audited, the others one in ten: mistakes by chance among the latter weigh tenfold.
    const audits = features.flatMap((_, item) =>
      byRule(item) || item % 10 === 0
        ? [{ item, wrong: byRule(item) || chance(item) < 0.2, probability: byRule(item) ? often : seldom }]
        : [],
    );
    const found = structuredShare(design, audits)!;
    const plain = structuredShare(
      design,
      audits.map((one) => ({ ...one, probability: 1 })),
    )!;
    // p = .2 + .8 · .2 = .36; by the rule alone .8 · .2 · .8 of .36 · .64 remains.
    expect(Math.abs(found.value - (1 - 0.128 / 0.2304))).toBeLessThan(0.1);
    expect(plain.value).toBeGreaterThan(found.value + 0.1);
  });

  test('is not told of a handful of mistakes', () => {
    expect(
      structuredShare(
        design,
        labelled((item) => item < 20),
      ),
    ).toBeUndefined();
    expect(
      structuredShare(
        design,
        labelled(() => true),
      ),
    ).toBeUndefined();
  });
});
