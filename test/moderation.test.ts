/** The short version of `npm run prove norms`, on simulated people. */

import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { halfLife, normLooks } from '../src/evaluate/norms.ts';
import { moderated, OLD_LABELS } from './moderation.ts';

test('a change is taken up at once and the rest kept where just the labels that it flips are dropped', async () => {
  const ended = await Promise.all(
    OLD_LABELS.map(async (old) => {
      const looks = await moderated({ seed: 1, old, labels: [1500, 500], batch: 100, slips: 0.02 });
      const { uptake, retention } = normLooks(looks).at(-1)!;
      const half = halfLife(looks, { steadyLooks: 2 }, Random.seeded(1))!.value;
      return { uptake: uptake.value, retention: retention!.value, half };
    }),
  );
  const [kept, dropped, flipped] = ended as [(typeof ended)[0], (typeof ended)[0], (typeof ended)[0]];
  expect(flipped.half).toBeLessThan(200);
  expect(flipped.uptake).toBeGreaterThan(0.95);
  expect(flipped.retention).toBeGreaterThan(0.98);
  expect(kept.uptake).toBeLessThan(0.5);
  expect(dropped.retention).toBeLessThan(flipped.retention);
});
