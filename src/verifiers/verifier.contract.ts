/** What every verifier keeps to: one verdict for each claim, in order, the same alone and in a batch, with its name, and a
 *  reason wherever it does not pass. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Verifier } from '../core/verifier.ts';

export function describeVerifier<Q, A>(
  name: string,
  verifier: Verifier<Q, A>,
  claims: readonly Claim<Q, A>[],
): void {
  describe(`${name}, as a verifier`, () => {
    const batches = fc.array(fc.constantFrom(...claims), { maxLength: 6 });

    test('gives one verdict for each claim, as if it were alone', async () => {
      const alone = new Map<Claim<Q, A>, unknown>();
      for (const claim of claims) alone.set(claim, (await verifier.verify([claim], scope()))[0]);
      await fc.assert(
        fc.asyncProperty(batches, async (batch) => {
          const verdicts = await verifier.verify(batch, scope());
          expect(verdicts).toEqual(batch.map((claim) => alone.get(claim)));
        }),
        { numRuns: 20 },
      );
    });

    test('says who it is, and why wherever it does not pass', async () => {
      for (const { verifier: by, kind, reason } of await verifier.verify(claims, scope())) {
        expect(by).toBe(verifier.name);
        expect(['pass', 'fail', 'unsure']).toContain(kind);
        if (kind !== 'pass') expect(reason).toMatch(/\S/);
      }
    });

    test('spends nothing on no claims', async () => {
      const nothing = scope({ decisions: 0, questions: 0 });
      expect(await verifier.verify([], nothing)).toEqual([]);
      expect(nothing.budget.refusals).toBe(0);
    });
  });
}
