import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lineage } from './checkpoint.ts';
import { showVersion, versionOf } from './version.ts';

const of = (level: number, passed = true): Lineage => ({ level, gate: { passed } }) as unknown as Lineage;
/** From the oldest to the newest. */
const shown = (...chain: readonly Lineage[]) => showVersion(versionOf([...chain].reverse()));

describe('a version', () => {
  test.each([
    ['1.0.0', [of(2)]],
    ['1.1.0', [of(2), of(3)]],
    ['1.2.0', [of(2), of(3), of(4)]],
    ['1.1.1', [of(2), of(3), of(3)]],
    ['1.2.0', [of(2), of(3), of(3), of(5)]],
    ['1.0.0-candidate', [of(2, false)]],
    ['1.1.0-candidate', [of(2), of(3, false)]],
    ['1.1.0', [of(2), of(3, false), of(4)]],
    ['1.0.1-candidate', [of(2), of(2, false)]],
  ] as const)('%s', (expected, chain) => {
    expect(shown(...chain)).toBe(expected);
  });

  test('rises from one that passed to the next, and a candidate comes before what it would have been', () => {
    const levels = fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(levels, (steps) => {
        let level = 1;
        const chain = steps.map(([more, passed]) => {
          level += more;
          return of(level, passed);
        });
        const passed = chain.flatMap((one, i) =>
          one.gate!.passed ? [versionOf(chain.slice(0, i + 1).reverse())] : [],
        );
        for (const [i, later] of passed.entries()) {
          const earlier = passed[i - 1];
          if (!earlier) expect(later).toEqual({ minor: 0, patch: 0, isCandidate: false });
          else
            expect(
              later.minor > earlier.minor || (later.minor === earlier.minor && later.patch > earlier.patch),
            ).toBe(true);
        }
      }),
    );
  });
});
