/** Seeded, splittable chance: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 *  A stream is a 64-bit key and a counter, so any part of a run finds its numbers again from its name alone:
 *  `root.split('step').split(17)` is the same stream whether or not steps 0 to 16 were run in this process. */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** One block: four 32-bit words from counter (4 words) and key (2 words). */
export function philox(counter: readonly number[], key: readonly number[]): [number, number, number, number] {
  let [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter;
  let [k0 = 0, k1 = 0] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** A stream of chance. Reading advances it; splitting does not. */
export class Random {
  readonly #key: readonly [number, number];
  #block: readonly number[] = [];
  #used = 4;
  #counter = 0;

  private constructor(key: readonly [number, number]) {
    this.#key = key;
  }

  /** The root stream of a seed, an integer in 0 … 2^53 − 1. */
  static seeded(seed: number): Random {
    return new Random([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]);
  }

  /** The child stream of that name; independent of the parent's position. */
  split(name: string | number): Random {
    const words = typeof name === 'number' ? [name >>> 0, Math.floor(name / 2 ** 32) >>> 0] : hashText(name);
    // The third and fourth counter words keep names apart from drawn blocks, and texts from numbers.
    const [k0, k1] = philox([words[0]!, words[1]!, typeof name === 'number' ? 1 : 2, 1], this.#key);
    return new Random([k0, k1]);
  }

  /** Uniform in 0 … 2^32 − 1. */
  uint32(): number {
    if (this.#used === 4) {
      this.#block = philox([this.#counter >>> 0, Math.floor(this.#counter / 2 ** 32) >>> 0, 0, 0], this.#key);
      this.#counter++;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** Uniform integer in 0 … bound − 1, unbiased by rejection. */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return drawn % bound;
  }

  /** Standard normal (Box & Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A uniformly random order of the items (Fisher & Yates), in a new array. */
  shuffle<T>(items: readonly T[]): T[] {
    const order = [...items];
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }
}

/** High 32 bits of the 64-bit product of two 32-bit words. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(cross / 65536)) | 0;
}

/** FNV-1a over UTF-16 units, twice with different bases: 64 bits to tell stream names apart. */
export function hashText(text: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit ^ (a >>> 13), 0x01000193);
  }
  return [a >>> 0, b >>> 0];
}
