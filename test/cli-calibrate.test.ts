/** capstan calibrate, and what capstan ask says of a run that was calibrated. */

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
  expect(found).toMatchObject({ file: join(RUN, 'calibration.json'), risk: 0.1, reference: 'HCH_2' });
  const told = await capstan(['ask', RUN, 's^2(1) [2 3 4 5 6 7 0 1]']);
  expect(told.stdout).toMatch(/^(kept|a person should look).* right with 0\.\d{3}.*at level 2/m);
  expect(told.stdout).toContain(`checkpoint ${found.checkpoint}`);
  flipByte(join(RUN, 'calibration.json'), 300);
  expect(await capstan(['ask', RUN, 's^2(1)'])).toMatchObject({ status: 6 });
});
