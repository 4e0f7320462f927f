import { expect, test } from 'vitest';
import { proportion } from '../statistics/proportion.ts';
import { iterationsLeft } from './due.ts';

const agreed = (right: number, n: number) =>
  proportion(Array.from({ length: n }, (_, i) => ({ right: i < right ? 1 : 0, n: 1 })));
const audited = (iteration: number, ...perLevel: readonly (readonly [right: number, n: number])[]) => ({
  iteration,
  audits: {
    ...{ verdict: 'passed' as const, anchors: { n: 0, moved: 0, worse: 0, better: 0 } },
    perLevel: perLevel.map(([right, n]) => agreed(right, n)),
  },
});

test('how long confidence may be left alone is told from audits, by the level where most is lost', () => {
  expect(iterationsLeft([], 0.85)).toBeUndefined();
  expect(iterationsLeft([{ iteration: 1 }, { iteration: 2 }], 0.85)).toBeUndefined(); // no audits
  expect(iterationsLeft([audited(1, [990, 1000])], 0.85)).toBeUndefined();
  const steady = audited(5, [990, 1000]);
  const [few, many] = [
    [audited(1, [99, 100]), audited(5, [99, 100])],
    [audited(1, [990, 1000]), steady],
  ];
  expect(iterationsLeft(few, 0.85)!).toBeLessThan(iterationsLeft(many, 0.85)!); // the fewer the audits, the sooner
  // .99 to .95 in four iterations is .010 in each, .014 at the most; .10 are left.
  const falling = [audited(1, [990, 1000]), audited(5, [950, 1000])];
  expect(iterationsLeft(falling, 0.85)).toBe(7);
  const worse = [audited(1, [990, 1000], [990, 1000]), audited(5, [990, 1000], [860, 1000])];
  expect(iterationsLeft(worse, 0.85)).toBe(0);
  // A level that was audited once says nothing of what is lost.
  expect(iterationsLeft([audited(1, [990, 1000]), audited(5, [950, 1000], [500, 1000])], 0.85)).toBe(7);
});
