/** The chart of a group: its numbers stand at the ends of their lines and not on one another. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textOf } from '../report/escape.ts';
import { chart } from './chart.ts';
import type { GroupRecord, LineRecord } from './record.ts';

const end = fc.record({
  accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
  step: fc.integer({ min: 1, max: 40 }),
});

function groupOf(ends: readonly { readonly accuracy: number; readonly step: number }[]): GroupRecord {
  const lines = ends.map(({ accuracy, step }, i) => {
    const curve = [1, 2].map((look) => ({ step: 25 * step * look, seconds: step * look, accuracy }));
    return {
      label: `line ${i}`,
      isBaseline: i === 0,
      runs: [{ figures: { curve } }],
    } as unknown as LineRecord;
  });
  return { name: 'a group', task: 'a task', grades: [], baselineFinal: null, lines };
}

test('numbers keep their distance, inside the drawing, one for each line', () => {
  fc.assert(
    fc.property(fc.array(end, { minLength: 1, maxLength: 10 }), (ends) => {
      const page = textOf(chart(groupOf(ends), 'step', 'id'));
      const placed = [
        ...page.matchAll(/tick end [^>]*left:calc\(([\d.]+)%[^>]*top:([\d.]+)%[^>]*>(\d+)</g),
      ].map(([, left, top, number]) => ({ left: Number(left), top: Number(top), number: Number(number) }));
      expect(placed.map(({ number }) => number).sort((a, b) => a - b)).toEqual(ends.map((_, i) => i + 1));
      for (const [i, a] of placed.entries()) {
        expect(a.top).toBeLessThanOrEqual(100);
        for (const b of placed.slice(0, i))
          if (Math.abs(a.left - b.left) < 7.9) expect(Math.abs(a.top - b.top)).toBeGreaterThan(4);
      }
    }),
  );
});
