/** What is said while a sweep goes on. */

import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../report/record.ts';
import { Folder } from '../storage/folder.ts';
import { SweepDisplay } from './display.ts';
import type { RunStanding } from './gather.ts';
import { planOf } from './plan.ts';
import { progressLines, secondsLeft } from './progress.ts';
import { readSpec } from './spec.ts';

const plan = planOf(
  readSpec({
    name: 'x',
    seeds: [1, 2],
    base: { task: 'permutation-powering', size: 8, maxSteps: 100 },
    runs: [{ label: 'a' }, { label: 'b' }],
  }),
);
const fresh: readonly RunStanding[] = plan.map((planned) => ({ planned, state: 'new' }));

function ended(standing: RunStanding, seconds: number): RunStanding {
  const arm = { state: 'finished', seconds, steps: 80, points: [] };
  return { ...standing, state: 'finished', record: { arms: [arm] } as unknown as RunRecord };
}

describe('the time that is left', () => {
  const base = { jobs: 2, elapsedSeconds: 5 };

  test('is unknown before anything was seen', () => {
    expect(secondsLeft({ ...base, standings: fresh, atWork: [] })).toBeUndefined();
    const atWork = [{ planned: plan[0]! }];
    expect(progressLines({ ...base, standings: fresh, atWork })).toEqual([
      '0 of 4 runs, 5.0\u202fs',
      '  a, seed 1: no save yet',
    ]);
  });

  test('is what the label took before, or the pace of a run at work, shared between the jobs', () => {
    const standings = fresh.map((one, i) => (i === 0 ? ended(one, 10) : one));
    // b, seed 1 took 15 s for 50 of 100 steps; 15 s left, then a (10 s) and b (30 s) with seed 2: 55 s on two.
    const atWork = [{ planned: plan[1]!, glimpse: { step: 50, seconds: 15, accuracy: 0.5 } }];
    expect(secondsLeft({ ...base, standings, atWork })).toBeCloseTo(30); // no shorter than the longest
    expect(secondsLeft({ ...base, jobs: 1, standings, atWork })).toBeCloseTo(55);
    expect(progressLines({ ...base, standings, atWork })[1]).toMatch(
      /b, seed 1: step 50 of at most 100, accuracy 50\.0/,
    );
  });

  test('is nothing when all have ended or failed', () => {
    const standings = fresh.map(
      (one, i): RunStanding => (i === 3 ? { ...one, state: 'failed' } : ended(one, 10)),
    );
    expect(secondsLeft({ ...base, standings, atWork: [] })).toBe(0);
    expect(progressLines({ ...base, standings, atWork: [] })[0]).toMatch(/^3 of 4 runs, 1 failed/);
  });
});

describe('the display', () => {
  const shown = (options: { quiet?: boolean; isTTY?: boolean }) => {
    const texts: string[] = [];
    const stream = {
      isTTY: options.isTTY ?? false,
      columns: 40,
      write: (text: string) => texts.push(text),
    };
    const display = new SweepDisplay({ quiet: options.quiet ?? false, stream, jobs: 1, clock: () => 0 });
    display.tell({ kind: 'opened', folder: new Folder('/nowhere'), standings: fresh });
    display.tell({ kind: 'run-started', planned: plan[0]! });
    display.show();
    display.tell({ kind: 'run-waits', planned: plan[0]!, said: 'in use' });
    display.tell({ kind: 'run-ended', standing: { planned: plan[0]!, state: 'failed', error: 'no disk' } });
    display.end();
    return texts.join('');
  };

  test('says lines where nothing can be painted, and erases what it painted where it can', () => {
    expect(shown({})).not.toContain('\x1b');
    expect(shown({})).toMatch(
      /4 runs, 1 at a time → \/nowhere\n0 of 4 runs.*\n.*◌ a, seed 1: in use\n.*✕ a, seed 1: failed: no disk\n$/s,
    );
    expect(shown({ isTTY: true }).endsWith('\r\x1b[2A\x1b[0J')).toBe(true);
  });

  test('says of a quiet sweep only what failed', () => {
    expect(shown({ quiet: true })).toBe('  ✕ a, seed 1: failed: no disk\n');
  });
});
