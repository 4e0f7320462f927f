/** Kills a process that appends, by SIGKILL at any moment, and looks whether anything it acknowledged is gone. The page
 *  cache outlives a process: this shows that acknowledging and opening again are right with a real kernel, not that the
 *  syncs are; a simulated disk shows that. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../src/base/random.ts';
import { Journal } from '../../src/storage/journal.ts';

export interface Kills {
  readonly kills: number;
  readonly acknowledged: number;
  /** Found again though the process could not say so any more. */
  readonly adopted: number;
  readonly cut: number;
  readonly segments: number;
  readonly violations: readonly string[];
}

/** Small, so that many kills meet a new segment on its way. */
const SEGMENT_BYTES = 4096;
/** A process may run so long after its first acknowledgement. */
const LIFE_MS = 60;

/** `module` is the journal's, from the sources or built. */
export async function kills(count: number, random: Random, module: URL): Promise<Kills> {
  const path = mkdtempSync(join(tmpdir(), 'capstan-kills-'));
  const violations: string[] = [];
  const sum = { acknowledged: 0, adopted: 0, cut: 0 };
  let before = 0;
  for (let i = 0; i < count; i++) {
    const said = await killed(path, module, random.uniform() * LIFE_MS);
    const { journal, cut } = Journal.open(path, undefined, { segmentBytes: SEGMENT_BYTES });
    if (cut) sum.cut++;
    const expected = Math.max(before, said);
    if (journal.size < expected)
      violations.push(`kill ${i}: ${expected} acknowledged, ${journal.size} found`);
    let sequence = 0;
    for (const record of journal.read())
      if (Buffer.compare(record, recordOf(sequence++)) !== 0)
        violations.push(`kill ${i}: record ${sequence - 1}`);
    sum.acknowledged += Math.max(0, said - before);
    sum.adopted += journal.size - expected;
    before = journal.size;
    journal.close();
  }
  const segments = readdirSync(path).filter((name) => name.endsWith('.seg')).length;
  rmSync(path, { recursive: true });
  return { kills: count, ...sum, segments, violations };
}

/** What every record has to be, by its number; of 1 to 300 bytes. */
function recordOf(sequence: number): Buffer {
  return Buffer.from(`record ${sequence} `.repeat(1 + ((sequence * 7) % 23)));
}

/** How many records the process had acknowledged when it was killed. */
async function killed(path: string, module: URL, afterMs: number): Promise<number> {
  const script = `
    import { writeSync } from 'node:fs';
    import { Journal } from ${JSON.stringify(module.href)};
    const recordOf = ${recordOf.toString()};
    const { journal } = Journal.open(${JSON.stringify(path)}, undefined, { segmentBytes: ${SEGMENT_BYTES} });
    for (let i = 0; ; i++) {
      const first = journal.size;
      journal.append(Array.from({ length: 1 + (i % 5) }, (_, k) => recordOf(first + k)));
      writeSync(1, journal.size + '\\n');
    }`;
  const loader = module.pathname.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(process.execPath, [...loader, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  const [, signal] = await closed;
  if (signal !== 'SIGKILL') throw new Error(`expected a process to kill, got one that ended: ${text}`);
  return Number(text.split('\n').at(-2) ?? 0); // the last whole line
}
