/** What the network can and cannot see, on random weights in the interpreter. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { input } from '../autodiff/graph.ts';
import { interpret } from '../autodiff/interpreter.ts';
import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { countOf, initialise, unpack } from './parameters.ts';
import {
  type BatchShape,
  batchInputs,
  type NetworkShape,
  transformer,
  transformerWeights,
} from './transformer.ts';

type Words = { readonly [input: string]: readonly number[] } & {
  readonly reread: readonly number[];
  readonly active: readonly number[];
  readonly awake: readonly number[];
};

interface Case {
  readonly network: NetworkShape;
  readonly batch: BatchShape;
  readonly parameters: Float32Array;
  readonly words: Words;
}

const V = 7;
/** Tokens of one slot to three. */
const SLOTS = ['left', 'middle', 'right'];
/** Nothing of what is compared here is rounded differently but for sums taken in another order. */
const SAME = 1e-12;

const cases: fc.Arbitrary<Case> = fc
  .record({
    seed: fc.nat(2 ** 31),
    heads: fc.constantFrom(1, 2),
    factsSleep: fc.boolean(),
    slots: fc.subarray(SLOTS, { minLength: 1 }),
    contexts: fc.integer({ min: 1, max: 2 }),
    facts: fc.integer({ min: 1, max: 4 }),
    questions: fc.integer({ min: 1, max: 3 }),
    rounds: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ seed, heads, factsSleep, slots, ...batch }) => {
    const network = { slots, words: V, width: 4, heads, expansion: 2, factsSleep };
    const random = Random.seeded(seed);
    const draw = (name: string, count: number) => {
      const stream = random.split(name);
      return Array.from({ length: count }, () => stream.below(V));
    };
    const { contexts: B, facts: N, questions: Q, rounds: R } = batch;
    const noise = random.split('noise');
    return {
      network,
      batch,
      parameters: initialise(transformerWeights(network), random).map((x) => x + 0.1 * noise.normal()),
      words: {
        ...bySlot(slots, 'facts', (name) => draw(name, B * N)),
        ...bySlot(slots, 'questions', (name) => draw(name, B * Q)),
        reread: draw('reread', R * B * Q),
        active: activeFor(R, draw('rounds', B * Q)),
        awake: draw('awake', R * B * N).map((word) => word % 2),
      },
    };
  });

/** Inputs of facts or questions, one for each slot. */
function bySlot(
  slots: readonly string[],
  kind: 'facts' | 'questions',
  words: (name: string) => readonly number[],
): { readonly [input: string]: readonly number[] } {
  return Object.fromEntries(slots.map((slot) => [`${kind}.${slot}`, words(`${kind}.${slot}`)]));
}

/** A question takes none of the rounds to all of them; it is active in its first. */
function activeFor(rounds: number, drawn: readonly number[]): readonly number[] {
  const own = drawn.map((word) => word % (rounds + 1));
  return Array.from({ length: rounds }, (_, round) => own.map((count) => Number(round < count))).flat();
}

/** The scores of each question: [B·Q] rows of V. */
function scores({ network, batch, parameters, words }: Case): readonly (readonly number[])[] {
  const weights = transformerWeights(network);
  const w = unpack(weights, input('parameters', [countOf(weights)]));
  const [value] = interpret([transformer(network, batch, w, batchInputs(network, batch))], {
    ...words,
    parameters,
  });
  return Array.from({ length: batch.contexts * batch.questions }, (_, row) => [
    ...value!.data.subarray(row * network.words, (row + 1) * network.words),
  ]);
}

/** What becomes of the facts in each round, changed. */
function inEachRound(
  { words: { awake }, batch: { contexts: B, facts: N, rounds: R } }: Case,
  change: (own: readonly number[]) => readonly number[],
): readonly number[] {
  return Array.from({ length: R }, (_, round) =>
    change(awake.slice(round * B * N, (round + 1) * B * N)),
  ).flat();
}

function expectSame(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): void {
  expect(ours.length).toBe(theirs.length);
  for (const [row, values] of ours.entries())
    for (const [word, value] of values.entries())
      expect(Math.abs(value - theirs[row]![word]!)).toBeLessThan(SAME * (1 + Math.abs(value)));
}

describe('the network', () => {
  test('does not mind the order of the facts', () => {
    fc.assert(
      fc.property(cases, fc.nat(2 ** 31), (one, seed) => {
        const { contexts: B, facts: N } = one.batch;
        const orders = Array.from({ length: B }, (_, b) =>
          Random.seeded(seed)
            .split(b)
            .shuffle(Array.from({ length: N }, (_, i) => b * N + i)),
        ).flat();
        const shuffled = (words: readonly number[]) => orders.map((place) => words[place]!);
        const facts = bySlot(one.network.slots, 'facts', (name) => shuffled(one.words[name]!));
        const words = { ...one.words, ...facts, awake: inEachRound(one, shuffled) };
        expectSame(scores({ ...one, words }), scores(one));
      }),
      { numRuns: 50 },
    );
  });

  test('reads every fact: another word in it is another answer', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), (one, chosen, slot) => {
        const { slots } = one.network;
        const name = `facts.${slots[slot % slots.length]!}`;
        const words = one.words[name]!;
        const place = chosen % words.length;
        const changed = words.with(place, (words[place]! + 1) % V);
        const [before, after] = [scores(one), scores({ ...one, words: { ...one.words, [name]: changed } })];
        const own = Math.floor(place / one.batch.facts);
        for (const [row, values] of after.entries()) {
          const isOwn = Math.floor(row / one.batch.questions) === own;
          if (isOwn && one.words.active[row] === 1) expect(values).not.toEqual(before[row]);
          else expect(values).toEqual(before[row]); // contexts do not see each other, nor those at rest
        }
      }),
      { numRuns: 50 },
    );
  });

  test('answers each question as if it were asked alone: questions and blank rows do not see each other', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, chosen) => {
        const { contexts: B, questions: Q, rounds: R, facts: N } = one.batch;
        const row = chosen % (B * Q);
        const b = Math.floor(row / Q);
        const rows = (words: readonly number[]) => words.slice(b * N, (b + 1) * N);
        const { slots } = one.network;
        const { reread, active } = one.words;
        const own = (words: readonly number[]) =>
          Array.from({ length: R }, (_, round) => words[round * B * Q + row]!);
        const alone: Case = {
          ...one,
          batch: { ...one.batch, contexts: 1, questions: 1 },
          words: {
            ...bySlot(slots, 'facts', (name) => rows(one.words[name]!)),
            ...bySlot(slots, 'questions', (name) => [one.words[name]![row]!]),
            reread: own(reread),
            active: own(active),
            awake: inEachRound(one, rows),
          },
        };
        expectSame(scores(alone), [scores(one)[row]!]);
        const padded: Case = {
          ...alone,
          batch: { ...alone.batch, questions: 4 },
          words: {
            ...alone.words,
            ...bySlot(slots, 'questions', (name) => [one.words[name]![row]!, 0, 0, 0]),
            reread: alone.words.reread.flatMap((word) => [word, 0, 0, 0]),
            active: alone.words.active.flatMap((one) => [one, 0, 0, 0]),
          },
        };
        expectSame(scores(padded).slice(0, 1), scores(alone));
      }),
      { numRuns: 50 },
    );
  });

  test('reads the word of every round that a question takes: another is another answer to it alone', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (one, chosen) => {
        const rows = one.batch.contexts * one.batch.questions;
        const place = chosen % one.words.reread.length;
        const reread = one.words.reread.with(place, (one.words.reread[place]! + 1) % V);
        const [before, after] = [scores(one), scores({ ...one, words: { ...one.words, reread } })];
        for (const [row, values] of after.entries())
          if (row === place % rows && one.words.active[place] === 1) expect(values).not.toEqual(before[row]);
          else expect(values).toEqual(before[row]);
      }),
      { numRuns: 50 },
    );
  });

  test('lets a question rest when it has read its last word: more rounds for others change nothing', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 2 }), fc.nat(V - 1), (one, more, word) => {
        const rows = one.batch.contexts * one.batch.questions;
        const longer = (values: readonly number[], value: number) => [
          ...values,
          ...new Array<number>(more * rows).fill(value),
        ];
        const { reread, active } = one.words;
        const { awake } = one.words;
        const { contexts: B, facts: N } = one.batch;
        const words = {
          ...one.words,
          reread: longer(reread, word),
          active: longer(active, 0),
          awake: [...awake, ...new Array<number>(more * B * N).fill(word % 2)],
        };
        const batch = { ...one.batch, rounds: one.batch.rounds + more };
        expect(scores({ ...one, batch, words })).toEqual(scores(one));
      }),
      { numRuns: 50 },
    );
  });

  test('lets all facts take part in all rounds where they do not sleep', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const words = { ...one.words, awake: one.words.awake.map(() => 1) };
        const variant = (factsSleep: boolean) =>
          scores({ ...one, words, network: { ...one.network, factsSleep } });
        expectSame(variant(true), variant(false));
      }),
      { numRuns: 50 },
    );
  });

  test('has the same weights whatever the heads, the facts and the rounds, each named once', () => {
    const shape = { slots: SLOTS, words: 11, width: 8, expansion: 2 };
    const [one, two] = [1, 2].map((heads) => transformerWeights({ ...shape, heads }));
    const plain = (weights: typeof one) =>
      weights!.map(({ name, shape, hidden }) => ({ name, shape, hidden }));
    expect(plain(one)).toEqual(plain(two));
    expect(new Set(one!.map(({ name }) => name)).size).toBe(one!.length);
    // Muon makes matrices orthogonal; words, slots, biases and gains are none between hidden layers.
    expect(one!.filter(({ hidden }) => hidden).every(({ shape }) => shape.length === 2)).toBe(true);
    const outer = ['words', ...SLOTS, 'fact', 'answer.gain', 'answer.bias'];
    expect(one!.filter(({ hidden, name }) => hidden && outer.includes(name))).toEqual([]);
  });

  test.each([
    [6, 4],
    [7, 2],
    [1, 2],
  ])('refuses a width of %i for %i heads', (width, heads) => {
    const build = () => transformerWeights({ slots: SLOTS, words: V, width, heads, expansion: 2 });
    expect(build).toThrow(CapstanError);
    expect(build).toThrow(`width: expected a multiple of ${heads} heads, got ${width}`);
  });

  test('refuses facts of two batches', () => {
    const network = { slots: SLOTS, words: V, width: 4, heads: 1, expansion: 2 };
    const batch = { contexts: 2, facts: 3, questions: 1, rounds: 1 };
    const weights = transformerWeights(network);
    const w = unpack(weights, input('parameters', [countOf(weights)]));
    const inputs = batchInputs(network, batch);
    const [first] = batchInputs(network, { ...batch, facts: 2 }).facts;
    const words = { ...inputs, facts: [first!, ...inputs.facts.slice(1)] };
    expect(() => transformer(network, batch, w, words)).toThrow(CapstanError);
  });
});
