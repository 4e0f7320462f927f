/** Whatever a crash does to a journal, nothing acknowledged is lost: on a simulated disk that forgets what was not
 *  synced, and with processes killed on the real one. */

import { expect, test } from 'vitest';
import { Random } from '../src/base/random.ts';
import { Folder } from '../src/storage/folder.ts';
import { histories, SYNCS } from './crash/history.ts';
import { kills } from './crash/kill.ts';
import { SimulatedDisk } from './crash/simulated-disk.ts';

const HISTORIES = 500;
/** A missing sync violates more than 1 in 10 of them, a late one at least 1 in 50. */
const MUTANT_HISTORIES = 200;

test(`${HISTORIES} histories of appends, crashes and faults: none loses, changes or invents a record`, () => {
  const sum = histories(HISTORIES, 1);
  expect(sum.example).toBe('');
  expect(sum.violated).toBe(0);
  // The histories are worth something: each kind of trouble is in many.
  for (const seen of ['acknowledged', 'adopted', 'cut', 'segments', 'faults'] as const)
    expect(sum[seen], seen).toBeGreaterThan(HISTORIES / 10);
});

test.each(Object.keys(SYNCS))('without the sync of %s, histories are violated', (missing) => {
  expect(histories(MUTANT_HISTORIES, 1, missing).violated).toBeGreaterThan(3);
});

test('killed at any moment, a process has lost nothing that it acknowledged', async () => {
  const module = new URL('../src/storage/journal.ts', import.meta.url);
  const found = await kills(5, Random.seeded(1), module);
  expect(found.violations).toEqual([]);
  expect(found.acknowledged).toBeGreaterThan(5);
});

test('the simulated disk forgets a write, a name and a rename that were not synced, and no other', () => {
  const seen = { content: new Set<string>(), names: new Set<string>() };
  for (let seed = 0; seed < 200; seed++) {
    const simulated = new SimulatedDisk(Random.seeded(seed));
    const { disk } = simulated;
    const folder = new Folder('/', disk);
    folder.writeAtomic('kept', 'before');
    folder.writeAtomic('old', 'x');
    folder.append('kept', 'AFTER');
    disk.closeSync(disk.openSync('/new', 'w'));
    disk.renameSync('/old', '/moved');
    simulated.restart('kill');
    expect(folder.readText('kept')).toBe('beforeAFTER');
    simulated.restart('power');
    expect(folder.readText('kept')).toMatch(/^before/);
    seen.content.add(folder.readText('kept').slice(6));
    seen.names.add(folder.list().join(' '));
  }
  expect(seen.content).toContain('');
  expect(seen.content).toContain('AFTER');
  expect(seen.content).toContain('AFT');
  expect(seen.content).toContain('\0\0\0\0\0');
  expect([...seen.names].sort()).toEqual(['kept moved', 'kept moved new', 'kept new old', 'kept old']);
});
