/** Whole runs in which iterations follow on each other in another way: interrupted or not the same bytes, and what they serve is
 *  what they trained. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { isLong, long } from '../../test/long.ts';
import { carryOutTiny, createTiny, tiny } from '../../test/tiny-run.ts';
import { memo } from '../amplify/memo.ts';
import { accuracy, checkpointExams } from '../evaluate/accuracy.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import { Runtime } from '../onnx/runtime.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { Folder } from '../storage/folder.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import type { Choices } from './configuration.ts';
import { inspected } from './serve.ts';

const task = permutationPowering({ elements: 8, powers: 8 });
const root = fs.mkdtempSync(join(tmpdir(), 'capstan-succession-'));
let runtime: Runtime | undefined;
beforeAll(async () => {
  if (isLong) runtime = await Runtime.open({ threads: 1, backend: 'native' });
}, 60_000);
afterAll(async () => {
  await runtime?.close();
  fs.rmSync(root, { recursive: true, force: true });
});

const WAYS: readonly (readonly [name: string, choices: Partial<Choices>, teacher: string])[] = [
  ['a logit residual', { student: 'fresh', residual: 'logit', data: 'accumulate' }, 'Amplify^H(X_1)'],
  ['an ensemble', { ensemble: 2 }, 'Amplify^H(mean of 2 X_ema)'],
];

describe.each(WAYS)('a run with %s', (name, choices, teacher) => {
  const place = (copy: string) => ({
    path: join(root, `${name}-${copy}`),
    ledger: join(root, `${name}-${copy}-ledger`),
    configuration: tiny(choices),
  });
  const filesOf = (path: string) => {
    const arm = join(path, 'ida');
    const names = fs.readdirSync(arm, { recursive: true, encoding: 'utf8' }).sort();
    const files = names.filter((file) => fs.statSync(join(arm, file)).isFile());
    return files.map((file) => [file, fs.readFileSync(join(arm, file), 'latin1')]);
  };

  long('ends in the same bytes stopped or not, serves what it trained, and says what was kept', async () => {
    const whole = place('whole');
    createTiny(whole);
    const { record } = await carryOutTiny(whole);
    const [first, second] = record.arms[0]!.iterations;
    expect(record.arms[0]!.state).toBe('finished');

    const stopped = place('stopped');
    createTiny(stopped);
    const stop = new AbortController();
    const options = {
      signal: stop.signal,
      tell: (event: { readonly kind: string }) => {
        if (event.kind === 'iteration-ended') stop.abort();
      },
    };
    await expect(carryOutTiny(stopped, options)).rejects.toThrow('stopped after training step');
    await carryOutTiny(stopped);
    expect(filesOf(stopped.path)).toEqual(filesOf(whole.path));

    const checkpoint = loadCheckpoint(new Folder(join(whole.path, 'ida')), second!.checkpoint);
    expect(checkpoint.lineage.teacher).toBe(teacher);
    const served = memo(await inspected(task, checkpoint, runtime!), task.key);
    const exams = checkpointExams(task, permutationPoweringExaminer);
    expect(await accuracy(served, permutationPoweringExaminer, exams)).toEqual(second!.accuracy);

    expect(first!.retention).toBeUndefined();
    const { copied, informationLoss, drift } = second!.retention!;
    expect(copied.n).toBeGreaterThan(0);
    expect(copied.low).toBeLessThanOrEqual(copied.value);
    expect(Math.abs(informationLoss)).toBeLessThan(1);
    expect(drift).toBeGreaterThan(0);
    expect(drift).toBeLessThan(1);
  });
});
