/** Run matrices of the built command line, kept in runs/prove-sweep-… and gone on with for the same matrix of the same
 *  program. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CapstanError } from '../src/base/errors.ts';
import type { RunRecord } from '../src/report/record.ts';
import type { SweepRecord } from '../src/sweep/record.ts';
import { capstan, program, REPOSITORY } from './runs.ts';

export interface Sweep {
  readonly record: SweepRecord;
  /** Where its page lies. */
  readonly folder: string;
  /** The record of one of its runs. */
  run(folder: string): RunRecord;
}

/** `spec`: a file in `examples/`. */
export async function sweepOf(spec: string, seeds: readonly number[], fresh: boolean): Promise<Sweep> {
  const file = join(REPOSITORY, 'examples', spec);
  const key = createHash('sha256')
    .update(JSON.stringify([readFileSync(file, 'utf8'), seeds, program()]))
    .digest('hex')
    .slice(0, 12);
  const folder = join('runs', `prove-sweep-${spec.replace(/\.json$/, '')}-${key}`);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  const { status } = await capstan(['sweep', file, '--seeds', seeds.join(), '--out', folder, '--json']);
  if (status !== 0 || !existsSync(folder))
    throw new CapstanError('runtime', `capstan sweep ${spec}: expected exit status 0, got ${status}`);
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  return { record: read('sweep-record.json'), folder, run: (name) => read(join(name, 'record.json')) };
}
