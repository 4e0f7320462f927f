import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { input, type Node } from '../autodiff/graph.ts';
import { interpret } from '../autodiff/interpreter.ts';
import { Random } from '../base/random.ts';
import type { Encoding } from '../core/task.ts';
import { lower } from '../onnx/lower.ts';
import { type PowerQuestion, permutationPowering } from '../tasks/permutation-powering.ts';
import { encodeBatch, encodeRanges, networkFor } from './batch.ts';
import { countOf, initialise, unpack } from './parameters.ts';
import { answering } from './step.ts';
import { type BatchShape, batchInputs, transformer, transformerWeights } from './transformer.ts';

const powering = permutationPowering({ elements: 16, powers: 32 });
const size = 6;
const LEVELS = 5;

/** Questions about `counts.length` contexts, so many about each. */
function groupsOf(seed: number, counts: readonly number[]): readonly (readonly PowerQuestion[])[] {
  return counts.map((count, b) =>
    powering
      .sample(Random.seeded(seed).split(b), { split: 'train', size, level: 1 + (b % LEVELS) })
      .slice(0, count),
  );
}

/** A question that is nothing but its words. */
interface Words {
  readonly context: {
    readonly facts: readonly number[];
    readonly awake: readonly (readonly [from: number, to: number])[];
  };
  readonly token: readonly number[];
  readonly reread: readonly number[];
  readonly range: readonly [first: number, last: number];
}

const V = 9;
const SLOTS = ['name', 'first', 'second', 'holds'];

/** Tokens of so many slots. Word 0 is the blank. */
const wordsIn = (slots: readonly string[], factsSleep: boolean): Encoding<Words, number> => ({
  words: V,
  blank: 0,
  slots,
  context: ({ context }) => context,
  facts: ({ context }) => context.facts,
  ...(factsSleep ? { awake: ({ context }: Words) => context.awake } : {}),
  token: ({ token }) => token,
  roundsAt: (level) => level,
  rounds: ({ reread }) => reread.length,
  word: ({ reread }, round) => reread[round]!,
  range: ({ range }) => range,
  wordOf: (answer) => answer,
  answerOf: (word) => word || undefined,
  sentence: ({ token }) => token,
  sentenceLength: slots.length,
  questionOf: () => undefined,
});

function wordGroups(seed: number, counts: readonly number[], slots: number): readonly (readonly Words[])[] {
  return counts.map((count, b) => {
    const random = Random.seeded(seed).split(b);
    const draw = (many: number) => Array.from({ length: many }, () => 1 + random.below(V - 1));
    const stretch = () => [random.below(LEVELS), random.below(2 * LEVELS)] as const; // some are of no round
    const awake = Array.from({ length: random.below(size + 1) }, stretch);
    const context = { facts: draw(size * slots), awake };
    return Array.from({ length: count }, () => {
      const first = random.below(V);
      const range = [first, first + random.below(V - first)] as const;
      return { context, token: draw(slots), reread: draw(1 + random.below(LEVELS)), range };
    });
  });
}

interface Case<Q = unknown> {
  readonly encoding: Encoding<Q, number>;
  readonly groups: readonly (readonly Q[])[];
  readonly moreContexts: number;
  readonly moreQuestions: number;
  readonly rounds: number;
}

const seed = fc.nat(2 ** 31);
const counts = fc.array(fc.integer({ min: 1, max: size }), { minLength: 1, maxLength: 4 });
const more = {
  moreContexts: fc.nat(2),
  moreQuestions: fc.nat(3),
  rounds: fc.integer({ min: LEVELS, max: 9 }), // as many as the longest question takes, or more
};
/** Of permutation powering, tokens of two slots. */
const powers: fc.Arbitrary<Case<PowerQuestion>> = fc.record({
  encoding: fc.constant(powering.encoding),
  groups: fc.tuple(seed, counts).map(([seed, counts]) => groupsOf(seed, counts)),
  ...more,
});
/** Of words, tokens of one to four slots. */
const words: fc.Arbitrary<Case<Words>> = fc
  .record({
    slots: fc.subarray(SLOTS, { minLength: 1 }),
    factsSleep: fc.boolean(),
    seed,
    counts,
    more: fc.record(more),
  })
  .map(({ slots, factsSleep, seed, counts, more }) => ({
    encoding: wordsIn(slots, factsSleep),
    groups: wordGroups(seed, counts, slots.length),
    ...more,
  }));
const cases = fc.oneof(powers, words) as fc.Arbitrary<Case>;

function shapeOf({ groups, moreContexts, moreQuestions, rounds }: Omit<Case, 'encoding'>): BatchShape {
  return {
    contexts: groups.length + moreContexts,
    facts: size,
    questions: Math.max(...groups.map((group) => group.length)) + moreQuestions,
    rounds,
  };
}

/** What a network reads of a batch. */
function inputsOf(encoding: Case['encoding'], shape: BatchShape): readonly Node<'input'>[] {
  const network = networkFor(encoding, { width: 4, heads: 2, expansion: 2 });
  return Object.values(batchInputs(network, shape)).flat() as Node<'input'>[];
}

describe('a batch of words', () => {
  test('has what the network reads, in its shapes, and is blank beyond the questions given', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { encoding, groups, moreContexts, rounds } = one;
        const shape = shapeOf(one);
        const tensors = encodeBatch(encoding, shape, groups);
        const inputs = inputsOf(encoding, shape);
        expect(Object.keys(tensors).sort()).toEqual(inputs.map((node) => node.attributes.name).sort());
        for (const { attributes, shape } of inputs) {
          const { [attributes.name]: tensor } = tensors;
          expect(tensor!.shape).toEqual(shape);
          expect(tensor!.data.length).toBe(shape.reduce((a: number, b: number) => a * b, 1));
        }
        const asked = groups.reduce((count, group) => count + group.length, 0);
        const blanks = (name: string) => tensors[name]!.data.filter((word) => word === encoding.blank).length;
        const last = encoding.slots.at(-1)!;
        expect(blanks(`facts.${last}`)).toBe(moreContexts * size);
        expect(blanks(`questions.${last}`)).toBe(shape.contexts * shape.questions - asked);
        const read = groups.flat().map((question) => encoding.rounds(question));
        const words = read.reduce((count, own) => count + own, 0);
        expect(blanks('reread')).toBe(rounds * shape.contexts * shape.questions - words);
        expect(tensors.active!.data.filter((one) => one === 1).length).toBe(words);
      }),
    );
  });

  test('says of every question what the encoding says of it, slot by slot', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { encoding, groups, rounds } = one;
        const shape = shapeOf(one);
        const { contexts, questions } = shape;
        const tensors = encodeBatch(encoding, shape, groups);
        const at = (kind: string, place: number) =>
          encoding.slots.map((slot) => tensors[`${kind}.${slot}`]!.data[place]);
        for (const [b, group] of groups.entries()) {
          const facts = Array.from({ length: size }, (_, i) => at('facts', b * size + i));
          expect(facts.flat()).toEqual(encoding.facts(group[0]!));
          for (let round = 0; round < rounds; round++) {
            const start = (round * contexts + b) * size;
            const takesPart = Array.from({ length: size }, (_, i) => {
              const [from, to] = encoding.awake?.(group[0]!)[i] ?? [0, 0];
              return Number(from <= round && round < to);
            });
            const said = tensors.awake?.data.slice(start, start + size);
            expect(said && [...said]).toEqual(encoding.awake && takesPart);
          }
          for (const [q, question] of group.entries()) {
            const row = b * questions + q;
            expect(at('questions', row)).toEqual(encoding.token(question));
            for (let round = 0; round < rounds; round++) {
              const place = round * contexts * questions + row;
              const isActive = round < encoding.rounds(question);
              expect(tensors.active!.data[place]).toBe(Number(isActive));
              const word = isActive ? encoding.word(question, round) : encoding.blank;
              expect(tensors.reread!.data[place]).toBe(word);
            }
          }
        }
      }),
    );
  });
});

describe('a range', () => {
  /** Scores, and what is answered with ranges and without, of a network that nobody trained. */
  function answered(one: Case<Words>) {
    const { encoding, groups } = one;
    const shape = shapeOf(one);
    const own = networkFor(encoding, { width: 4, heads: 2, expansion: 2 });
    const weights = transformerWeights(own);
    const parameters = initialise(weights, Random.seeded(groups.length));
    const w = unpack(weights, input('parameters', [countOf(weights)]));
    const scores = transformer(own, shape, w, batchInputs(own, shape));
    const tensors = { ...encodeBatch(encoding, shape, groups), ...encodeRanges(encoding, shape, groups) };
    const feeds = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data]));
    const [ranged, free] = [answering(own, shape, true), answering(own, shape, false)];
    const values = interpret([scores, ranged.answers!, ranged.confidence!, free.answers!, free.confidence!], {
      ...feeds,
      parameters,
    }).map(({ data }) => data);
    return { shape, scores: values[0]!, ranged: values.slice(1, 3), free: values.slice(3) };
  }

  /** What the scores say of words first … last: the likeliest, and its share among them. */
  function likeliest(scores: ArrayLike<number>, [first, last]: Words['range']) {
    const inside = Array.from({ length: last - first + 1 }, (_, i) => scores[first + i]!);
    const most = Math.max(...inside);
    const total = inside.reduce((sum, score) => sum + Math.exp(score - most), 0);
    return { word: first + inside.indexOf(most), share: 1 / total };
  }

  test('is where the answer comes from: the likeliest word in it, as sure as the words in it leave it', () => {
    fc.assert(
      fc.property(words, (one) => {
        const { shape, scores, ranged } = answered(one);
        for (const [b, group] of one.groups.entries())
          for (const [q, { range }] of group.entries()) {
            const row = b * shape.questions + q;
            const { word, share } = likeliest(scores.subarray(row * V, (row + 1) * V), range);
            expect(ranged[0]![row]).toBe(word);
            expect(ranged[1]![row]).toBeCloseTo(share, 9);
          }
      }),
      { numRuns: 40 },
    );
  });

  test('of all words says nothing: answers and confidences are those without ranges', () => {
    fc.assert(
      fc.property(words, (one) => {
        const groups = one.groups.map((group) =>
          group.map((asked) => ({ ...asked, range: [0, V - 1] as const })),
        );
        const { ranged, free } = answered({ ...one, groups });
        expect(ranged).toEqual(free);
      }),
      { numRuns: 20 },
    );
  });

  test('bars nothing in rows that are not asked, and every word outside it in those that are', () => {
    fc.assert(
      fc.property(words, (one) => {
        const shape = shapeOf(one);
        const { barred } = encodeRanges(one.encoding, shape, one.groups);
        expect(barred!.shape).toEqual([shape.contexts * shape.questions, V]);
        const open = Array.from(barred!.data).filter((score) => score === 0).length;
        const asked = one.groups.flat();
        const inside = asked.reduce((count, { range: [first, last] }) => count + last - first + 1, 0);
        expect(open).toBe((shape.contexts * shape.questions - asked.length) * V + inside);
      }),
    );
  });

  test('that a task does not have changes no graph and adds no tensor', () => {
    fc.assert(
      fc.property(powers, (one) => {
        expect(encodeRanges(one.encoding, shapeOf(one), one.groups)).toEqual({});
      }),
      { numRuns: 5 },
    );
    const shape = { contexts: 2, facts: 3, questions: 2, rounds: 1 };
    const network = { slots: ['left', 'right'], words: V, width: 4, heads: 2, expansion: 2 };
    const reads = (ranged: boolean) => lower(answering(network, shape, ranged)).inputs;
    expect(reads(false)).not.toContain('barred');
    expect([...reads(true)].sort()).toEqual([...reads(false), 'barred'].sort());
  });
});
