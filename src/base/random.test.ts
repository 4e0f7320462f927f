import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashText, philox, Random } from './random.ts';

const words = (text: string) => text.split(' ').map((word) => Number.parseInt(word, 16));
const draw = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());
const seed = fc.nat(Number.MAX_SAFE_INTEGER);
const name = fc.oneof(fc.string(), fc.nat(Number.MAX_SAFE_INTEGER));

/** Pearson's χ² against equal counts, as standard deviations above its mean. */
function excess(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

function tally(cells: number, draws: number, next: () => number): number[] {
  const counts = new Array<number>(cells).fill(0);
  for (let i = 0; i < draws; i++) counts[next()]!++;
  return counts;
}

describe('philox', () => {
  // Random123 1.14, tests/kat_vectors, «philox4x32 10».
  test.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('gives the published words for counter %s', (counter, key, expected) => {
    expect(philox(words(counter), words(key))).toEqual(words(expected));
  });
});

describe('a stream', () => {
  test('begins with the published words for seed 0', () => {
    expect(draw(Random.seeded(0), 4)).toEqual(words('6627e8d5 e169c58d bc57ac4c 9b00dbd8'));
  });

  test('is the same for the same seed and another for another', () => {
    fc.assert(
      fc.property(seed, seed, (a, b) => {
        expect(draw(Random.seeded(a), 9)).toEqual(draw(Random.seeded(a), 9));
        if (a !== b) expect(draw(Random.seeded(a), 4)).not.toEqual(draw(Random.seeded(b), 4));
      }),
    );
  });

  test('has children that do not depend on how much of it was read', () => {
    fc.assert(
      fc.property(seed, name, fc.nat(20), (root, child, read) => {
        const parent = Random.seeded(root);
        draw(parent, read);
        expect(draw(parent.split(child), 5)).toEqual(draw(Random.seeded(root).split(child), 5));
      }),
    );
  });

  test('is not disturbed by a split', () => {
    fc.assert(
      fc.property(seed, name, fc.nat(20), (root, child, read) => {
        const [disturbed, alone] = [Random.seeded(root), Random.seeded(root)];
        draw(disturbed, read);
        draw(alone, read);
        draw(disturbed.split(child), 3);
        expect(draw(disturbed, 6)).toEqual(draw(alone, 6));
      }),
    );
  });

  test('has different children for different names, and for the text and the number of the same digits', () => {
    fc.assert(
      fc.property(seed, name, name, (root, a, b) => {
        const child = (of: string | number) => draw(Random.seeded(root).split(of), 2);
        if (a !== b) expect(child(a)).not.toEqual(child(b));
        expect(child(String(a))).not.toEqual(child(typeof a === 'number' ? a : a.length));
      }),
    );
  });

  test('tells a text from the number that is its hash', () => {
    // The first text whose 64-bit hash is a safe integer.
    const text = Array.from({ length: 100_000 }, (_, i) => `t${i}`).find(
      (name) => hashText(name)[1] < 2 ** 21,
    )!;
    const [low, high] = hashText(text);
    const root = Random.seeded(7);
    expect(draw(root.split(text), 4)).not.toEqual(draw(root.split(high * 2 ** 32 + low), 4));
  });

  test('tells the order of names on a path', () => {
    const root = Random.seeded(7);
    expect(draw(root.split('a').split('b'), 4)).not.toEqual(draw(root.split('b').split('a'), 4));
  });

  test('is independent of its children and they of each other', () => {
    const pair = (a: Random, b: Random) => () => a.below(8) * 8 + b.below(8);
    const root = Random.seeded(1);
    expect(excess(tally(64, 20_000, pair(root.split('a'), root)))).toBeLessThan(4);
    expect(excess(tally(64, 20_000, pair(root.split('a'), root.split('b'))))).toBeLessThan(4);
    expect(excess(tally(64, 20_000, pair(root.split(0), root.split(1))))).toBeLessThan(4);
    // The first draws of numbered children, as steps of a run use them.
    let step = 0;
    expect(excess(tally(64, 20_000, () => root.split('step').split(step++).below(64)))).toBeLessThan(4);
  });
});

describe('draws', () => {
  test('below(n) are uniform in 0 … n − 1', () => {
    for (const bound of [2, 3, 7, 10, 64, 100, 1000]) {
      const random = Random.seeded(3).split(bound);
      expect(excess(tally(bound, 200 * bound, () => random.below(bound)))).toBeLessThan(4);
    }
  });

  test('below(n) are unbiased where a remainder alone would not be', () => {
    const random = Random.seeded(4);
    // 2^32 mod 3·2^30 is 2^30: the lowest third would come twice as often as the others.
    expect(excess(tally(3, 30_000, () => Math.floor(random.below(3 * 2 ** 30) / 2 ** 30)))).toBeLessThan(4);
  });

  test('below(1) is 0', () => {
    expect(Random.seeded(5).below(1)).toBe(0);
  });

  test('uniform() lies in [0, 1) with the moments of a uniform, normal() with those of a normal', () => {
    const n = 50_000;
    const random = Random.seeded(6);
    const flat = Array.from({ length: n }, () => random.uniform());
    expect(flat.every((u) => u >= 0 && u < 1)).toBe(true);
    const moment = (values: readonly number[], power: number) =>
      values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(flat, 1)).toBeCloseTo(1 / 2, 2);
    expect(moment(flat, 2)).toBeCloseTo(1 / 3, 2);
    const bell = Array.from({ length: n }, () => random.normal());
    // Five standard errors each: the variance of x^k is the 2k-th moment less the squared k-th.
    const bounds = [1, 2, 15, 96].map((variance) => 5 * Math.sqrt(variance / n));
    [0, 1, 0, 3].forEach((expected, k) => {
      expect(Math.abs(moment(bell, k + 1) - expected)).toBeLessThan(bounds[k]!);
    });
  });
});

describe('shuffle', () => {
  test('permutes the items in a new array', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.integer()), (root, items) => {
        const before = [...items];
        const shuffled = Random.seeded(root).shuffle(items);
        expect(items).toEqual(before);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b));
      }),
    );
  });

  test('gives every order equally often', () => {
    const random = Random.seeded(8);
    const orders = new Map<string, number>();
    const index = () => {
      const order = random.shuffle([0, 1, 2, 3]).join('');
      if (!orders.has(order)) orders.set(order, orders.size);
      return orders.get(order)!;
    };
    expect(excess(tally(24, 24_000, index))).toBeLessThan(4);
    expect(orders.size).toBe(24);
  });
});

test('hashText gives different words to a hundred thousand similar names', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 100_000; i++) seen.add(hashText(`step/${i}`).join());
  expect(seen.size).toBe(100_000);
});
