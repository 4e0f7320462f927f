/** capstan calibrate and capstan audit, what capstan ask says of a run that was calibrated, and that all of it verifies. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { capstan, flipByte, lastLine, PATIENCE_MS, SCRATCH } from './command.ts';
import { carryOutTiny, createTiny } from './tiny-run.ts';

const RUN = join(SCRATCH, 'tiny');

beforeAll(async () => {
  createTiny({ path: RUN });
  await carryOutTiny({ path: RUN, ledger: join(SCRATCH, 'ledger') });
}, PATIENCE_MS);

test('after «calibrate», «ask» says whether a person should look, and refuses what was altered', async () => {
  const done = await capstan(['calibrate', RUN, '--risk', '0.1', '--contexts', '30', '--json']);
  expect(done, done.stderr).toMatchObject({ status: 0 });
  const found = lastLine(done.stdout);
  expect(found).toMatchObject({ file: join(RUN, 'calibration.json'), risk: 0.1, reference: 'HCH_1' });
  const told = await capstan(['ask', RUN, 's^2(1) [2 3 4 5 6 7 0 1]']);
  expect(told.stdout).toMatch(/^(kept|a person should look).* right with 0\.\d{3}.*at level 2/m);
  expect(told.stdout).toContain(`checkpoint ${found.checkpoint}`);
  expect(await capstan(['ledger', 'verify', RUN])).toMatchObject({ status: 0 });
  flipByte(join(RUN, 'calibration.json'), 300);
  expect(await capstan(['ledger', 'verify', RUN])).toMatchObject({ status: 6 });
  expect(await capstan(['ask', RUN, 's^2(1)'])).toMatchObject({ status: 6 });
});

test('«audit» has H check some answers, or a person by a sheet, and keeps what was checked with its probability', async () => {
  rmSync(join(RUN, 'calibration.json'), { force: true });
  const sheet = join(SCRATCH, 'sheet.jsonl');
  const byH = await capstan(['audit', RUN, '--audits', '60', '--json']);
  expect(byH, byH.stderr).toMatchObject({ status: 0 });
  const found = lastLine(byH.stdout);
  expect(found).toMatchObject({ judge: 'H', levels: [{ level: 1 }, { level: 2 }, { level: 3 }] });
  const person = ['audit', RUN, '--audits', '30', '--person', sheet];
  expect((await capstan(person)).stdout).toContain('say in each line whether it is right');
  const unsaid = await capstan(person);
  expect(unsaid).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('sheet, line 1: expected right'),
  });
  writeFileSync(sheet, readFileSync(sheet, 'utf8').replaceAll('"right":null', '"right":false'));
  const bySheet = await capstan([...person, '--json']);
  expect(lastLine(bySheet.stdout)).toMatchObject({
    judge: 'person',
    rate: { value: expect.closeTo(1, 1), high: 1 },
  });
  const { records } = JSON.parse(readFileSync(join(RUN, 'audits.json'), 'utf8')).content;
  expect(records.map(({ judge }: { judge: string }) => judge)).toEqual(['H', 'person']);
  for (const { audits } of records)
    for (const { probability } of audits) expect(probability > 0 && probability <= 1).toBe(true);
  expect(await capstan(['ledger', 'verify', RUN])).toMatchObject({ status: 0 });
});
