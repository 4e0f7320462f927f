/** Item response, by hand and planted. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import {
  type AdaptiveOptions,
  abilityOf,
  adaptiveTest,
  chanceOf,
  informationOf,
  itemFrom,
  nextItem,
} from './adaptive.ts';

const item = (difficulty: number, discrimination = 1) => ({ difficulty, discrimination });
const OPTIONS: AdaptiveOptions = { errorMax: 0.3, itemsMax: 500, core: [] };
const bank = Array.from({ length: 201 }, (_, i) => item((i - 100) / 25, 1.5));

describe('an item', () => {
  test('is answered rightly half of the time at its difficulty, and tells most there: a²/4', () => {
    expect(chanceOf(item(2, 1.7), 2)).toBe(0.5);
    expect(informationOf(item(2, 1.7), 2)).toBeCloseTo(1.7 ** 2 / 4, 12);
    expect(informationOf(item(2, 1.7), 2.5)).toBeLessThan(informationOf(item(2, 1.7), 2));
  });

  test('tells as much as the slope of its chance says: P′² / P (1 − P)', () => {
    const number = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.double({ min: 0.2, max: 3, noNaN: true }), (b, ability, a) => {
        const [p, h] = [chanceOf(item(b, a), ability), 1e-5];
        const slope = (chanceOf(item(b, a), ability + h) - chanceOf(item(b, a), ability - h)) / (2 * h);
        expect(informationOf(item(b, a), ability)).toBeCloseTo(slope ** 2 / (p * (1 - p)), 6);
      }),
    );
  });

  test('is found again from the answers of the able and the less able; a wrong key is not taken for one', () => {
    const random = Random.seeded(2);
    const answers = Array.from({ length: 4000 }, () => {
      const ability = random.normal();
      return { ability, isRight: random.uniform() < chanceOf(item(0.7, 1.8), ability) };
    });
    const found = itemFrom(answers)!;
    expect(Math.abs(found.difficulty - 0.7)).toBeLessThan(0.15);
    expect(Math.abs(found.discrimination - 1.8)).toBeLessThan(0.2);
    expect(itemFrom(answers.map((one) => ({ ...one, isRight: !one.isRight })))).toBeUndefined();
    expect(itemFrom([{ ability: 1, isRight: true }])).toBeUndefined();
  });
});

describe('ability', () => {
  test('of one right answer is where the chance was ¾, of one wrong where it was ¼ (Warm 1989, by hand)', () => {
    // 1 − P + (1 − 2P)/2 = 0
    expect(abilityOf([{ ...item(0), isRight: true }])!.value).toBeCloseTo(Math.log(3), 9);
    expect(abilityOf([{ ...item(2, 2), isRight: false }])!.value).toBeCloseTo(2 - Math.log(3) / 2, 9);
  });

  test('of as many right as wrong at one difficulty is that difficulty, ± 1.96 / √(a² n / 4)', () => {
    const { value, low, high, n } = abilityOf(
      Array.from({ length: 40 }, (_, i) => ({ ...item(1.5, 2), isRight: i % 2 === 0 })),
    )!;
    expect([value, n]).toEqual([expect.closeTo(1.5, 9), 40]);
    expect(high! - value).toBeCloseTo(1.959964 / Math.sqrt(40), 6);
    expect(value - low!).toBeCloseTo(high! - value, 9);
  });

  test('is undefined of no answers, and rises with every answer that is right instead of wrong', () => {
    expect(abilityOf([])).toBeUndefined();
    const responses = fc.array(
      fc.record({
        difficulty: fc.double({ min: -3, max: 3, noNaN: true }),
        discrimination: fc.constant(1.2),
        isRight: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(responses, (given) => {
        const wrong = given.findIndex(({ isRight }) => !isRight);
        fc.pre(wrong >= 0);
        const better = given.map((one, i) => ({ ...one, isRight: one.isRight || i === wrong }));
        expect(abilityOf(better)!.value).toBeGreaterThan(abilityOf(given)!.value);
      }),
    );
  });
});

describe('an adaptive test', () => {
  test('asks next what tells most, and ends when the error is small enough or it must', () => {
    expect(nextItem(bank, new Map(), OPTIONS)).toBe(100);
    // Right there: ability is above, so that harder items tell more; by symmetry of information the nearest to θ.
    const next = nextItem(bank, new Map([[100, true]]), OPTIONS)!;
    expect(bank[next]!.difficulty).toBeCloseTo(Math.log(3) / 1.5, 1);
    expect(nextItem(bank, new Map([[100, true]]), { ...OPTIONS, itemsMax: 1 })).toBeUndefined();
    expect(nextItem(bank.slice(0, 1), new Map([[0, true]]), OPTIONS)).toBeUndefined();
    const many = new Map(Array.from({ length: 60 }, (_, i) => [70 + i, i % 2 === 0] as const));
    expect(nextItem(bank, many, OPTIONS)).toBeUndefined();
    expect(nextItem(bank, many, { ...OPTIONS, errorMax: 0.01 })).toBeDefined();
  });

  test('asks the core first, of everybody, and never twice', async () => {
    const asked: number[] = [];
    const { answered } = await adaptiveTest(bank, { ...OPTIONS, core: [7, 3] }, async (place) => {
      asked.push(place);
      return place < 120;
    });
    expect(asked.slice(0, 2)).toEqual([7, 3]);
    expect(new Set(asked).size).toBe(asked.length);
    expect([...answered.keys()]).toEqual(asked);
  });

  test('finds planted ability with an error as small as it was told to, from few items', async () => {
    const random = Random.seeded(5);
    for (const planted of [-1.5, 0, 2]) {
      const { answered, ability } = await adaptiveTest(
        bank,
        OPTIONS,
        async (place) => random.uniform() < chanceOf(bank[place]!, planted),
      );
      expect(answered.size).toBeLessThan(30);
      expect(Math.abs(ability.value - planted)).toBeLessThan(4 * 0.3);
      expect(ability.high! - ability.low!).toBeLessThan(2 * 1.96 * 0.3);
    }
  });

  test('refuses an empty bank and items that tell nothing', async () => {
    const never = async () => true;
    await expect(adaptiveTest([], OPTIONS, never)).rejects.toThrow(/at least one item/);
    await expect(adaptiveTest([item(0, 0)], OPTIONS, never)).rejects.toThrow(/above 0, got 0/);
  });
});
