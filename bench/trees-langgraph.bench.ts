/** Trees that last, beside LangGraph.js with its durable checkpointer on the same tree: time, memory, disk, and what is asked
 *  again after a kill. Needs `npm ci --ignore-scripts` in bench/peers/langgraph; nothing else of the project does. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Benchmark, type Figure, figure, interleave, median } from './benchmark.ts';
import { type Grower, type Grown, OURS, strikes, takes } from './growers.ts';
import { type Growth, sizeOf } from './growing.ts';

const HOME = fileURLToPath(new URL('peers/langgraph/', import.meta.url));
const PACKAGE = `${HOME}node_modules/@langchain/langgraph/package.json`;
const PEER: Grower = [`${HOME}tree.js`];
/** The larger takes LangGraph half a minute a turn. */
const TREES: readonly (readonly [turns: number, growth: Growth])[] = [
  [5, { depth: 4, fan: 4, milliseconds: 2, concurrency: 32 }],
  [1, { depth: 6, fan: 4, milliseconds: 2, concurrency: 32 }],
];

export const benchmark: Benchmark = {
  measures: `questions per second of trees of ${TREES.map(([, growth]) => sizeOf(growth)).join(' and ')} calls of 2 ms, 32 at a time, beside LangGraph.js (Send, SQLite checkpointer, durability sync)`,
  async run(say) {
    const isHere = existsSync(PACKAGE);
    if (!isHere) say('LangGraph.js is not here; run `npm ci --ignore-scripts` in bench/peers/langgraph');
    const figures: Figure[] = [];
    for (const [turns, growth] of TREES) figures.push(...(await measure(turns, growth, isHere, say)));
    return figures;
  },
};

async function measure(
  turns: number,
  growth: Growth,
  isHere: boolean,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const size = sizeOf(growth);
  const sides: { readonly name: string; readonly grower: Grower; readonly grown: Grown[] }[] = [
    { name: 'Capstan', grower: OURS, grown: [] },
  ];
  if (isHere) {
    const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version: string };
    sides.push({ name: `LangGraph.js ${version}`, grower: PEER, grown: [] });
  }
  const turnOf =
    ({ grower, grown }: (typeof sides)[number]) =>
    async () => {
      const one = await takes(grower, growth);
      grown.push(one);
      return size / one.seconds;
    };
  // Each turn is a process of its own, so the first warms up nothing but the disk's cache.
  const rates = await interleave(turns, Object.fromEntries(sides.map((side) => [side.name, turnOf(side)])));
  for (const { name, grower, grown } of sides) {
    const of = (what: keyof Grown) => median(grown.slice(1).map((one) => one[what]));
    say(
      `${size} questions, ${name}: ${of('seconds').toFixed(2)} s, ${of('megabytes').toFixed(0)} MB, ${(of('bytes') / 1e6).toFixed(1)} MB on the disk`,
    );
    const { ended, repeated, inFlight } = await strikes(grower, growth);
    say(
      `  killed after ${ended} calls: ${repeated} of them asked again, and ${inFlight} that were in flight`,
    );
  }
  const [own, other] = sides;
  const peer = (value: (side: (typeof sides)[number]) => number) =>
    other ? { name: other.name, value: value(other) } : null;
  const rate = ({ name }: (typeof sides)[number]) => median(rates[name]!);
  const memory = ({ grown }: (typeof sides)[number]) => median(grown.slice(1).map((one) => one.megabytes));
  return [
    figure(`trees-langgraph/${size}`, 'questions/s', rate(own!), peer(rate)),
    figure(`trees-langgraph/${size}/memory`, 'MB', memory(own!), peer(memory)),
  ];
}
