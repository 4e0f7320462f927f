import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { withEnvironment } from '../amplify/environment.ts';
import { hch } from '../amplify/hch.ts';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Split } from '../core/task.ts';
import { reveal } from '../examiners/examiner.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { type Permutation, type PowerQuestion, permutationPowering } from './permutation-powering.ts';
import { type Contract, describeTask } from './task.contract.ts';

const asks = (power: number, element: number, image?: readonly number[]) => (question: PowerQuestion) =>
  question.power === power &&
  question.element === element &&
  (!image || image.every((y, x) => question.permutation.image[x] === y));

const contract: Contract<PowerQuestion> = {
  sizes: [4, 5],
  parses: [
    ['s^13(2)', asks(13, 2)],
    ['σ^1(0)', asks(1, 0)],
    ['  s ^ 7 ( 5 ) # 3 ', asks(7, 5)],
    ['s^5(0) [1 2 0]', asks(5, 0, [1, 2, 0, -1])],
    ['s^5(3)[3, 2, 1, 0]', asks(5, 3, [3, 2, 1, 0, -1])],
  ],
  rejects: [
    '',
    's^0(1)',
    's^-1(1)',
    's^1.5(1)',
    's^99999999999999999999(1)',
    's^3(99999)',
    's^3',
    's^3()',
    's^3(1) tail',
    's^3(1) []',
    's^3(1) [,]',
    's^3(0) [0]',
    's^3(1) [1 1]',
    's^3(1) [1 2]',
    's^3(2) [1 0]',
    's^3(1) #',
    's^3(1) #99999999999999999999',
    'drop table',
  ],
};

describeTask(permutationPowering({ elements: 8, powers: 16 }), permutationPoweringExaminer, contract);
describeTask(permutationPowering({ elements: 16, powers: 32 }), permutationPoweringExaminer, contract);
// The paper's own size.
describeTask(permutationPowering({ elements: 64, powers: 64 }), permutationPoweringExaminer, {
  ...contract,
  sizes: [8],
});

const task = permutationPowering({ elements: 8, powers: 16 });
const compose = (a: readonly number[], b: readonly number[]) => b.map((y) => (y < 0 ? -1 : a[y]!));

describe('permutation powering', () => {
  test('needs exactly one level of HCH more for each digit from the third on: with less, nobody knows', async () => {
    for (let level = 1; level <= task.levels; level++) {
      const questions = [4, 5, 8].flatMap((size) =>
        task.sample(Random.seeded(level).split(size), { split: 'train', size, level }),
      );
      expect(new Set(questions.map(task.level))).toEqual(new Set([level]));
      for (let depth = 0; depth < task.levels; depth++) {
        const answers = await hch(task.overseer, task.environment, depth).answer(questions, scope());
        const deep = depth >= level - task.levelsOfPrimitives;
        const truth = (question: PowerQuestion) => known(reveal(permutationPoweringExaminer.truth(question)));
        expect(answers).toEqual(questions.map((one) => (deep ? truth(one) : unknown('nobody'))));
      }
    }
  });

  test('is decomposed into two halves, and one step more of an odd power', async () => {
    const { permutation } = task.parse('s^1(0) [1 2 3 4 5 6 7 0]');
    const asked: (readonly [power: number, element: number])[] = [];
    const walking: Assistant<PowerQuestion, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (questions) =>
        questions.map(({ power, element }) => {
          asked.push([power, element]);
          return known((element + power) % 8);
        }),
    };
    const h = amplify(task.overseer, walking);
    for (const [power, steps] of [
      [1, [1]],
      [2, [1, 1]],
      [3, [1, 1, 1]],
      [12, [6, 6]],
      [13, [6, 6, 1]],
    ] as const) {
      asked.length = 0;
      expect(await h.answer([{ permutation, power, element: 5 }], scope())).toEqual([known((5 + power) % 8)]);
      let element = 5;
      for (const [i, step] of steps.entries()) {
        expect(asked[i]).toEqual([step, element]);
        element = (element + step) % 8;
      }
      expect(asked.length).toBe(steps.length);
    }
  });

  test('has one fact for every element of the domain, and asks with the answer of no step in the last slot', () => {
    for (const size of [2, 5, 8]) {
      const questions = task.sample(Random.seeded(1), { split: 'train', size, level: 3 });
      for (const question of questions) {
        const { domain, image } = question.permutation;
        const [word, { blank }] = [task.encoding.wordOf, task.encoding];
        expect(task.encoding.facts(question)).toEqual(domain.flatMap((x) => [word(x), word(image[x]!)]));
        expect(task.encoding.token(question)).toEqual([blank, word(question.element)]);
      }
    }
  });

  test('is about a look-up only where one step is asked', () => {
    const { permutation } = task.parse('s^1(0) [1 2 0]');
    for (let power = 2; power < 16; power++)
      expect(task.environment({ permutation, power, element: 0 })).toBeUndefined();
    const looked = [0, 1, 2, 3, -1, 0.5].map((element) =>
      task.environment({ permutation, power: 1, element }),
    );
    expect(looked).toEqual([...[1, 2, 0].map((x) => known(x)), ...new Array(3).fill(unknown('unsure'))]);
  });

  test('deals the powers to the levels by their binary digits', () => {
    const [{ permutation, element }] = task.sample(Random.seeded(0), {
      split: 'train',
      size: 8,
      level: 1,
    }) as [PowerQuestion];
    for (let power = 1; power < 16; power++)
      expect(task.level({ permutation, element, power })).toBe(power.toString(2).length);
  });

  test('gives every power of every element its own key and its own words: the digits, least significant first', () => {
    const larger = permutationPowering({ elements: 16, powers: 32 });
    const { permutation } = larger.parse('s^1(0)');
    const ask = (power: number, element: number): PowerQuestion => ({ permutation, power, element });
    const [zero, one] = [larger.encoding.word(ask(2, 0), 0), larger.encoding.word(ask(1, 0), 0)];
    const keys = new Set<string>();
    for (let power = 1; power < 32; power++)
      for (let element = 0; element < 16; element++) {
        keys.add(larger.key(ask(power, element)));
        const rounds = larger.encoding.rounds(ask(power, element));
        const words = Array.from({ length: rounds }, (_, round) =>
          larger.encoding.word(ask(power, element), round),
        );
        const digits = power.toString(2).split('').reverse();
        expect(words).toEqual(digits.map((digit) => (digit === '1' ? one : zero)));
      }
    expect(keys.size).toBe(31 * 16);
  });

  test('takes the elements, and nothing else, for answers', () => {
    const answers = Array.from({ length: task.encoding.words }, (_, word) => task.encoding.answerOf(word));
    expect(answers.filter((answer) => answer !== undefined)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('reads powers up to its largest and no further', () => {
    expect(task.parse('s^15(1)').power).toBe(15);
    expect(() => task.parse('s^16(1)')).toThrow(/expected a power from 1 to 15, got 16/);
  });

  test('samples every power of a level, and asks about every element of the domain once', () => {
    for (let level = 1; level <= task.levels; level++) {
      const powers = new Set<number>();
      for (let i = 0; i < 200; i++) {
        const questions = task.sample(Random.seeded(i), { split: 'train', size: 5, level });
        expect(questions.map((question) => question.element)).toEqual(questions[0]!.permutation.domain);
        // One half-power for all of them, so that their sub-questions are shared.
        expect(new Set(questions.map((question) => question.power >> 1)).size).toBe(1);
        for (const question of questions) powers.add(question.power);
      }
      expect([...powers].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 2 ** (level - 1) }, (_, i) => 2 ** (level - 1) + i),
      );
    }
  });

  test('samples true permutations of domains that vary', () => {
    const domains = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const [{ permutation }] = task.sample(Random.seeded(i), { split: 'train', size: 3, level: 1 }) as [
        PowerQuestion,
      ];
      const { domain, image } = permutation;
      expect(image.length).toBe(8);
      expect(domain.map((x) => image[x]!).sort((a, b) => a - b)).toEqual(domain);
      expect(image.filter((y) => y >= 0).length).toBe(3);
      domains.add(domain.join());
    }
    expect(domains.size).toBe(56);
  });

  test('examines by powers of the whole map: σ^(a+b) is σ^a after σ^b, and σ^1 is σ', () => {
    const power = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(fc.nat(), power, power, (seed, a, b) => {
        const [{ permutation }] = task.sample(Random.seeded(seed), { split: 'test', size: 8, level: 1 }) as [
          PowerQuestion,
        ];
        const map = (power: number) =>
          permutation.domain.map((element) =>
            reveal(permutationPoweringExaminer.truth({ permutation, power, element })),
          );
        expect(map(a + b)).toEqual(compose(map(a), map(b)));
        expect(map(1)).toEqual(permutation.image);
      }),
    );
  });

  test('has equal keys exactly for equal permutation, power and element', () => {
    const question = fc.record({
      permutation: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }).map((image): Permutation => {
        const parsed = task.parse(`s^1(0) [${image.join(' ')}]`);
        return parsed.permutation;
      }),
      power: fc.integer({ min: 1, max: 3 }),
      element: fc.nat(2),
    });
    fc.assert(
      fc.property(question, question, (a, b) => {
        const same =
          a.power === b.power &&
          a.element === b.element &&
          String(a.permutation.image) === String(b.permutation.image);
        expect(task.key(a) === task.key(b)).toBe(same);
      }),
    );
  });

  test('reads one word for each binary digit', () => {
    const large = permutationPowering({ elements: 8, powers: 2 ** 30 });
    const { permutation } = large.parse('s^1(0)');
    for (const power of [1, 2, 3, 4, 255, 256, 2 ** 29, 2 ** 30 - 1])
      expect(large.encoding.rounds({ permutation, power, element: 0 })).toBe(power.toString(2).length);
  });

  test('lets H look up nothing outside the context: whoever sends it there hears «unsure», and never −1', async () => {
    const [{ permutation }] = task.sample(Random.seeded(1), { split: 'train', size: 5, level: 1 }) as [
      PowerQuestion,
    ];
    const element = permutation.domain[0]!;
    const absent = [0, 1, 2, 3, 4, 5, 6, 7].find((x) => !permutation.domain.includes(x))!;
    for (const named of [absent, -1, 8, 1e9, 0.5, Number.NaN]) {
      const lost: Assistant<PowerQuestion, number> = {
        origin: { name: 'X', groundTruth: false },
        answer: async (questions) => questions.map(() => known(named)),
      };
      const asked = [7, 15].map((power): PowerQuestion => ({ permutation, power, element }));
      const outside = [1, 2, 3].map((power): PowerQuestion => ({ permutation, power, element: named }));
      const answers = await amplify(task.overseer, withEnvironment(task.environment, lost)).answer(
        [...asked, ...outside],
        scope(),
      );
      expect(answers).toEqual(new Array(5).fill(unknown('unsure')));
    }
  });

  test('examines powers near 2^30 at once: by the cycle, not by steps', () => {
    const large = permutationPowering({ elements: 1024, powers: 2 ** 30 });
    const questions = [2, 9, 1024].flatMap((size) =>
      large.sample(Random.seeded(size), { split: 'test', size, level: 30 }),
    );
    const started = performance.now();
    const answers = questions.map((question) => reveal(permutationPoweringExaminer.truth(question)));
    expect(performance.now() - started).toBeLessThan(5000);
    // By squaring the whole map.
    const squares = new Map<Permutation, readonly (readonly number[])[]>();
    for (const permutation of new Set(questions.map((question) => question.permutation))) {
      const list = [permutation.image];
      while (list.length < 30) list.push(compose(list.at(-1)!, list.at(-1)!));
      squares.set(permutation, list);
    }
    questions.forEach(({ permutation, power, element }, i) => {
      const digits = power.toString(2).split('').reverse();
      const map = squares.get(permutation)!;
      expect(answers[i]).toBe(
        digits.reduce((x, digit, place) => (digit === '1' ? map[place]![x]! : x), element),
      );
    });
  });

  test('deals one context in sixteen to each of gate and test', () => {
    const counts: { [split in Split]: number } = { train: 0, gate: 0, test: 0 };
    const seen = new Map<string, Split>();
    for (const split of ['train', 'gate', 'test'] as const)
      for (let i = 0; i < 4000; i++) {
        const [{ permutation }] = task.sample(Random.seeded(i), { split, size: 4, level: 1 }) as [
          PowerQuestion,
        ];
        seen.set(permutation.key, split);
      }
    for (const split of seen.values()) counts[split]++;
    // All 70 · 24 permutations of four of eight elements, each in one pile.
    expect(seen.size).toBeGreaterThan(1500);
    expect(counts.gate / seen.size).toBeCloseTo(1 / 16, 1);
    expect(counts.test / seen.size).toBeCloseTo(1 / 16, 1);
  });

  test('shows a question as people write it', () => {
    expect(task.show(task.parse('s^13(2)'))).toBe('σ¹³(2)');
  });

  test('asks about the permutation that the number names, an unseen one', () => {
    const key = (text: string) => task.parse(text).permutation.key;
    expect(key('s^1(0) #7')).toBe(key('s^9(3) #7'));
    expect(key('s^1(0) #7')).not.toBe(key('s^1(0) #8'));
    expect(key('s^1(0)')).toBe(key('s^1(0) #0'));
  });

  test.each([
    [{ elements: 1, powers: 16 }, 'size'],
    [{ elements: 3, powers: 16 }, 'size'],
    [{ elements: 8, powers: 16, names: 7 }, 'names'],
    [{ elements: 4, powers: 16, names: 6 }, 'names'],
    [{ elements: 1025, powers: 16 }, 'size'],
    [{ elements: 8.5, powers: 16 }, 'size'],
    [{ elements: 8, powers: 12 }, 'powers'],
    [{ elements: 8, powers: 2 }, 'powers'],
    [{ elements: 8, powers: 2 ** 31 }, 'powers'],
  ])('refuses %j and names the %s', (options, name) => {
    expect(() => permutationPowering(options)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`${name}: expected`) }),
    );
  });

  test('samples every demand it can be given, from 4 facts on; of fewer it may say that they make no three piles', () => {
    for (const elements of [7, 8, 16])
      for (let size = 2; size <= elements; size++)
        for (const split of ['train', 'gate', 'test'] as const) {
          const draw = () =>
            permutationPowering({ elements, powers: 16 }).sample(Random.seeded(1), { split, size, level: 2 });
          try {
            expect(draw().length).toBe(size);
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid', message: expect.stringMatching(/expected/) });
            expect(size).toBeLessThan(4);
          }
        }
  });
});
