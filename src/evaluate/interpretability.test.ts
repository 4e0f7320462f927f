/** What auditors guess, by hand. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  auditMinutesPerNode,
  counterfactuals,
  counts,
  editFaithfulness,
  firstErrorLocalisation,
  type Guessed,
  simulatability,
} from './interpretability.ts';

describe('simulatability', () => {
  const said = fc.array(fc.nat(3), { minLength: 20, maxLength: 60 });
  const guesses = (answers: readonly number[], of: (said: number) => Partial<Guessed>): readonly Guessed[] =>
    answers.map((answer, i) => ({
      ...{ cluster: i % 5, key: `q${i}`, said: answer, without: undefined, with: undefined },
      ...of(answer),
    }));

  test('of one who always knows with transcripts, and says the same without, is 1 − 1/answers, however often which is given', () => {
    fc.assert(
      fc.property(said, (answers) => {
        const found = simulatability(
          guesses(answers, (own) => ({ with: own, without: answers[0]! })),
          new Set(),
        );
        const classes = new Set(answers).size;
        expect(found!.with.value).toBeCloseTo(1, 12);
        expect(found!.without.value).toBeCloseTo(1 / classes, 12);
        expect(found!.gain.value).toBeCloseTo(1 - 1 / classes, 12);
        expect(found!.gain.n).toBe(answers.length);
      }),
    );
  });

  test('is below 0 where transcripts mislead, and 0 where they change nothing', () => {
    const answers = [0, 1, 0, 1, 1, 0];
    const misled = guesses(answers, (own) => ({ with: 1 - own, without: own }));
    expect(simulatability(misled, new Set())!.gain.value).toBe(-1);
    const same = guesses(answers, () => ({ with: 1, without: 1 }));
    expect(simulatability(same, new Set())!.gain).toMatchObject({ value: 0, low: null });
  });

  test('is not measured on what was explained', () => {
    const all = guesses([1, 2], () => ({}));
    expect(() => simulatability(all, new Set(['q1']))).toThrow(/not explained, got «q1»/);
    expect(simulatability([], new Set(['q1']))).toBeUndefined();
  });

  test('counts for people only if a person guessed, or the machine was held against people', () => {
    const machine = { kind: 'machine', name: 'nearest neighbour' } as const;
    expect([counts({ kind: 'person' }), counts(machine)]).toEqual([true, false]);
    expect(counts({ ...machine, agreement: { value: 0.9, low: 0.8, high: 0.95, n: 100 } })).toBe(true);
  });
});

describe('counterfactuals', () => {
  const about = (question: number, said: number, inferred?: number) => ({ question, said, inferred });
  const explanations = [
    { cluster: 'a', questions: [about(0, 1, 1), about(10, 2, 2), about(5, 3), about(20, 4, 9)] },
    { cluster: 'b', questions: [about(1, 1, 1), about(2, 1)] },
  ];
  const similarity = (a: number, b: number) => 1 - Math.abs(a - b) / 20;

  test('are precise in the share of inferences that hold, and general as far as those questions differ', () => {
    const found = counterfactuals(explanations, similarity)!;
    expect(found.precision).toMatchObject({ value: 3 / 4, n: 4 });
    expect(found.coverage).toMatchObject({ value: 4 / 6, n: 6 });
    // Only the first explanation covers a pair: distances .5, 1 and .5.
    expect(found.generality).toMatchObject({ value: 2 / 3, low: null, n: 1 });
  });

  test('are undefined where nothing is inferred, and without generality where no explanation covers two', () => {
    expect(counterfactuals([{ cluster: 1, questions: [about(1, 1)] }], similarity)).toBeUndefined();
    expect(counterfactuals(explanations.slice(1), similarity)!.generality).toBeUndefined();
  });
});

describe('faithfulness to edits', () => {
  test('is told apart where the edit should change the answer: ignoring sub-answers is not faithful there', () => {
    const edits = [
      { cluster: 1, before: 3, expected: 3, final: 3 },
      { cluster: 1, before: 3, expected: 4, final: 4 },
      { cluster: 2, before: 3, expected: 5, final: 3 },
      { cluster: 2, before: 3, expected: null, final: null },
    ];
    const { all, consequential } = editFaithfulness(edits)!;
    expect([all.value, all.n]).toEqual([3 / 4, 4]);
    expect([consequential!.value, consequential!.n]).toEqual([2 / 3, 3]);
    expect(editFaithfulness(edits.slice(0, 1))!.consequential).toBeUndefined();
    expect(editFaithfulness([])).toBeUndefined();
  });
});

test('audit time is all minutes over all nodes', () => {
  const audits = [
    { cluster: 'ada', nodes: 10, minutes: 5 },
    { cluster: 'ada', nodes: 2, minutes: 4 },
    { cluster: 'bob', nodes: 8, minutes: 1 },
  ];
  expect(auditMinutesPerNode(audits)).toMatchObject({ value: 0.5, n: 20 });
  expect(auditMinutesPerNode([])).toBeUndefined();
});

describe('localisation of the first error', () => {
  const traces = (
    wrong: readonly [found: number, n: number],
    right: readonly [passed: number, n: number],
  ) => [
    ...Array.from({ length: wrong[1] }, (_, i) => ({
      ...{ cluster: i % 7, firstWrong: 2, found: i < wrong[0] ? 2 : i % 2 ? 3 : undefined },
    })),
    ...Array.from({ length: right[1] }, (_, i) => ({
      ...{ cluster: i % 7, firstWrong: undefined, found: i < right[0] ? undefined : 0 },
    })),
  ];

  test('is the harmonic mean of both accuracies: of 40 % and 60 % it is 48 %', () => {
    const found = firstErrorLocalisation(traces([40, 100], [60, 100]))!;
    expect(found.f1.value).toBeCloseTo(2 / (1 / 0.4 + 1 / 0.6), 12);
    expect([found.onWrong.value, found.onRight.value]).toEqual([0.4, 0.6]);
    expect(found.f1.low!).toBeLessThan(found.f1.value);
  });

  test('is 0 for whoever finds nothing or always something, and undefined unless there are both kinds', () => {
    expect(firstErrorLocalisation(traces([0, 10], [10, 10]))!.f1.value).toBe(0);
    expect(firstErrorLocalisation(traces([10, 10], [0, 10]))!.f1.value).toBe(0);
    expect(firstErrorLocalisation(traces([5, 10], [0, 0]))).toBeUndefined();
    expect(firstErrorLocalisation(traces([0, 0], [3, 4]))).toBeUndefined();
  });
});
