import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDistinctive, spansIn, wordsOf } from './evidence.ts';

const word = fc.constantFrom('the', 'Bridge', 'bridge', 'of', 'river', '12', '1,200', 'is', 'harvest', 'no');
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ', ', '. ', '\n')), { maxLength: 14 })
  .map((parts) => parts.flat().join(''));
const few = fc
  .array(fc.constantFrom('river', '12', 'the'), { maxLength: 24 })
  .map((words) => words.join(' '));
const keys = (of: string): readonly string[] => wordsOf(of).map(({ key }) => key);

/** Words of the longest phrase in both that says something, by trying all. */
function longest(answer: readonly string[], source: readonly string[]): number {
  let most = 0;
  for (let i = 0; i < answer.length; i++)
    for (let j = 0; j < source.length; j++)
      for (let n = 1; i + n <= answer.length && source[j + n - 1] === answer[i + n - 1]; n++)
        if (n === source.length || source.slice(j, j + n).some(isDistinctive)) most = Math.max(most, n);
  return most;
}

describe('words of an answer that come from a sub-answer', () => {
  test('are the same words in both, say something, lie apart, and have the longest phrase among them', () =>
    fc.assert(
      fc.property(fc.oneof(text, few), fc.oneof(text, few), (answer, source) => {
        const spans = spansIn(answer)(source);
        let end = 0;
        for (const {
          answer: [from, to],
          source: [begin, until],
        } of spans) {
          expect(from).toBeGreaterThanOrEqual(end);
          end = to;
          const own = keys(answer.slice(from, to));
          expect(own).toEqual(keys(source.slice(begin, until)));
          expect(own.some(isDistinctive) || own.length === keys(source).length).toBe(true);
        }
        const found = Math.max(0, ...spans.map((one) => keys(answer.slice(...one.answer)).length));
        expect(found).toBe(longest(keys(answer), keys(source)));
      }),
      { numRuns: 1000 },
    ));

  test('are found in long texts too, that say the same again and again', () => {
    const long = 'bridge river harvest bridge 12 '.repeat(330); // 10 kB, of which each phrase is in a hundred places
    const spansOf = spansIn(long);
    for (let i = 0; i < 20; i++) expect(spansOf(long.slice(i)).length).toBeGreaterThan(0);
  });

  test('are looked for once in a text that says nothing again and again', () => {
    expect(spansIn('a '.repeat(16_000))('a '.repeat(32_000))).toEqual([]); // of which each has a phrase of thousands
  }, 3000);

  test('light up both ends of a number, however it is written', () => {
    expect(spansIn('There were 1200 people.')('The count: 1,200')).toEqual([
      { answer: [11, 15], source: [11, 16] },
    ]);
    expect(spansIn('No, it is not.')('no')).toEqual([{ answer: [0, 2], source: [0, 2] }]);
    expect(spansIn('It is the end of it.')('What is the use of it?')).toEqual([]);
  });
});
