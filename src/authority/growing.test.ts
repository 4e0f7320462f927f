import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Growing } from './_growing.ts';

test('every version of a growing list is what a copied array would be, whichever is grown next', () => {
  const steps = fc.array(fc.tuple(fc.nat(20), fc.nat(9)), { maxLength: 40 });
  fc.assert(
    fc.property(steps, (all) => {
      const versions = [{ list: Growing.empty<number>(), array: [] as readonly number[] }];
      for (const [which, item] of all) {
        const { list, array } = versions[which % versions.length]!;
        versions.push({ list: list.with(item), array: [...array, item] });
      }
      for (const { list, array } of versions) {
        expect(list.length).toBe(array.length);
        const seen: number[] = [];
        list.findLast((item) => seen.push(item) > array.length); // fits never
        expect(seen.reverse()).toEqual(array);
        for (let item = 0; item <= 9; item++)
          expect(list.findLast((one) => one === item)).toBe(array.includes(item) ? item : undefined);
      }
    }),
  );
});
