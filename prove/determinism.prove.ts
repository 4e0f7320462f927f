/** Same seed, configuration and machine: same bytes. */

import { table } from './markdown.ts';
import { Checks, inTurn, type Proof } from './proof.ts';
import { type Run, runOf } from './runs.ts';

export const proof: Proof = {
  claim: 'The same seed twice ends in the same checkpoint and the same examples, bit by bit.',
  defaults: { seeds: [1, 2, 3], sizes: [16] },
  async prove({ seeds, sizes: [size], fresh }) {
    const checks = new Checks();
    const rows = await inTurn(seeds, async (seed) => {
      const args = ['--size', String(size), '--seed', String(seed)];
      const [first, second] = await inTurn([1, 2], (copy) => runOf(args, { fresh, copy }));
      const [one, two] = [bitsOf(first!), bitsOf(second!)];
      checks.hold(
        JSON.stringify(one) === JSON.stringify(two),
        `seed ${seed}: ${one.join(' ')} and ${two.join(' ')}`,
      );
      return [seed, ...one, ...two];
    });
    const head = ['seed', 'checkpoint', 'examples', 'checkpoint again', 'examples again'];
    return { text: table(head, rows), failures: checks.failures };
  },
};

/** Beginnings of the hash of the last checkpoint and of the Merkle root of all examples. */
export function bitsOf({ record }: Run): readonly [string, string] {
  const last = record.arms[0]!.iterations.at(-1);
  return [last?.checkpoint ?? 'none', last?.dataRoot ?? 'none'].map((hash) => hash.slice(0, 16)) as [
    string,
    string,
  ];
}
