import { describe, expect, test } from 'vitest';
import { known, unknown } from '../core/answer.ts';
import type { Outcome } from '../trees/trees.ts';
import { countsText, spentText, Tally } from './tally.ts';

const answered: Outcome = { kind: 'answered', answer: known('yes') };
const rejected: Outcome = { kind: 'answered', answer: unknown('rejected') };
const spent: Outcome = { kind: 'answered', answer: unknown('budget') };
const waiting: Outcome = { kind: 'waiting', items: ['a', 'b'] };

describe('a tally', () => {
  test('counts each question once, as it stands now, whenever it came', () => {
    const tally = new Tally(5);
    for (const [place, outcome] of [answered, waiting, rejected, waiting, spent].entries())
      tally.note(4 - place, outcome);
    expect(tally.counts).toEqual({
      ...{ questions: 5, answered: 1, waiting: 2 },
      unknown: { rejected: 1, budget: 1 },
    });
    expect([tally.items, [...tally.waiting].sort()]).toEqual([
      ['a', 'b'],
      [1, 3],
    ]);
    expect(tally.outcomes).toEqual([spent, waiting, rejected, waiting, answered]);
    expect(countsText(tally.counts)).toBe('1 of 5 answered, 2 wait, 2 unknown (rejected 1, budget 1)');
    tally.note(3, answered);
    expect(countsText(tally.counts)).toBe('2 of 5 answered, 1 waits, 2 unknown (rejected 1, budget 1)');
  });

  test('says how long the rest takes by what was done of late, and nothing where nothing was', () => {
    const tally = new Tally(1000);
    for (let place = 0; place < 500; place++) tally.note(place, answered); // remembered
    expect(tally.progress(0)).toBe('500 of 1,000 answered');
    expect(tally.progress(5)).toBe('500 of 1,000 answered');
    const per = 5;
    for (let second = 10; second <= 200; second += 5) {
      for (let i = 0; i < per; i++) tally.note(500 + second + i, answered);
      tally.progress(second);
    }
    // One a second, and 305 to come.
    expect(tally.progress(200).replaceAll('\u202f', ' ')).toMatch(
      /^695 of 1,000 answered, about [45] min \d\d s left$/,
    );
  });
});

test('what was spent is said where there is any', () => {
  expect(spentText({ calls: 0, tokens: 0, micros: 0, seconds: 0 })).toBe('');
  expect(spentText({ calls: 1200, tokens: 34, micros: 2_500_000, seconds: 61 })).toBe(
    '1,200 calls, 34 tokens, $2.50, 2 min of people',
  );
});
