import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Split } from '../core/task.ts';
import { dealt } from './piles.ts';

const SPLITS = ['train', 'gate', 'test'] as const;
/** The splits that are dealt a context where there is no other. */
const splitsOf = (key: string) =>
  SPLITS.filter((split) => {
    try {
      return dealt(split, 'contexts', () => ({ key })).key === key;
    } catch {
      return false;
    }
  });
/** Deals from contexts 0, 1, 2, …; how many were drawn, and the last. */
function deal(split: Split, name: string) {
  let drawn = 0;
  const context = dealt(split, 'contexts', () => ({ key: `${name} ${drawn++}` }));
  return { drawn, context };
}

test('a context is in exactly one split', () => {
  fc.assert(
    fc.property(fc.string(), (key) => {
      expect(splitsOf(key).length).toBe(1);
    }),
    { numRuns: 50 },
  );
});

test('the first one drawn that is in the split is dealt', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...SPLITS), (name, split) => {
      const { drawn, context } = deal(split, name);
      const splits = Array.from({ length: drawn }, (_, i) => splitsOf(`${name} ${i}`)[0]);
      expect(splits.indexOf(split)).toBe(drawn - 1);
      expect(context.key).toBe(`${name} ${drawn - 1}`);
    }),
    { numRuns: 20 },
  );
});

test('a sixteenth is in «gate», a sixteenth in «test», the rest in «train»', () => {
  const contexts = 1000;
  for (const [split, share] of [
    ['train', 14 / 16],
    ['gate', 1 / 16],
    ['test', 1 / 16],
  ] as const) {
    let drawn = 0;
    const random = Random.seeded(1);
    for (let i = 0; i < contexts; i++)
      dealt(split, 'contexts', () => ({ key: `${random.uint32()} ${drawn++}` }));
    // Draws until so many successes: five standard deviations.
    expect(Math.abs(drawn - contexts / share)).toBeLessThan(5 * (Math.sqrt(contexts * (1 - share)) / share));
  }
});

test('too few contexts for three piles are refused in words', () => {
  const key = 'the only one';
  const [own] = splitsOf(key);
  const other = SPLITS.find((split) => split !== own)!;
  expect(() => dealt(other, 'permutations of 2', () => ({ key }))).toThrow(
    new CapstanError(
      'invalid',
      `size: expected enough elements for three piles of permutations of 2, got none for «${other}»`,
    ),
  );
});
