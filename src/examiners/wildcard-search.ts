/** The sum by going through all strings, letter by letter. */

import { type PatternQuestion, wordOfSum } from '../tasks/wildcard-search.ts';
import { type Examiner, seal } from './examiner.ts';

export const wildcardSearchExaminer: Examiner<PatternQuestion, number> = {
  truth({ strings: { values, letters, sumMax }, pattern }) {
    const fits = (index: number) =>
      [...pattern].every(
        (symbol, place) => symbol === '*' || symbol === 'ab'[(index >> (letters - 1 - place)) & 1],
      );
    const sum = values.reduce((total, value, index) => total + (value !== 0 && fits(index) ? value : 0), 0);
    return seal(wordOfSum(sum, sumMax));
  },
};
