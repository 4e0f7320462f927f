/** npm run bench [-- NAME …] [-- --json]: runs all benchmarks, or those named, and prints a table, or with --json one
 *  line with an array of figures (docs/bench.schema.json). Everything else goes to stderr. */

import { readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark, Figure } from './benchmark.ts';

const SUFFIX = '.bench.ts';
/** Exit code of a command line that makes no sense. */
const USAGE = 2;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const names = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
  let wanted: { readonly names: readonly string[]; readonly json: boolean };
  try {
    wanted = read(words, names);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return USAGE;
  }
  say(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`);
  const figures: Figure[] = [];
  for (const name of wanted.names) {
    const { benchmark }: { benchmark: Benchmark } = await import(`./${name}${SUFFIX}`);
    say(`\n${name}: ${benchmark.measures} (load ${load()})`);
    figures.push(...(await benchmark.run((line) => say(`  ${line}`))));
    say(`  load afterwards ${load()}`);
  }
  console.log(wanted.json ? JSON.stringify(figures) : table(figures));
  return 0;
}

function read(words: readonly string[], all: readonly string[]) {
  const options = { json: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
  for (const name of positionals)
    if (!all.includes(name)) throw new Error(`benchmark «${name}»: expected one of ${all.join(', ')}`);
  return { names: positionals.length > 0 ? positionals : all, json: values.json };
}

function say(line: string): void {
  console.error(line);
}

/** Processes that want a core, averaged over one minute. */
function load(): string {
  return loadavg()[0]!.toFixed(2);
}

function table(figures: readonly Figure[]): string {
  const rows = [
    ['benchmark', 'ours', 'unit', 'peer', 'peer’s', 'ratio'],
    ...figures.map(({ name, ours, unit, peer, ratio }) => [
      name,
      ours.toLocaleString('en'),
      unit,
      peer?.name ?? '—',
      peer?.value.toLocaleString('en') ?? '—',
      ratio?.toFixed(3) ?? '—',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
