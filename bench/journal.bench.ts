/** Durable appends to the journal, beside the same batches as transactions of bare SQLite. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Benchmark, built, type Figure, figure, interleave, median, timed } from './benchmark.ts';
import { openSqlite } from './sqlite.ts';

const RECORD_BYTES = 400;
const TURNS = 9;
/** Records in a batch, and batches in a turn of about half a second. */
const BATCHES = [
  [1, 200],
  [256, 80],
  [4096, 12],
] as const;

export const benchmark: Benchmark = {
  measures: `durable records per second of ${RECORD_BYTES} bytes, one sync per batch, beside SQLite (WAL, synchronous=FULL, one transaction per batch) on the same disk`,
  async run(say) {
    // Not in the folder for temporary files, which is often in memory.
    const runs = fileURLToPath(new URL('../runs/', import.meta.url));
    mkdirSync(runs, { recursive: true });
    const folder = mkdtempSync(join(runs, 'bench-journal-'));
    const figures: Figure[] = [];
    try {
      for (const [batch, batches] of BATCHES) figures.push(await measure(folder, batch, batches, say));
    } finally {
      rmSync(folder, { recursive: true });
    }
    return figures;
  },
};

async function measure(
  folder: string,
  batch: number,
  batches: number,
  say: (line: string) => void,
): Promise<Figure> {
  const name = `journal/${batch}`;
  const { Journal } = await built<typeof import('../src/storage/journal.ts')>('storage/journal');
  const { journal } = Journal.open(join(folder, `journal-${batch}`));
  const records = Array.from({ length: batch }, () => randomBytes(RECORD_BYTES));
  const rate = (seconds: number) => (batch * batches) / seconds;
  const own = async () =>
    rate(
      await timed(() => {
        for (let i = 0; i < batches; i++) journal.append(records);
      }),
    );
  const peer = await openSqlite({ file: join(folder, `${batch}.db`), batch, bytes: RECORD_BYTES });
  try {
    if (typeof peer === 'string') {
      say(`SQLite is not here (${peer}); Node 22 has it, or set CAPSTAN_PYTHON to a Python that does`);
      return figure(name, 'records/s', median((await interleave(TURNS, { own })).own));
    }
    const rates = await interleave(TURNS, { own, other: async () => rate(await peer.take(batches)) });
    const shown = (samples: readonly number[]) =>
      `median ${Math.round(median(samples))}, most ${Math.round(Math.max(...samples))} per second`;
    say(`batches of ${batch}: ${TURNS} turns of ${batches} batches each`);
    say(`ours     ${shown(rates.own)}`);
    say(`SQLite   ${shown(rates.other)}`);
    return figure(name, 'records/s', median(rates.own), { name: peer.name, value: median(rates.other) });
  } finally {
    if (typeof peer !== 'string') await peer.close();
    journal.close();
  }
}
