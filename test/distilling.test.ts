/** The runs of the proof «distilling», few steps of each: what they have in common, and what they are counted on. */

import { afterAll, beforeAll, describe, expect } from 'vitest';
import { Runtime } from '../src/onnx/runtime.ts';
import { distilled, opened, type Plan } from './distilling.ts';
import { isLong, long } from './long.ts';

const STEPS = [200, 4] as const;
const plan = (chosen: Partial<Plan['choices']> = {}): Plan => ({
  choices: { task: 'permutation-powering', size: 4, powers: 16, ...chosen },
  steps: STEPS,
  questions: 16,
});

let runtime: Runtime;
beforeAll(async () => {
  if (isLong) runtime = await Runtime.open({ threads: 1, backend: 'native' });
}, 60_000);
afterAll(() => runtime?.close());

describe('ways to distil', () => {
  long('share a first iteration, and take as many steps in each of the others', async () => {
    const own = await opened(runtime, plan());
    const shared = await opened(runtime, plan({ data: 'accumulate' }));
    expect(shared.state).toEqual(own.state);
    expect(own.replay.length).toBe(0);
    expect(shared.replay.length).toBeGreaterThan(0);
    const today = await distilled(runtime, plan(), shared);
    expect(today).toEqual(await distilled(runtime, plan(), own));
    for (const chosen of [
      { student: 'fresh', residual: 'logit' },
      { data: 'accumulate' },
      { data: 'replace' },
    ] as const) {
      const other = await distilled(runtime, plan(chosen), shared);
      expect(other.steps).toBe(STEPS[0] + 2 * STEPS[1]);
      expect(other.iterations.map(({ iteration }) => iteration)).toEqual([2, 3]);
      expect(other.wrong.length).toBe(today.wrong.length);
      expect(other.operations).toBeGreaterThan(own.operations);
      expect(other).not.toEqual(today);
    }
  });
});
