import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { Random } from '../base/random.ts';
import { known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { scripted } from '../overseers/scripted.ts';
import {
  type AdaptiveParts,
  adaptive,
  atAccuracy,
  gainAt,
  type TakenApart,
  withinCost,
  worthwhile,
} from './adaptive-depth.ts';
import { counting } from './depth-fitting.ts';
import { numbers, wrapperContract } from './wrapper.contract.ts';

const halves = scripted<number, number>('H', function* (n) {
  const [a, b] = yield [n >> 1, n - (n >> 1)];
  return a!.kind === 'known' && b!.kind === 'known' ? known(a!.value + b!.value) : unknown('unsure');
});

function partsOf(
  assistant: Assistant<number, number>,
  isWorth: AdaptiveParts<number, number>['isWorth'],
): AdaptiveParts<number, number> {
  return {
    overseer: halves,
    environment: () => undefined,
    assistant,
    level: () => 1,
    dependence: 0,
    isWorth,
  };
}

const values = async (assistant: Assistant<number, number>, questions: readonly number[]) =>
  (await assistant.answer(questions, scope())).map((answer) => answer.kind === 'known' && answer.value);

describe('adaptive depth', () => {
  test('at depth 0 it is X, and where nothing is worth it, too', async () => {
    const x = numbers();
    expect(
      adaptive(
        partsOf(x, () => true),
        0,
      ),
    ).toBe(x);
    const counted = counting(x);
    const never = adaptive(
      partsOf(counted.assistant, () => false),
      3,
    );
    expect(await never.answer([4, 13, 9], scope())).toEqual(await x.answer([4, 13, 9], scope()));
    expect(counted.count()).toBe(3);
    expect(() =>
      adaptive(
        partsOf(x, () => false),
        -1,
      ),
    ).toThrow('expected an integer ≥ 0, got -1');
  });

  test('where all is worth it, it answers as Amplify^H does, level for level', async () => {
    const x = numbers();
    const questions = [4, 8, 16, 31];
    const twice = amplify(halves, amplify(halves, x));
    expect(
      await values(
        adaptive(
          partsOf(x, () => true),
          2,
        ),
        questions,
      ),
    ).toEqual(await values(twice, questions));
  });

  test('takes apart what is worth it and nothing else, sub-questions too', async () => {
    const counted = counting(numbers());
    // 46 and its halves, 23, are worth it; 11 and 12 are not.
    const some = adaptive(
      partsOf(counted.assistant, (n) => n > 20),
      5,
    );
    expect(await values(some, [46, 7])).toEqual([46, 7]);
    expect(counted.count()).toBe(2 + 2 + 4);
  });

  test('is asked about its depth and no deeper', async () => {
    const counted = counting(numbers());
    await adaptive(
      partsOf(counted.assistant, () => true),
      3,
    ).answer([64], scope());
    expect(counted.count()).toBe(1 + 2 + 4 + 8);
  });
});

describe('what decomposing is worth', () => {
  const random = Random.seeded(1);
  /** X is right as often as it says, decompositions nine times in ten. */
  const contexts = Array.from({ length: 200 }, () =>
    Array.from({ length: 8 }, (): TakenApart => {
      const confidence = random.uniform();
      return {
        confidence,
        directRight: random.uniform() < confidence,
        amplifiedRight: random.uniform() < 0.9,
      };
    }),
  );

  test('where the gain exceeds its price: below 0.9 for nothing, below 0.6 where it costs 0.3', () => {
    const gains = [gainAt(1, contexts, 3)];
    for (const [multiplier, upTo] of [
      [0, 0.9],
      [0.1, 0.6],
    ] as const) {
      const isWorth = worthwhile(gains, multiplier);
      expect(isWorth(1, upTo - 0.05)).toBe(true);
      expect(isWorth(1, upTo + 0.05)).toBe(false);
    }
    expect(worthwhile(gains, 0)(2, 0.1)).toBe(false);
  });

  test('is nothing at a level where it was shown not to help', () => {
    const known = contexts.map((context) =>
      context.map((one) => ({ ...one, directRight: true, confidence: 0.9 })),
    );
    expect(worthwhile([gainAt(1, known, 3)], 0)(1, 0.1)).toBe(false);
  });

  test('multipliers are chosen by what they come to', () => {
    const trials = [
      { multiplier: 0, accuracy: 0.99, cost: 9 },
      { multiplier: 1, accuracy: 0.99, cost: 6 },
      { multiplier: 2, accuracy: 0.9, cost: 3 },
    ];
    expect(withinCost(trials, 9)!.multiplier).toBe(1);
    expect(withinCost(trials, 4)!.multiplier).toBe(2);
    expect(withinCost(trials, 1)).toBeUndefined();
    expect(atAccuracy(trials, 0.95)!.multiplier).toBe(1);
    expect(atAccuracy(trials, 0.5)!.multiplier).toBe(2);
    expect(atAccuracy(trials, 1)).toBeUndefined();
  });
});

wrapperContract('adaptive', (assistant) =>
  adaptive(
    partsOf(assistant, (_, own) => own < 0.5),
    2,
  ),
);
