import { expect, test } from 'vitest';
import { type Choices, configure } from '../run/configuration.ts';
import { saidBy } from './baselines.ts';
import type { Observed } from './observed.ts';

const own = [{ answer: 1, confidence: 1, right: true }];

/** A run of those choices, of which nothing is known but what its last X said. */
function ranWith(choices: Omit<Choices, 'task'>): Observed {
  const configuration = configure({ task: 'permutation-powering', size: 8, ...choices });
  return { configuration, test: { x: [[], own] } } as unknown as Observed;
}

test('a run is its own baseline without what it does not have, and not without what it has', () => {
  const plain = ranWith({});
  for (const kind of ['no-verification', 'no-residuals'] as const) expect(saidBy(kind, plain)).toBe(own);
  expect(saidBy('ensemble', plain)).toBeUndefined();
  expect(saidBy('no-residuals', ranWith({ student: 'fresh', residual: 'logit' }))).toBeUndefined();
  expect(saidBy('no-residuals', ranWith({ anchoring: 1 }))).toBeUndefined();
  expect(saidBy('ensemble', ranWith({ ensemble: 3 }))).toBe(own);
  expect(saidBy('no-verification', ranWith({ defence: { kind: 'verify' } }))).toBeUndefined();
});
