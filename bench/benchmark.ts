/** What a benchmark is, and the arithmetic that all of them share. Each lies in `<name>.bench.ts` and exports
 *  `benchmark`; a new file is a new benchmark. */

export interface Benchmark {
  /** What is measured, in one sentence. */
  readonly measures: string;
  /** `say` takes lines for people: what a figure leaves out. */
  readonly run: (say: (line: string) => void) => Promise<readonly Figure[]>;
}

/** One line of the result; docs/bench.schema.json. */
export interface Figure {
  readonly name: string;
  readonly ours: number;
  /** Who else was measured in the same run; null where there is nobody, or it is not installed. */
  readonly peer: { readonly name: string; readonly value: number } | null;
  readonly unit: string;
  /** ours / peer: of times, below 1 is better; of rates, above 1. */
  readonly ratio: number | null;
}

export function figure(name: string, unit: string, ours: number, peer: Figure['peer'] = null): Figure {
  const [own, other] = [rounded(ours), peer && { ...peer, value: rounded(peer.value) }];
  return { name, ours: own, peer: other, unit, ratio: peer && rounded(ours / peer.value) };
}

/** Four significant digits: no machine repeats itself to more. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Runs the sides in turn, A B A B …, so that whatever else the machine does falls on all of them alike; one turn more
 *  than `rounds`, the first of which warms up. Gives what each returned, by side. */
export async function interleave<S extends string>(
  rounds: number,
  sides: { readonly [side in S]: () => number | Promise<number> },
): Promise<{ readonly [side in S]: readonly number[] }> {
  const samples = Object.fromEntries(Object.keys(sides).map((side) => [side, [] as number[]]));
  for (let round = 0; round <= rounds; round++)
    for (const [side, measure] of Object.entries<() => number | Promise<number>>(sides)) {
      const sample = await measure();
      if (round > 0) samples[side]!.push(sample);
    }
  return samples as { [side in S]: number[] };
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Seconds that something takes. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** A module of the built package: what is measured is what ships. `T` is the type of its source, `typeof import('…')`.
 *  Sources run through tsx would not do: it names every closure at run time, which halves some of the rates. */
export async function built<T>(path: string): Promise<T> {
  return import(new URL(`../dist/${path}.js`, import.meta.url).href);
}
