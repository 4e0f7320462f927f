import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { sizeOf } from './trees/grown.ts';
import { type GrowOptions, growths } from './trees/kill.ts';

const OPTIONS: GrowOptions = { shape: { depth: 4, fan: 4 }, concurrency: 16, milliseconds: 2, lifeMs: 40 };

test.each([false, true])(
  'a tree that is broken off at any moment asks nothing twice that was acknowledged (full disk: %s)',
  async (fills) => {
    const found = await growths(3, Random.seeded(1), { ...OPTIONS, fills });
    expect(found.violations).toEqual([]);
    expect(found.kills).toBeGreaterThanOrEqual(3);
    expect(found.answeredByPeople).toBeGreaterThan(0);
    expect(found.lostMost).toBeLessThanOrEqual(OPTIONS.concurrency);
  },
);

test('a tree whose answers a critic judges, broken off at any moment, asks for no verdict twice that was acknowledged', async () => {
  const options: GrowOptions = { ...OPTIONS, concurrency: 8, judged: true };
  const found = await growths(4, Random.seeded(2), options);
  expect(found.violations).toEqual([]);
  expect(found.kills).toBeGreaterThanOrEqual(4);
  expect(found.calls - found.repeated).toBe(found.trees * 2 * sizeOf(OPTIONS.shape)); // one look and one verdict each
  expect(found.lostMost).toBeLessThanOrEqual(options.concurrency);
});
