import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vocabulary } from './vocabulary.ts';

const anyCounts = fc.dictionary(fc.stringMatching(/^[a-r]{1,5}$/), fc.nat(20), { minKeys: 1, maxKeys: 8 });

test('words are 0 … size − 1, each the word of one thing of one sort, in the order given', () => {
  fc.assert(
    fc.property(anyCounts, (counts) => {
      const { size, ...sorts } = vocabulary(counts);
      const words = Object.entries(counts).flatMap(([sort, count]) =>
        Array.from({ length: count }, (_, i) => sorts[sort]!.at(i)),
      );
      expect(words).toEqual(Array.from({ length: size }, (_, word) => word));
      expect(Object.keys(sorts)).toEqual(Object.keys(counts));
    }),
  );
});

test('a word leads back to its thing, and one of another sort or of none to nothing', () => {
  fc.assert(
    fc.property(anyCounts, (counts) => {
      const { size, ...sorts } = vocabulary(counts);
      for (const [sort, { first, last, at, of }] of Object.entries(sorts)) {
        for (let i = 0; i < counts[sort]!; i++) expect(of(at(i))).toBe(i);
        expect(last - first).toBe(counts[sort]! - 1);
        for (let word = -1; word <= size; word++)
          expect(of(word) !== undefined).toBe(first <= word && word <= last);
      }
    }),
  );
});
