/** capstan calibrate and capstan audit, what capstan ask says of a run that was calibrated, and that all of it is on the ledger. */

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { capstan, flipByte, lastLine, PATIENCE_MS, SCRATCH } from './command.ts';
import { carryOutTiny, createTiny, entriesOf } from './tiny-run.ts';

const [RUN, LEDGER] = [join(SCRATCH, 'tiny'), join(SCRATCH, 'ledger')];

beforeAll(async () => {
  createTiny({ path: RUN });
  await carryOutTiny({ path: RUN, ledger: LEDGER });
}, PATIENCE_MS);

const verified = () => capstan(['ledger', 'verify', RUN]);
const inRun = (name: string) => join(RUN, name);
/** A sheet on which everything is wrong. */
const fillIn = (sheet: string) =>
  writeFileSync(sheet, readFileSync(sheet, 'utf8').replaceAll('"right":null', '"right":false'));

test('after «calibrate», «ask» says whether a person should look; the next one has to help; both are on the ledger', async () => {
  const calibrate = ['calibrate', RUN, '--risk', '0.1', '--contexts', '30'];
  const done = await capstan([...calibrate, '--json']);
  expect(done, done.stderr).toMatchObject({ status: 0 });
  const found = lastLine(done.stdout);
  expect(found).toMatchObject({ file: inRun('calibration.json'), risk: 0.1, reference: 'HCH_1' });
  const told = await capstan(['ask', RUN, 's^2(1) [2 3 4 5 6 7 0 1]']);
  expect(told.stdout).toMatch(/^(kept|a person should look).* right with 0\.\d{3}.*at level 2/m);
  expect(told.stdout).toContain(`checkpoint ${found.checkpoint}`);
  const before = readFileSync(inRun('calibration.json'));
  expect((await capstan(calibrate)).stdout).toMatch(
    /^(accepted|refused) +Brier 0\.\d{4} with what was in force, 0\.\d{4} fitted now, [+−]0\.\d{4} \([+−]/m,
  );
  const why = await capstan(['ledger', 'why', String(found.checkpoint).slice(0, 12)]);
  expect(why.stdout).toMatch(/#\d+ calibrated again by H, asked by person:\S+: .* at most, .* for a person/);
  expect(why.stdout).toMatch(/#\d+ calibrated by H, asked by person:\S+: \d/);

  flipByte(inRun('calibration.json'), 300);
  const said = { status: 6, stderr: expect.stringContaining('calibration.json: expected ') };
  expect(await verified()).toMatchObject(said);
  expect(await capstan(calibrate)).toMatchObject(said); // nobody builds on it
  expect(await capstan(['ask', RUN, 's^2(1)'])).toMatchObject({ status: 6 });
  flipByte(inRun('calibration.json'), 300);
  // Killed between the entry and its file: nothing is lost, and whoever measures next sees to it, here in the next test.
  renameSync(inRun('calibration.json'), inRun('calibration.next.json'));
  writeFileSync(inRun('calibration.json'), before);
  expect(await verified()).toMatchObject({ status: 0, stdout: expect.stringContaining('measuring again') });
});

test('«audit» has H check some answers, or a person by a sheet, who is on the ledger by name', async () => {
  const sheet = join(SCRATCH, 'sheet.jsonl');
  const byH = await capstan(['audit', RUN, '--audits', '60', '--json']);
  expect(byH, byH.stderr).toMatchObject({ status: 0 });
  const found = lastLine(byH.stdout);
  expect(found).toMatchObject({ judge: 'H', levels: [{ level: 1 }, { level: 2 }, { level: 3 }] });
  const person = ['audit', RUN, '--audits', '30', '--person', sheet];
  expect((await capstan(person)).stdout).toContain('say in each line whether it is right');
  fillIn(sheet);
  expect(await capstan(['audit', RUN, '--as', 'ada'])).toMatchObject({ status: 2 }); // H judges
  await capstan(['people', 'add', 'ada', '--role', 'overseer', 'operator']);
  expect(await capstan(person)).toMatchObject({ status: 9, stderr: expect.stringContaining('--as NAME') });
  const bySheet = await capstan([...person, '--as', 'ada', '--json']);
  expect(lastLine(bySheet.stdout)).toMatchObject({
    judge: 'person',
    rate: { value: expect.closeTo(1, 1), high: 1 },
  });
  const last = entriesOf(LEDGER).at(-1)!;
  expect(last).toMatchObject({
    ...{ kind: 'model-audited', actor: { id: 'person:ada', kind: 'person' } },
    ...{ figures: { audits: 30 }, words: { judge: 'person' } },
    subjects: [{ name: 'audits.json' }, { name: 'checkpoint', sha256: found.model }, { name: 'sheet' }],
  });
  expect(last.signed).toHaveLength(1);
  const { records } = JSON.parse(readFileSync(inRun('audits.json'), 'utf8')).content;
  expect(records.map(({ judge }: { judge: string }) => judge)).toEqual(['H', 'person']);
  for (const { audits } of records)
    for (const { probability } of audits) expect(probability > 0 && probability <= 1).toBe(true);
  expect(await verified()).toMatchObject({ status: 0, stdout: expect.not.stringContaining('unrecorded') });
});

test('«calibrate» by a person’s sheet asks as little as the contexts wanted, and says who judged', async () => {
  const sheet = join(SCRATCH, 'confidence.jsonl');
  const calibrate = ['calibrate', RUN, '--risk', '0.2', '--contexts', '5', '--person', sheet, '--as', 'ada'];
  expect((await capstan(calibrate)).stdout).toContain('say in each line whether it is right');
  // Three levels, one question about each context, and what X and H say of it where they differ.
  expect(readFileSync(sheet, 'utf8').trim().split('\n').length).toBeLessThanOrEqual(2 * 3 * (3 + 5 + 3));
  fillIn(sheet);
  const done = await capstan([...calibrate, '--json']);
  expect(done, done.stderr).toMatchObject({ status: 0 });
  expect(lastLine(done.stdout)).toMatchObject({ reference: 'a person', recalibration: { round: 2 } });
  expect(entriesOf(LEDGER).at(-1)).toMatchObject({
    ...{ kind: 'model-calibrated', actor: { id: 'person:ada' }, words: { judge: 'person', cause: 'asked' } },
    signed: [{ key: expect.stringMatching(/^ada\+/) }],
  });
  expect(await verified()).toMatchObject({ status: 0 });
});
