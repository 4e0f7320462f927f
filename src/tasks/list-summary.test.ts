import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { Random } from '../base/random.ts';
import { known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Transcript } from '../core/workspace.ts';
import { reveal } from '../examiners/examiner.ts';
import { listSummaryExaminer } from '../examiners/list-summary.ts';
import { COUNT_MAX, listSummary, type SummaryQuestion } from './list-summary.ts';
import { type Contract, describeTask } from './task.contract.ts';

const contractOf = (items: number): Contract<SummaryQuestion> => ({
  sizes: [4, 5],
  kind: ({ kind }) => kind,
  parses: [
    ['max(0, 3)', (q) => q.kind === 'max' && q.from === 0 && q.to === 3],
    ['max(2, 2)', (q) => q.kind === 'max' && q.from === 2 && q.to === 2],
    [
      `count(7, 1, ${items - 1})`,
      (q) => q.kind === 'count' && q.value === 7 && q.from === 1 && q.to === items - 1,
    ],
    ['  count ( 0,1 , 2 )# 3 ', (q) => q.kind === 'count' && q.value === 0],
  ],
  rejects: [
    '',
    'max',
    'max()',
    'max(1)',
    'max(3, 2)',
    `max(0, ${items})`,
    'max(-1, 2)',
    'max(0, 1, 2)',
    'count(1, 2)',
    'count(10, 0, 1)',
    'min(0, 1)',
    'max(0, 1) #',
    'max(0, 1) #-1',
    'max(0, 1) #99999999999999999999',
    'max(0, 1) tail',
  ],
});

describeTask(listSummary({ items: 8 }), listSummaryExaminer, contractOf(8));
describeTask(listSummary({ items: 13, rounds: 5 }), listSummaryExaminer, contractOf(13));
describeTask(listSummary({ items: 64 }), listSummaryExaminer, contractOf(64));

/** Words that H may read in one workspace. */
const CONTEXT_LIMIT = 8;

describe('list summary', () => {
  test('has a level for every halving until four numbers are left', () => {
    const levels = [4, 5, 8, 9, 16, 17, 32, 33, 64].map((items) => listSummary({ items }).levels);
    expect(levels).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  test('shows H no more than eight words in any workspace: those of its question, and one for each answer', async () => {
    const { encoding } = listSummary({ items: 64 });
    const read = (await transcripts()).map(
      ({ question, exchanges }) => encoding.sentence(question).length + exchanges.length,
    );
    expect(Math.max(...read)).toBe(CONTEXT_LIMIT);
  });

  test('asks for every number of a short part, and for the halves of a long one, once and in order', async () => {
    for (const { question, exchanges } of await transcripts()) {
      const parts = exchanges.map(({ question: { from, to } }) => ({ from, to }));
      expect([parts[0]!.from, parts.at(-1)!.to]).toEqual([question.from, question.to]);
      parts.slice(1).forEach(({ from }, i) => {
        expect(from).toBe(parts[i]!.to + 1);
      });
      const lengths = parts.map(({ from, to }) => to - from + 1);
      const length = question.to - question.from + 1;
      if (length <= 4) expect(lengths).toEqual(new Array<number>(length).fill(1));
      else expect(lengths).toEqual([Math.ceil(length / 2), Math.floor(length / 2)]);
    }
  });

  test('clamps a count of many to the highest word', () => {
    const list = { values: new Array<number>(64).fill(3), key: 'threes' };
    const count = (to: number) =>
      reveal(listSummaryExaminer.truth({ kind: 'count', list, value: 3, from: 0, to }));
    expect([count(0), count(14), count(15), count(63)]).toEqual([1, COUNT_MAX, COUNT_MAX, COUNT_MAX]);
  });

  test('samples every length of part and both kinds, at every level as often', () => {
    const task = listSummary({ items: 16 });
    const [lengths, levels, kinds] = [new Set<number>(), [0, 0, 0], { max: 0, count: 0 }];
    const draws = 200;
    for (let i = 0; i < draws; i++)
      for (const question of task.sample(Random.seeded(i), { split: 'train', size: 16, level: 3 }).slice(1)) {
        lengths.add(question.to - question.from + 1);
        levels[task.level(question) - 1]!++;
        kinds[question.kind]++;
      }
    expect([...lengths].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    for (const count of levels) expect(count / (draws * 31)).toBeCloseTo(1 / 3, 1);
    expect(kinds.max / (draws * 31)).toBeCloseTo(1 / 2, 1);
  });

  test.each([
    [{ items: 3 }, 'size'],
    [{ items: 65 }, 'size'],
    [{ items: 8.5 }, 'size'],
    [{ items: 8, rounds: 0 }, 'rounds'],
    [{ items: 8, rounds: 1.5 }, 'rounds'],
  ])('refuses %j and names the %s', (options, name) => {
    expect(() => listSummary(options)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`^${name}: expected`) }),
    );
  });
});

/** How H works on questions of all levels about lists of 64. */
async function transcripts(): Promise<readonly Transcript<SummaryQuestion, number>[]> {
  const { environment, overseer, sample } = listSummary({ items: 64 });
  const knowing: Assistant<SummaryQuestion, number> = {
    origin: { name: 'X', groundTruth: true },
    answer: async (asked) => asked.map((question) => known(reveal(listSummaryExaminer.truth(question)))),
  };
  const questions = Array.from({ length: 50 }, (_, i) =>
    sample(Random.seeded(i), { split: 'train', size: 64, level: 5 }),
  ).flat();
  const worked: Transcript<SummaryQuestion, number>[] = [];
  const record = (transcript: Transcript<SummaryQuestion, number>) => void worked.push(transcript);
  await amplify(overseer, withEnvironment(environment, knowing), { record }).answer(questions, scope());
  expect(worked.length).toBe(questions.length);
  return worked;
}
