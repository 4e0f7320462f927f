import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../base/random.ts';
import type { Answer } from '../core/answer.ts';
import { unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Split } from '../core/task.ts';
import { networkWeights } from '../network/composite.ts';
import { countOf, initialise } from '../network/parameters.ts';
import type { Voice } from '../network/step.ts';
import { type NetworkShape, transformerWeights } from '../network/transformer.ts';
import { Runtime } from '../onnx/runtime.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { Answerers, type NetworkAssistantOptions, networkAssistant, probabilities } from './network.ts';

const task = permutationPowering({ elements: 8, powers: 16 });
const network: NetworkShape = {
  slots: task.encoding.slots,
  words: task.encoding.words,
  width: 16,
  heads: 2,
  expansion: 2,
};
const SLOT = 'weights';

let runtime: Runtime;
let other: Runtime;
let answerers: Answerers;
let x: Assistant<PowerQuestion, number>;

beforeAll(async () => {
  [runtime, other] = await Promise.all([open(), open()]);
  answerers = new Answerers([runtime]);
  x = assistant();
});
afterAll(() => Promise.all([runtime.close(), other.close()]));

/** A network that nobody trained says something about everything: enough to tell one question from another. */
async function open(): Promise<Runtime> {
  const runtime = await Runtime.open({ threads: 1, backend: 'native' });
  await runtime.put(SLOT, flat(initialise(transformerWeights(network), Random.seeded(4))));
  return runtime;
}
function flat(data: Float32Array) {
  return { shape: [data.length], data };
}

function assistant(change: Partial<NetworkAssistantOptions<PowerQuestion, number>> = {}) {
  return networkAssistant({
    name: 'X',
    groundTruth: false,
    encoding: task.encoding,
    network,
    answerers,
    slot: SLOT,
    ...change,
  });
}

const sample = (seed: number, size: number, level: number, split: Split = 'test') =>
  task.sample(Random.seeded(seed), { split, size, level });

/** Of two sizes, all levels, about several contexts each. */
const POOL: readonly PowerQuestion[] = [4, 6].flatMap((size) =>
  [1, 2, 3, 4].flatMap((level) => [1, 2, 3].flatMap((seed) => sample(seed, size, level))),
);
/** Questions in any order and number, some of them more than once. */
const questions = fc.array(fc.constantFrom(...POOL), { maxLength: 40 });

/** The same value or the same reason, as sure to 10⁻⁵: other shapes round otherwise. */
function expectSame(got: readonly Answer<number>[], expected: readonly Answer<number>[]): void {
  const bare = (answer: Answer<number>) => (answer.kind === 'known' ? answer.value : answer.reason);
  const sure = (answer: Answer<number>) => (answer.kind === 'known' ? answer.confidence : 0);
  expect(got.map(bare)).toEqual(expected.map(bare));
  got.forEach((answer, i) => {
    expect(Math.abs(sure(answer) - sure(expected[i]!))).toBeLessThan(1e-5);
  });
}

describe('a network answers a batch', () => {
  let alone: Map<PowerQuestion, Answer<number>>;
  beforeAll(async () => {
    alone = new Map();
    for (const question of POOL) alone.set(question, (await x.answer([question], scope()))[0]!);
  });
  const expected = (asked: readonly PowerQuestion[]) => asked.map((question) => alone.get(question)!);

  test('as it answers each question alone, in whatever order and mixture of sizes, levels and contexts', () =>
    fc.assert(
      fc.asyncProperty(questions, async (asked) => {
        expectSame(await x.answer(asked, scope()), expected(asked));
      }),
      { seed: 1, numRuns: 60 },
    ));

  test('on several runtimes as on one', () =>
    fc.assert(
      fc.asyncProperty(questions, async (asked) => {
        const spread = assistant({ answerers: new Answerers([runtime, other]) });
        expectSame(await spread.answer(asked, scope()), expected(asked));
      }),
      { seed: 2, numRuns: 5 },
    ));

  test('that is asked again with the same bits', async () => {
    expect(await x.answer(POOL, scope())).toEqual(await x.answer(POOL, scope()));
  });

  test('with more than one thing to say', () => {
    expect(new Set([...alone.values()].map((answer) => JSON.stringify(answer))).size).toBeGreaterThan(20);
  });

  test('of many contexts as one by one', async () => {
    const many = Array.from({ length: 37 }, (_, i) => sample(i, 6, 3).slice(0, 1 + (i % 5))).flat();
    const each: Answer<number>[] = [];
    for (const question of many) each.push(...(await x.answer([question], scope())));
    expectSame(await x.answer(many, scope()), each);
  });

  test('of nothing with nothing', async () => {
    expect(await x.answer([], scope())).toEqual([]);
  });

  test('of equal contexts that are different objects alike', async () => {
    const [one, twin] = [sample(1, 6, 3), sample(1, 6, 3)];
    expect(one[0]!.permutation).not.toBe(twin[0]!.permutation);
    const answers = await x.answer([...one, ...twin], scope());
    expectSame(answers.slice(one.length), answers.slice(0, one.length));
  });
});

describe('rounds', () => {
  test('are those that the encoding says, and another number is another function', async () => {
    const easy = POOL.filter((question) => task.level(question) === 1);
    const longer = assistant({ encoding: { ...task.encoding, rounds: () => 4 } });
    expect(await longer.answer(easy, scope())).not.toEqual(await x.answer(easy, scope()));
    const hard = POOL.filter((question) => task.level(question) === 4);
    expect(await longer.answer(hard, scope())).toEqual(await x.answer(hard, scope()));
  });
});

describe('a word that is no answer', () => {
  test('becomes «unknown: unsure», whatever the network’s confidence in it', async () => {
    const deaf = assistant({ encoding: { ...task.encoding, answerOf: () => undefined } });
    expect(await deaf.answer(POOL.slice(0, 5), scope())).toEqual(new Array(5).fill(unknown('unsure')));
  });

  test('is the blank and the digits, and so is what a broken network says', async () => {
    await runtime.put(
      'broken',
      flat(new Float32Array(countOf(transformerWeights(network))).fill(Number.NaN)),
    );
    const [answer] = await assistant({ slot: 'broken' }).answer(POOL.slice(0, 1), scope());
    expect(answer).toEqual(unknown('unsure'));
  });
});

describe('a range', () => {
  /** Of every element that one, or the one after it. */
  const near: typeof task.encoding.range = ({ element }) => [3 + element, Math.min(10, 4 + element)];

  test('is where every answer is from, whatever else the network would say; others are asked as before', async () => {
    const ranged = assistant({ encoding: { ...task.encoding, range: near } });
    const [held, free] = await Promise.all([ranged.answer(POOL, scope()), x.answer(POOL, scope())]);
    held.forEach((answer, i) => {
      const { element } = POOL[i]!;
      if (answer.kind !== 'known') throw new Error('expected an answer');
      expect([element, Math.min(7, element + 1)]).toContain(answer.value);
      // What the network would have said anyway, it says, and is surer: there is less to choose from.
      const own = free[i]!;
      if (own.kind !== 'known' || ![element, Math.min(7, element + 1)].includes(own.value)) return;
      expect(answer.value).toBe(own.value);
      expect(answer.confidence).toBeGreaterThanOrEqual(own.confidence - 1e-6);
    });
    expect(await x.answer(POOL, scope())).toEqual(free);
  });

  test('is each question’s own in a batch of many', async () => {
    const ranged = assistant({ encoding: { ...task.encoding, range: near } });
    const each: Answer<number>[] = [];
    for (const question of POOL) each.push(...(await ranged.answer([question], scope())));
    expectSame(await ranged.answer(POOL, scope()), each);
  });
});

describe('confidence', () => {
  test('is a probability, at least that of guessing: the likeliest of the words is said', async () => {
    for (const answer of await x.answer(POOL, scope())) {
      if (answer.kind === 'unknown') continue;
      expect(answer.confidence).toBeGreaterThanOrEqual(1 / network.words - 1e-6);
      expect(answer.confidence).toBeLessThanOrEqual(1 + 1e-6);
    }
  });
});

describe('origin', () => {
  test.each([true, false])(
    'says as it was told whether ground truth shaped the network: %s',
    (groundTruth) => {
      expect(assistant({ name: 'X7', groundTruth }).origin).toEqual({ name: 'X7', groundTruth });
    },
  );
});

describe('a wish to stop', () => {
  test('is heard before anything is run', async () => {
    const { operations } = runtime;
    const stopped = scope({}, AbortSignal.abort(new Error('enough')));
    await expect(x.answer(POOL, stopped)).rejects.toThrow('enough');
    expect(runtime.operations).toBe(operations);
  });
});

describe('compiled graphs', () => {
  /** A runtime that counts what is loaded and not yet released. */
  function counting(inner: Runtime): { runtime: Runtime; loaded: () => number; most: () => number } {
    let loaded = 0;
    let most = 0;
    const load: Runtime['load'] = async (program) => {
      most = Math.max(most, ++loaded);
      const session = await inner.load(program);
      return {
        run: session.run,
        release: () => {
          loaded--;
          return session.release();
        },
      };
    };
    const runtime = new Proxy(inner, {
      get: (target, name) => (name === 'load' ? load : Reflect.get(target, name)),
    });
    return { runtime, loaded: () => loaded, most: () => most };
  }
  /** One question of each form: sizes and rounds make graphs of their own. */
  const FORMS = [3, 4, 5, 6].flatMap((size) => [1, 2, 3, 4].map((level) => sample(1, size, level)[0]!));
  const asking = (answerers: Answerers, form: number) =>
    assistant({ answerers }).answer([FORMS[form]!], scope());

  test('are used again for questions of the same form', async () => {
    const { runtime: counted, most } = counting(runtime);
    const kept = new Answerers([counted]);
    for (let i = 0; i < 5; i++) await asking(kept, 2);
    expect(most()).toBe(1);
  });

  test('are dropped when there are many, the least recently used first, and made again when wanted', async () => {
    const { runtime: counted, loaded, most } = counting(runtime);
    const kept = new Answerers([counted]);
    const first = await asking(kept, 0);
    for (const form of FORMS.keys()) {
      await asking(kept, form);
      await asking(kept, 15); // stays, being used
    }
    await runtime.get(SLOT); // answered after the releases
    expect(loaded()).toBeLessThan(FORMS.length);
    expect(most()).toBeLessThanOrEqual(loaded() + 1);
    expect(await asking(kept, 0)).toEqual(first);
  });

  test('are not dropped while somebody waits for their answer', async () => {
    const kept = new Answerers([runtime]);
    const together = await Promise.all(FORMS.map((_, form) => asking(kept, form)));
    const apart: (readonly Answer<number>[])[] = [];
    for (const form of FORMS.keys()) apart.push(await asking(kept, form));
    expect(together).toEqual(apart);
  });
});

describe('an ensemble', () => {
  const both: NetworkShape = { ...network, ensemble: { members: 2 } };
  const asked = sample(1, 4, 2);
  const known = async (voice: Voice, confidence?: 'agreement') => {
    const said = await assistant({
      network: both,
      slot: 'both',
      voice,
      ...(confidence && { confidence }),
    }).answer(asked, scope());
    return said.map((answer) => (answer.kind === 'known' ? answer : { value: undefined, confidence: 0 }));
  };
  const options = (voice: Voice) => ({
    ...{ name: 'X', groundTruth: false, encoding: task.encoding },
    ...{ network: both, answerers, slot: 'both', voice },
  });
  beforeAll(() => runtime.put('both', flat(initialise(networkWeights(both), Random.seeded(5)))));

  test('says what is likeliest on the mean of its members, and how likely that is', async () => {
    const [p, q, mean] = await Promise.all(
      [0, 1, 'ensemble' as const].map((voice) => probabilities(options(voice), asked)),
    );
    const said = await known('ensemble');
    mean!.forEach((row, i) => {
      row.forEach((share, word) => {
        expect(share).toBeCloseTo((p![i]![word]! + q![i]![word]!) / 2, 5);
      });
      expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      const most = row.indexOf(Math.max(...row));
      if (said[i]!.value !== undefined) expect(said[i]!.value).toBe(task.encoding.answerOf(most));
      if (said[i]!.value !== undefined) expect(said[i]!.confidence).toBeCloseTo(row[most]!, 5);
    });
  });

  test('is as sure as its members agree where that is asked for, and gives the same answers', async () => {
    const [plain, routed] = [await known('ensemble'), await known('ensemble', 'agreement')];
    expect(routed.map(({ value }) => value)).toEqual(plain.map(({ value }) => value));
    expect(routed).not.toEqual(plain);
    for (const { confidence } of routed) expect(confidence).toBeLessThanOrEqual(1);
    // Two members that nobody trained do not know alike, but by no more than a coin tells.
    for (const { value, confidence } of routed)
      if (value !== undefined) expect(confidence).toBeGreaterThanOrEqual(0.5 - 1e-6);
  });
});
