/** How much of a run is not ONNX Runtime: H, batches, gates, files. From the start of the process until it reports. */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Benchmark, figure, median, timed } from './benchmark.ts';

const CAPSTAN = fileURLToPath(new URL('../bin/capstan.js', import.meta.url));
const SIZE = 64;
const SEEDS = [1, 2];

export const benchmark: Benchmark = {
  measures: `share of the wall time of «capstan run permutation-powering --size ${SIZE}» outside ONNX Runtime, less the start of the process`,
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'capstan-bench-'));
    try {
      const shares: number[] = [];
      for (const seed of SEEDS) {
        // What it takes to load everything and say the version is no part of a run.
        const start = await timed(() => capstan(['--version']));
        const run = ['run', 'permutation-powering', '--size', String(SIZE), '--seed', String(seed)];
        const printed = await capstan([...run, '--run', join(folder, String(seed)), '--quiet', '--json']);
        const { seconds, shareOutside, steps } = JSON.parse(printed.trim().split('\n').at(-1)!);
        shares.push((shareOutside * seconds - start) / (seconds - start));
        const percent = (100 * shares.at(-1)!).toFixed(1);
        say(`seed ${seed}: ${seconds} s, ${steps} steps, ${percent} % outside, start ${start.toFixed(2)} s`);
      }
      return [figure('outside-onnx', 'share', median(shares))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function capstan(words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CAPSTAN, ...words]);
  return stdout;
}
