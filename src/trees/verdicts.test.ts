import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOW, opener, question } from '../../test/trees/graphs.ts';
import { type Answer, known, unknown } from '../core/answer.ts';

const open = opener();
const ANSWERS: readonly Answer<string>[] = [
  known('yes'),
  known('yes', 0.5),
  known('no'),
  unknown('rejected'),
];

test('a verdict is of one answer to one question, the last of each person, in whatever order they come in', () => {
  const said = fc.record({
    question: fc.nat(2),
    answer: fc.nat(ANSWERS.length - 1),
    verifier: fc.constantFrom('person:ada', 'person:bob'),
    kind: fc.constantFrom('pass' as const, 'fail' as const),
    entry: fc.nat(50),
  });
  const distinct = fc.uniqueArray(said, { selector: ({ entry }) => entry, maxLength: 20 });
  fc.assert(
    fc.property(distinct, fc.integer({ min: 1, max: 3 }), (all, times) => {
      const name = `${Math.random()}.db`;
      const { verdicts } = open({ now: () => NOW }, name);
      for (let i = 0; i < times; i++)
        for (const { question: n, answer, ...verdict } of all)
          verdicts.put(question(n), ANSWERS[answer]!, verdict);
      const again = open({ now: () => NOW }, name); // as another process sees it
      const known = again.verdicts.all();
      for (let n = 0; n <= 2; n++)
        for (const [i, answer] of ANSWERS.entries()) {
          const own = all.filter((one) => one.question === n && one.answer === i);
          const last = new Map(
            own.toSorted((a, b) => a.entry - b.entry).map(({ verifier, kind, entry }) => [verifier, { verifier, kind, entry }]), // biome-ignore format: one expression is one line
          );
          const expected = [...last.values()].toSorted((a, b) => a.entry - b.entry);
          expect(again.verdicts.of(question(n), answer)).toEqual(expected);
          expect(known(question(n), answer)).toEqual(expected);
        }
    }),
    { numRuns: 40, seed: 1 },
  );
});
