import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chance } from './chance.ts';

const anyNumbers = fc.array(fc.nat(1000), { maxLength: 4 });

test('chance follows from the content of the context and the numbers alone, asked again or of a copy', () => {
  fc.assert(
    fc.property(fc.string(), anyNumbers, (key, numbers) => {
      const context = { key };
      const drawn = chance(context, numbers);
      expect(chance(context, numbers)).toBe(drawn);
      expect(chance({ key }, [...numbers])).toBe(drawn);
    }),
  );
});

test('chance is another for another context or another number, and uniform', () => {
  const drawn = Array.from({ length: 100 }, (_, i) =>
    Array.from({ length: 100 }, (_, j) =>
      chance({ key: `context ${i}` }, [j % 5, Math.floor(j / 5) % 5, 7, Math.floor(j / 25)]),
    ),
  ).flat();
  // Ten thousand of 2^32 collide once in a hundred times.
  expect(new Set(drawn).size).toBeGreaterThan(drawn.length - 3);
  for (let bin = 0; bin < 8; bin++) {
    const count = drawn.filter((one) => one % 8 === bin).length;
    // Five standard deviations.
    expect(Math.abs(count - 1250)).toBeLessThan(166);
  }
});
