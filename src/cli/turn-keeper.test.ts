import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { offer, writeRun } from '../../test/desk/project.ts';
import { LEDGER } from '../project/home.ts';
import { ProjectLog } from '../project/log.ts';
import { Changes } from '../server/changes.ts';
import { TurnKeeper } from './turn-keeper.ts';

test('turns go on after a write that failed, as once a full disk has room', async () => {
  const before = process.cwd();
  const home = mkdtempSync(join(tmpdir(), 'capstan-keeper-'));
  process.chdir(home);
  const keeper = new TurnKeeper(new Changes('e'), new ProjectLog(LEDGER), 0);
  try {
    writeRun('one');
    const [key = ''] = await offer('one', 1);
    const { held } = await keeper.open().desk.next('person:ada');
    const broken = {
      revision: 1,
      toJSON() {
        throw new Error('no space left');
      },
    };
    await expect(keeper.open().desk.draft('person:ada', key, broken)).rejects.toThrow('no space left');
    expect((await keeper.open().desk.next('person:ada')).held).toMatchObject({
      item: key,
      token: held!.token,
    });
  } finally {
    await keeper.close();
    process.chdir(before);
    rmSync(home, { recursive: true });
  }
});
