import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { Random } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Action, Workspace } from '../core/workspace.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import { TASKS } from '../tasks/tasks.ts';
import { type Noise, type NoisyTask, noisy, sliceWord } from './noisy.ts';

type Desk = Workspace<number, number>;

/** The answer of word w is 10 · w. Words 1 to 7, 9 to 14 and 16 are answers; of those, a question divisible by three may
 *  be answered with 3 to 6 only. Questions below ten are simple. */
const toy: NoisyTask<number, number> = {
  key: String,
  environment: (question) => (question < 10 ? known(10) : undefined),
  encoding: {
    words: 20,
    range: (question) => (question % 3 === 0 ? [3, 6] : [0, 19]),
    wordOf: (answer) => answer / 10,
    answerOf: (word) =>
      (word >= 1 && word <= 7) || (word >= 9 && word <= 14) || word === 16 ? word * 10 : undefined,
    sentence: (question) => [question % 5, 5 + (question % 7), question % 5],
  },
};

/** The sort of an answer, listed by hand. */
function sortOf(question: number, value: number): readonly number[] {
  const sorts = [
    ...(question % 3 === 0 ? [[30, 40, 50, 60]] : []),
    [10, 20, 30, 40, 50, 60, 70],
    [90, 100, 110, 120, 130, 140],
  ];
  return sorts.find((sort) => sort.includes(value)) ?? [value];
}

const VALUES = [10, 20, 30, 40, 50, 60, 70, 90, 100, 110, 120, 130, 140, 160, 180];

/** Any pure function of the workspace; 180 is no answer at all. */
function anyH(seed: number): Overseer<number, number> {
  return {
    origin: { name: 'H', groundTruth: false },
    act: async (workspaces) =>
      workspaces.map((workspace): Action<number, number> => {
        const random = Random.seeded(seed).split(JSON.stringify(workspace));
        const choice = random.below(10);
        if (choice === 0) return { kind: 'ask', questions: [random.below(50), random.below(50)] };
        if (choice === 1) return { kind: 'escalate', reason: 'too hard' };
        if (choice === 2) return { kind: 'reply', answer: unknown('unsure') };
        const answer = known(VALUES[random.below(VALUES.length)]!, random.uniform());
        return { kind: 'reply', answer };
      }),
  };
}

/** Replies with 10 at once. */
const sure: Overseer<number, number> = {
  origin: { name: 'H', groundTruth: false },
  act: async (workspaces) => workspaces.map(() => ({ kind: 'reply', answer: known(10) })),
};

const answer: fc.Arbitrary<Answer<number>> = fc.oneof(
  fc.record({
    kind: fc.constant('known' as const),
    value: fc.constantFrom(...VALUES),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.constantFrom(unknown('unsure'), unknown('nobody')),
);
const desk: fc.Arbitrary<Desk> = fc.record({
  question: fc.nat(999),
  exchanges: fc.array(fc.record({ question: fc.nat(30), answer }), { maxLength: 4 }),
});
const desks = fc.array(desk, { maxLength: 30 });
const unstructured = fc.record({
  kind: fc.constantFrom('random' as const, 'deterministic' as const),
  rate: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  seed: fc.nat(),
});
const systematic = fc.record({
  kind: fc.constant('systematic' as const),
  word: fc.option(fc.nat(12), { nil: undefined }),
});
const noise: fc.Arbitrary<Noise> = fc.oneof(unstructured, systematic);

/** Whether the rate is in Wilson's interval of so many out of n, at five standard deviations. */
function isNear(count: number, n: number, rate: number): boolean {
  return Math.abs(count / n - rate) <= 5 * Math.sqrt((rate * (1 - rate)) / n);
}

const act = <Q, A>(h: Overseer<Q, A>, workspaces: readonly Workspace<Q, A>[]) => h.act(workspaces, scope());
const replied = (action: Action<number, number>) =>
  action.kind === 'reply' && action.answer.kind === 'known' ? action.answer.value : undefined;

/** As many workspaces as questions, each about another one. */
const SOME = 4000;
const numbered = Array.from({ length: SOME }, (_, i) => 1 + 3 * i); // none divisible by three
const bare = numbered.map((question): Desk => ({ question, exchanges: [] }));

describe('a noisy overseer', () => {
  test('asks, escalates and is unsure as before: where it errs, it says another answer of the same sort, as surely', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), noise, desks, async (seed, noise, workspaces) => {
        const h = anyH(seed);
        const [clean, got] = [await act(h, workspaces), await act(noisy(h, noise, toy), workspaces)];
        for (const [i, action] of got.entries()) {
          const [before, after] = [replied(clean[i]!), replied(action)];
          if (before === undefined || before === after) {
            expect(action).toEqual(clean[i]);
            continue;
          }
          const { confidence } = (clean[i] as { answer: { confidence: number } }).answer;
          expect(action).toEqual({ kind: 'reply', answer: known(after, confidence) });
          expect(sortOf(workspaces[i]!.question, before)).toContain(after);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is a pure function of the workspace: asked again, alone, among others or in another order, it does the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), noise, desks, async (seed, noise, workspaces) => {
        const h = noisy(anyH(seed), noise, toy);
        const together = await act(h, workspaces);
        const alone = [];
        for (const one of workspaces) alone.push(...(await act(h, [one])));
        expect(alone).toEqual(together);
        expect([...(await act(h, [...workspaces].reverse()))].reverse()).toEqual(together);
        expect(await act(noisy(anyH(seed), noise, toy), structuredClone(workspaces))).toEqual(together);
      }),
    );
  });

  test('of rate 0, and with a systematic error at no word, is the overseer itself', () => {
    for (const kind of ['random', 'deterministic'] as const)
      expect(noisy(sure, { kind, rate: 0, seed: 1 }, toy)).toBe(sure);
    expect(noisy(sure, { kind: 'systematic', word: undefined }, toy)).toBe(sure);
  });

  test.each([-0.1, 1.1, 10, Number.NaN, Number.POSITIVE_INFINITY])('refuses the rate %d', (rate) => {
    for (const kind of ['random', 'deterministic'] as const)
      expect(() => noisy(sure, { kind, rate, seed: 1 }, toy)).toThrow(
        expect.objectContaining({
          code: 'invalid',
          message: `rate: expected a number from 0 to 1, got ${rate}`,
        }),
      );
    expect(() => sliceWord([1], rate, toy.encoding)).toThrow(/^share: expected a number from 0 to 1, got /);
  });

  test('says in its name how it errs, and knows the ground truth if the overseer does', () => {
    for (const groundTruth of [true, false]) {
      const h = { ...sure, origin: { name: 'H', groundTruth } };
      const name = (noise: Noise) => noisy(h, noise, toy).origin;
      expect(name({ kind: 'random', rate: 0.1, seed: 1 })).toEqual({
        name: 'H with 10 % random errors',
        groundTruth,
      });
      expect(name({ kind: 'deterministic', rate: 0.07, seed: 1 })).toEqual({
        name: 'H with 7 % deterministic errors',
        groundTruth,
      });
      expect(name({ kind: 'systematic', word: 6 })).toEqual({
        name: 'H with systematic errors at word 6',
        groundTruth,
      });
    }
  });

  test.each(TASKS)(
    'says another answer that may be given to the question, and not its own: of $name',
    async (entry) => {
      const task = entry.open(entry.parameters({}));
      const { encoding } = task;
      const questions = [1, 2, 3].flatMap((seed) =>
        task.sample(Random.seeded(seed), { split: 'train', size: task.sizeMax, level: task.levels }),
      );
      const answers = Array.from({ length: encoding.words }, (_, word) => encoding.answerOf(word)).filter(
        (one) => one !== undefined,
      );
      const guessing: Assistant<(typeof questions)[number], (typeof answers)[number]> = {
        origin: { name: 'X', groundTruth: false },
        answer: async (asked) => {
          const random = Random.seeded(4);
          return asked.map((question) => {
            const [first, last] = encoding.range?.(question) ?? [0, encoding.words - 1];
            const fit = answers.filter(
              (one) => encoding.wordOf(one) >= first && encoding.wordOf(one) <= last,
            );
            return known(fit[random.below(fit.length)]!);
          });
        },
      };
      const x = withEnvironment(task.environment, guessing);
      const clean = await amplify(task.overseer, x).answer(questions, scope());
      const slice = sliceWord(questions, 1, encoding);
      expect(slice).toBeDefined();
      for (const noise of [
        { kind: 'random', rate: 1, seed: 5 },
        { kind: 'deterministic', rate: 1, seed: 5 },
        { kind: 'systematic', word: slice },
      ] as const) {
        let erred = 0;
        const got = await amplify(noisy(task.overseer, noise, task), x).answer(questions, scope());
        for (const [i, answer] of got.entries()) {
          const before = clean[i]!;
          if (answer.kind === 'unknown' || before.kind === 'unknown') {
            expect(answer).toEqual(before);
            continue;
          }
          const [was, is] = [encoding.wordOf(before.value), encoding.wordOf(answer.value)];
          if (was !== is) erred++;
          expect(encoding.answerOf(is)).toBe(answer.value);
          const [first, last] = encoding.range?.(questions[i]!) ?? [0, encoding.words - 1];
          if (was >= first && was <= last) expect(is >= first && is <= last).toBe(true);
        }
        const due = clean.filter((answer) => answer.kind === 'known').length;
        if (noise.kind !== 'systematic') expect(erred, `${task.name}, ${noise.kind}`).toBe(due);
        else expect(erred, task.name).toBeGreaterThan(0);
      }
    },
  );
});

describe('an unstructured error', () => {
  const kinds = ['random', 'deterministic'] as const;

  test.each(kinds)('happens at its rate, to every other answer of the sort alike (%s)', async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0.02, max: 1, noNaN: true })),
        async (seed, rate) => {
          const said = (await act(noisy(sure, { kind, rate, seed }, toy), bare)).map(replied);
          const wrong = said.filter((value) => value !== 10);
          expect(isNear(wrong.length, SOME, rate)).toBe(true);
          for (const other of [20, 30, 40, 50, 60, 70])
            expect(isNear(wrong.filter((value) => value === other).length, SOME, rate / 6)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each(kinds)('of one seed says nothing about that of another (%s)', async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (seed, other) => {
        fc.pre(seed !== other);
        const [a, b] = await Promise.all(
          [seed, other].map(async (one) =>
            (await act(noisy(sure, { kind, rate: 0.3, seed: one }, toy), bare)).map(replied),
          ),
        );
        const both = a!.filter((value, i) => value !== 10 && b![i] !== 10);
        expect(isNear(both.length, SOME, 0.09)).toBe(true);
        const same = a!.filter((value, i) => value !== 10 && value === b![i]);
        expect(isNear(same.length, SOME, 0.09 / 6)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('that is deterministic hangs on the question alone: the same, whatever was heard and would have been said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), desk, desk, async (seed, hSeed, a, b) => {
        const pair = [a, { ...b, question: a.question }];
        const h = anyH(hSeed);
        const clean = (await act(h, pair)).map(replied);
        const noise = { kind: 'deterministic', rate: 0.5, seed } as const;
        const said = (await act(noisy(h, noise, toy), pair)).map(replied);
        const sorts = clean.map((value) => (value === undefined ? [] : sortOf(a.question, value)));
        fc.pre(sorts[0]!.length > 1 && sorts[0]!.join() === sorts[1]!.join());
        expect(said[0] === clean[0]).toBe(said[1] === clean[1]);
        // Both say the same wrong answer, unless it is what one of them would have said.
        if (said[0] !== clean[0] && said[0] !== said[1])
          expect(said[0] === clean[1] || said[1] === clean[0]).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('that is random is drawn anew as soon as a sub-answer, or only its confidence, changes', async () => {
    const heard = (value: number, confidence: number) =>
      numbered.map(
        (question): Desk => ({ question, exchanges: [{ question: 3, answer: known(value, confidence) }] }),
      );
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const h = noisy(sure, { kind: 'random', rate: 0.3, seed }, toy);
        const erred = async (workspaces: readonly Desk[]) =>
          (await act(h, workspaces)).map((action) => replied(action) !== 10);
        const first = await erred(heard(20, 0.5));
        for (const other of [heard(30, 0.5), heard(20, 0.5 + Number.EPSILON), bare]) {
          const second = await erred(other);
          const changed = first.filter((one, i) => one !== second[i]);
          expect(isNear(changed.length, SOME, 2 * 0.3 * 0.7)).toBe(true);
        }
      }),
      { numRuns: 10 },
    );
  });
});

describe('a systematic error', () => {
  test('is made in its slice of the compound questions, always and nowhere else, and by its rule', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(12), desks, async (seed, word, workspaces) => {
        const h = anyH(seed);
        const clean = (await act(h, workspaces)).map(replied);
        const said = (await act(noisy(h, { kind: 'systematic', word }, toy), workspaces)).map(replied);
        workspaces.forEach(({ question }, i) => {
          const held = question % 5 === word || 5 + (question % 7) === word;
          const isCompound = question >= 10; // whatever was asked about it
          const own = clean[i];
          const sort = own === undefined ? [] : sortOf(question, own);
          const next = sort[(sort.indexOf(own!) + 1) % sort.length];
          expect(said[i]).toBe(held && isCompound ? next : own);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('is at the word that the nearest to the wanted share of the questions hold', () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 1 }), share, (questions, wanted) => {
        const far = (word: number) => {
          const held = questions.filter((question) => toy.encoding.sentence(question).includes(word));
          return Math.abs(held.length / questions.length - wanted);
        };
        const words = [...new Set(questions.flatMap(toy.encoding.sentence))];
        const word = sliceWord(questions, wanted, toy.encoding)!;
        expect(words).toContain(word);
        for (const other of words) {
          expect(far(other)).toBeGreaterThanOrEqual(far(word));
          if (far(other) === far(word)) expect(other).toBeGreaterThanOrEqual(word);
        }
      }),
    );
    expect(sliceWord([], 0.5, toy.encoding)).toBeUndefined();
    expect(sliceWord([1, 2, 3], 0, toy.encoding)).toBeUndefined();
  });

  test('at an eighth of the powers of eight elements is made for one element, from the power 2 on', async () => {
    const task = permutationPowering({ elements: 8, powers: 16 });
    const questions = Array.from({ length: 50 }, (_, i) =>
      [1, 2, 3, 4].flatMap((level) =>
        task.sample(Random.seeded(i).split(level), { split: 'train', size: 8, level }),
      ),
    ).flat();
    const word = sliceWord(questions, 1 / 8, task.encoding);
    const walk: Assistant<(typeof questions)[number], number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (asked) =>
        asked.map(({ permutation, power, element }) => {
          let x = element;
          for (let step = 0; step < power; step++) x = permutation.image[x]!;
          return known(x);
        }),
    };
    const right = await walk.answer(questions, scope());
    const h = noisy(task.overseer, { kind: 'systematic', word }, task);
    const said = await amplify(h, walk).answer(questions, scope());
    const expected = questions.map(({ power, element }, i) => {
      const { value } = right[i] as { value: number };
      return known(power >= 2 && task.encoding.wordOf(element) === word ? (value + 1) % 8 : value);
    });
    expect(said).toEqual(expected);
    const erred = said.filter(
      (answer, i) => !Object.is((answer as { value: number }).value, (right[i] as { value: number }).value),
    );
    expect(erred.length / questions.length).toBe((3 / 4) * (1 / 8)); // one of the four levels is simple
  });
});
