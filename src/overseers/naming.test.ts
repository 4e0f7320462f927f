import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byAppearance } from './naming.ts';

/** Two sorts of names, and words beside and between them that are none. */
const SORTS = [
  [10, 19],
  [30, 49],
] as const;
const word = fc.integer({ min: 0, max: 59 });
const words = fc.array(word, { maxLength: 30 });
const isName = (one: number) => SORTS.some(([first, last]) => one >= first && one <= last);

describe('names by order of appearance', () => {
  test('are the first, the second, … of their sort; other words are read as they are', () => {
    const { alias, named } = byAppearance(SORTS, [3, 17, 40, 12, 17, 31, 40]);
    expect([3, 17, 40, 12, 17, 31, 40].map(alias)).toEqual([3, 10, 30, 11, 10, 31, 30]);
    expect([3, 10, 11, 30, 31].map(named)).toEqual([3, 17, 12, 40, 31]);
  });

  test('of one nobody met are the next, and their aliases mean nobody until then', () => {
    const { alias, named } = byAppearance(SORTS, [17]);
    expect(named(11)).toBeNaN();
    expect(alias(19)).toBe(11);
    expect(named(11)).toBe(19);
  });

  test('are read the same wherever names are exchanged for others of their sort, and in no other case', () => {
    const renaming = fc.tuple(
      ...SORTS.map(([first, last]) => {
        const sort = Array.from({ length: last - first + 1 }, (_, i) => first + i);
        return fc.shuffledSubarray(sort, { minLength: sort.length });
      }),
    );
    const rename = (other: readonly (readonly number[])[]) => (one: number) => {
      const sort = SORTS.findIndex(([first, last]) => one >= first && one <= last);
      return sort < 0 ? one : other[sort]![one - SORTS[sort]![0]]!;
    };
    const read = (those: readonly number[]) => those.map(byAppearance(SORTS, those).alias);
    fc.assert(
      fc.property(words, renaming, (those, other) => {
        expect(read(those.map(rename(other)))).toEqual(read(those));
      }),
    );
    // Equal readings come from a renaming: words that are no names are equal, and equal names stay equal.
    fc.assert(
      fc.property(words, words, (one, two) => {
        if (read(one).join() !== read(two).join()) return;
        one.forEach((a, i) => {
          if (!isName(a)) expect(two[i]).toBe(a);
          one.forEach((b, j) => {
            expect(two[i] === two[j]).toBe(a === b);
          });
        });
      }),
    );
  });

  test('are all that is changed, and come back', () => {
    fc.assert(
      fc.property(words, (those) => {
        const { alias, named } = byAppearance(SORTS, those);
        const read = those.map(alias);
        expect(read.map(named)).toEqual(those);
        those.forEach((one, i) => {
          if (!isName(one)) expect(read[i]).toBe(one);
        });
      }),
    );
  });
});
