import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, input, lengthOf, reshape } from '../autodiff/graph.ts';
import { interpret } from '../autodiff/interpreter.ts';
import { Random } from '../base/random.ts';
import {
  countOf,
  forEachPlace,
  initialise,
  normal,
  ones,
  uniformFor,
  unpack,
  type Weight,
  zeros,
} from './parameters.ts';
import { transformerWeights } from './transformer.ts';

const initial = fc.constantFrom(zeros, ones, normal, uniformFor(7));
const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
const weights: fc.Arbitrary<readonly Weight[]> = fc.uniqueArray(
  fc.record({ name: fc.string(), shape, initial, hidden: fc.boolean() }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 6 },
);
const seed = fc.nat(2 ** 31);

/** The values of each weight, by name. */
function cut(list: readonly Weight[], flat: Float32Array): Map<string, Float32Array> {
  const parts = new Map<string, Float32Array>();
  forEachPlace(list, ({ name }, start, end) => parts.set(name, flat.slice(start, end)));
  return parts;
}

describe('the flat vector', () => {
  test('holds every weight once, in order, without gaps', () => {
    fc.assert(
      fc.property(weights, (list) => {
        let reached = 0;
        const seen: Weight[] = [];
        forEachPlace(list, (weight, start, end) => {
          expect(start).toBe(reached);
          expect(end - start).toBe(lengthOf(weight.shape));
          reached = end;
          seen.push(weight);
        });
        expect(reached).toBe(countOf(list));
        expect(seen).toEqual(list);
      }),
    );
  });

  test('is what its weights are when they are put together again', () => {
    fc.assert(
      fc.property(weights, seed, (list, n) => {
        const flat = initialise(list, Random.seeded(n));
        const parts = unpack(list, input('flat', [flat.length]));
        expect(Object.keys(parts).sort()).toEqual(list.map(({ name }) => name).sort());
        const ordered = list.map(({ name }) => parts[name]!);
        expect(ordered.map((part) => part.shape)).toEqual(list.map((weight) => weight.shape));
        const packed = concat(
          ordered.map((part) => reshape(part, [lengthOf(part.shape)])),
          0,
        );
        expect(interpret([packed], { flat })[0]!.data).toEqual(Float64Array.from(flat));
      }),
    );
  });
});

describe('initialisation', () => {
  test('draws each weight from a stream of its own name: other weights and their order do not matter', () => {
    fc.assert(
      fc.property(weights, seed, fc.nat(), (list, n, chosen) => {
        const together = cut(list, initialise(list, Random.seeded(n)));
        const one = list[chosen % list.length]!;
        const alone = initialise([one], Random.seeded(n));
        expect(together.get(one.name)).toEqual(alone);
        expect(cut(list.toReversed(), initialise(list.toReversed(), Random.seeded(n)))).toEqual(together);
      }),
    );
  });

  test('is another one for another seed, and does not advance the stream it is given', () => {
    const list = transformerWeights({
      slots: ['left', 'right'],
      words: 11,
      width: 8,
      heads: 2,
      expansion: 2,
    });
    const random = Random.seeded(1);
    expect(initialise(list, random)).toEqual(initialise(list, random));
    expect(initialise(list, Random.seeded(2))).not.toEqual(initialise(list, random));
  });

  test('keeps uniform weights within ±1/√inputs and spreads them evenly', () => {
    const [weight] = transformerWeights({
      slots: ['left', 'right'],
      words: 3,
      width: 64,
      heads: 1,
      expansion: 2,
    }).filter(({ name }) => name === 'contract');
    const values = initialise([weight!], Random.seeded(3));
    const bound = 1 / Math.sqrt(128);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
    const variance = values.reduce((total, x) => total + x * x, 0) / values.length;
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
  });
});
