/** What it costs that a tree lasts: beside the same tree of plain promises, which is kept nowhere; and the memory of a large
 *  one. */

import { join } from 'node:path';
import { type Benchmark, figure, interleave, median } from './benchmark.ts';
import { inFolder, OURS, takes } from './growers.ts';
import { type Growth, grow, growPlain, sizeOf } from './growing.ts';

const TURNS = 7;
const TREE: Growth = { depth: 6, fan: 4, milliseconds: 2, concurrency: 32 };
const LARGE: Growth = { depth: 5, fan: 10, milliseconds: 2, concurrency: 32 };

export const benchmark: Benchmark = {
  measures: `a tree of ${sizeOf(TREE)} calls of ${TREE.milliseconds} ms beside plain promises, and the memory of one of ${sizeOf(LARGE)}`,
  async run(say) {
    const figures = [];
    for (const [name, growth] of [
      ['trees/32', TREE],
      ['trees/unbounded', { ...TREE, concurrency: sizeOf(TREE) }],
    ] as const) {
      let turn = 0;
      const seconds = await inFolder((folder) =>
        interleave(TURNS, {
          own: () => grow(join(folder, `${name.slice(6)}-${turn++}.db`), growth),
          plain: () => growPlain(growth),
        }),
      );
      const [own, plain] = [1000 * median(seconds.own), 1000 * median(seconds.plain)];
      say(
        `${growth.concurrency} at a time: ${own.toFixed(0)} ms on the disk, ${plain.toFixed(0)} ms by plain promises`,
      );
      figures.push(figure(name, 'ms', own, { name: 'plain promises', value: plain }));
    }
    const { seconds, megabytes, bytes } = await takes(OURS, LARGE);
    say(`${sizeOf(LARGE)} questions: ${seconds.toFixed(1)} s, ${(bytes / 1e6).toFixed(0)} MB on the disk`);
    return [...figures, figure('trees/memory', 'MB', megabytes)];
  },
};
