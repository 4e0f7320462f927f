import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Folder } from '../storage/folder.ts';
import { type Seen, watchProject } from './watch.ts';

const home = fs.mkdtempSync(join(tmpdir(), 'capstan-watch-'));
const before = process.cwd();
const LOOK_MS = 5;

beforeAll(() => process.chdir(home));
afterAll(() => {
  process.chdir(before);
  fs.rmSync(home, { recursive: true, force: true });
});

test('what others change is told, and nothing while nothing changes', async () => {
  const write = (path: string, text: string) => new Folder('.').writeAtomic(path, text);
  write('ledger/journal/00000000.seg', 'a');
  write('runs/one/ida/state.json', '1');
  const told: Seen[] = [];
  const stop = watchProject(LOOK_MS, (seen) => told.push(seen));
  const pause = (looks: number) => new Promise((resolve) => setTimeout(resolve, looks * LOOK_MS));
  /** All that is told until nothing more is; of so many at least. */
  const settled = async (least = 0): Promise<readonly Seen[]> => {
    while (told.length < least) await pause(1);
    await pause(10);
    // What takes several steps may be seen in between.
    const names = new Set(told.splice(0).map((seen) => JSON.stringify(seen)));
    return [...names].toSorted().map((name) => JSON.parse(name) as Seen);
  };
  // Once it has looked for the first time.
  while (told.length === 0) {
    fs.appendFileSync('ledger/journal/00000000.seg', 'a');
    await pause(2);
  }
  await settled();
  expect(await settled()).toEqual([]);
  fs.appendFileSync('ledger/journal/00000000.seg', 'b');
  expect(await settled(1)).toEqual([{ what: 'ledger' }]);
  write('runs/one/ida/state.json', '2');
  expect(await settled(1)).toEqual([{ what: 'run', run: 'one' }]);
  write('runs/two/tree.json', '{}');
  write('ledger/halt', 'work-paused\n');
  expect(await settled(2)).toEqual([{ what: 'halt' }, { what: 'run', run: 'two' }]);
  write('runs/two/inbox/asked.jsonl', 'a\n');
  expect(await settled(2)).toEqual([{ what: 'inbox' }, { what: 'run', run: 'two' }]);
  fs.appendFileSync('runs/two/inbox/asked.jsonl', 'b\n');
  expect(await settled(1)).toEqual([{ what: 'inbox' }]);
  fs.writeFileSync('ledger/journal/lock', 'me');
  expect(await settled()).toEqual([]);
  fs.rmSync('runs/two', { recursive: true });
  expect(await settled(2)).toEqual([{ what: 'inbox' }, { what: 'run', run: 'two' }]);
  stop();
  fs.appendFileSync('ledger/journal/00000000.seg', 'c');
  expect(await settled()).toEqual([]);
});
