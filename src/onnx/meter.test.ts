import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Meter } from './meter.ts';

test('spans that come in the order of their ends add up to the length of their union', () => {
  const span = fc.record({ from: fc.nat(1000), length: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(span, { maxLength: 40 }), (drawn) => {
      const spans = drawn.map(({ from, length }) => ({ from: 1 + from, until: 1 + from + length }));
      // Two runtimes: each has its own spans one after another, so sort as replies would arrive.
      spans.sort((a, b) => a.until - b.until);
      const meter = new Meter();
      for (const one of spans) meter.add(one);
      const covered = new Set(spans.flatMap(({ from, until }) => range(from, until)));
      expect(meter.seconds * 1000).toBeLessThanOrEqual(covered.size + 1e-6);
      const nested = spans.some((a, i) => spans.slice(i + 1).some((b) => b.from < a.from));
      if (!nested) expect(meter.seconds * 1000).toBeCloseTo(covered.size, 6);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a span inside one already counted adds nothing', () => {
  const meter = new Meter();
  meter.add({ from: 1000, until: 3000 });
  meter.add({ from: 1500, until: 2500 });
  meter.add({ from: 2500, until: 4000 });
  expect(meter.seconds).toBe(3);
});

function range(from: number, until: number): number[] {
  return Array.from({ length: until - from }, (_, i) => from + i);
}
