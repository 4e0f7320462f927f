import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { Random } from '../base/random.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { pile } from '../tasks/piles.ts';
import { drawExam, drawHeld, type Exam, PURPOSES } from './exam.ts';
import type { Demand } from './task.ts';

const task = permutationPowering({ elements: 7, powers: 16 });
const draw = (split: 'gate' | 'test', level: number, questions: number, seed = 1): Exam<PowerQuestion> =>
  drawExam(task, split, level, questions, Random.seeded(seed));
const contextsOf = (exam: Exam<PowerQuestion>) => exam.map(([question]) => question!.permutation.key);

const split = fc.constantFrom('gate' as const, 'test' as const);
const level = fc.integer({ min: 1, max: task.levels });
const questions = fc.integer({ min: 0, max: 60 });
const SEEDED = { seed: 1 };

describe('an exam', () => {
  test('has as many questions as wanted, and not one context more than that takes', () =>
    fc.assert(
      fc.property(split, level, questions, (split, level, questions) => {
        const exam = draw(split, level, questions);
        expect(exam.flat().length).toBeGreaterThanOrEqual(questions);
        expect(exam.slice(0, -1).flat().length).toBeLessThanOrEqual(Math.max(0, questions - 1));
      }),
      SEEDED,
    ));

  test('asks at its level, about one full-size context at a time', () =>
    fc.assert(
      fc.property(split, level, (split, level) => {
        for (const context of draw(split, level, 30)) {
          expect(context.length).toBe(task.sizeMax);
          for (const question of context) {
            expect(task.level(question)).toBe(level);
            expect(question.permutation).toBe(context[0]!.permutation);
          }
        }
      }),
      SEEDED,
    ));

  test('demands contexts of its own pile and no others', () => {
    for (const split of ['gate', 'test'] as const) {
      const demands: Demand[] = [];
      const spied = {
        ...task,
        sample: (random: Random, demand: Demand) => {
          demands.push(demand);
          return task.sample(random, demand);
        },
      };
      drawExam(spied, split, 3, 20, Random.seeded(1));
      expect(demands).toEqual(Array.from({ length: 3 }, () => ({ split, size: 7, level: 3 })));
    }
  });

  test('shares no context with training, nor the exams of gates with those of tests', () => {
    const trained = new Set(
      Array.from({ length: 6000 }, (_, i) => {
        const [question] = task.sample(Random.seeded(2).split(i), { split: 'train', size: 7, level: 2 });
        return question!.permutation.key;
      }),
    );
    const gate = new Set(contextsOf(draw('gate', 2, 4000)));
    const tested = new Set(contextsOf(draw('test', 2, 4000)));
    // Most of the 5040 permutations were seen: the piles are kept apart, not only unlikely to meet.
    expect(trained.size).toBeGreaterThan(2500);
    expect(Math.min(gate.size, tested.size)).toBeGreaterThan(200);
    expect([...gate].filter((key) => trained.has(key) || tested.has(key))).toEqual([]);
    expect([...tested].filter((key) => trained.has(key))).toEqual([]);
  });

  test('cannot be drawn from the pile of training', () => {
    expectTypeOf(drawExam).parameter(1).toEqualTypeOf<'gate' | 'test'>();
  });

  test('is the same for the same stream, wherever that stands', () => {
    const random = Random.seeded(5);
    const exam = drawExam(task, 'gate', 3, 30, random);
    random.uniform();
    expect(drawExam(task, 'gate', 3, 30, random)).toEqual(exam);
    expect(draw('gate', 3, 30, 6)).not.toEqual(exam);
  });

  test('of fewer questions is the beginning of one of more', () =>
    fc.assert(
      fc.property(questions, questions, (fewer, more) => {
        const [short, long] = [Math.min(fewer, more), Math.max(fewer, more)];
        const whole = draw('test', 2, long);
        const part = draw('test', 2, short);
        expect(whole.slice(0, part.length)).toEqual(part);
      }),
      SEEDED,
    ));

  test('has contexts of its own at each level', () => {
    const large = permutationPowering({ elements: 16, powers: 8 });
    const keys = [1, 2, 3].flatMap((level) =>
      contextsOf(drawExam(large, 'gate', level, 320, Random.seeded(1))),
    );
    expect(new Set(keys).size).toBe(60);
  });

  test.each([
    [32, 32, 32],
    [33, 32, 32],
    [64, 32, 32],
    [128, 32, 32],
    [8, 8, 128],
  ])('of 1024 questions about %i elements asks %i of each of %i contexts', (elements, each, contexts) => {
    const large = permutationPowering({ elements, powers: 8 });
    const exam = drawExam(large, 'gate', 2, 1024, Random.seeded(1));
    expect(exam.map((context) => context.length)).toEqual(new Array(contexts).fill(each));
    for (const context of exam) {
      expect(new Set(context.map(large.key)).size).toBe(each); // no question twice
      expect(context[0]!.permutation.domain.length).toBe(elements);
    }
    // Which ones are asked is chance: none of the elements is left out for good, none asked always.
    const asked = exam.map((context) => new Set(context.map(({ element }) => element)));
    for (let element = 0; element < elements; element++) {
      const times = asked.filter((one) => one.has(element)).length;
      expect(times).toBeGreaterThan(0);
      if (elements > 40) expect(times).toBeLessThan(contexts);
    }
  });
});

describe('what is held out', () => {
  test('serves one purpose, and is never trained or tested on', () => {
    const used = PURPOSES.map(
      (purpose) => new Set(contextsOf(drawHeld(task, purpose, 2, 400, Random.seeded(3)))),
    );
    for (const contexts of used) expect(contexts.size).toBeGreaterThan(20);
    expect(new Set(used.flatMap((contexts) => [...contexts])).size).toBe(
      used.reduce((total, { size }) => total + size, 0),
    );
    for (const contexts of used) for (const key of contexts) expect(pile(key)).toBe('gate');
    // What thresholds are found on, nothing is ever fitted to.
    const [fit, thresholds] = (['fit', 'thresholds'] as const).map((half) =>
      contextsOf(drawHeld(task, half, 2, 400, Random.seeded(3))),
    );
    const elsewhere = new Set([...used[1]!, ...used[2]!, ...fit!]);
    expect(new Set(fit).size).toBeGreaterThan(20);
    expect(new Set(thresholds).size).toBeGreaterThan(20);
    expect(thresholds!.filter((key) => elsewhere.has(key))).toEqual([]);
    expect(fit!.filter((key) => used[1]!.has(key) || used[2]!.has(key))).toEqual([]);
  });
});
