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

test('what others change is told, once, and nothing while nothing changes', async () => {
  const write = (path: string, text: string) => new Folder('.').writeAtomic(path, text);
  write('ledger/journal/00000000.seg', 'a');
  write('runs/one/ida/state.json', '1');
  const told: Seen[] = [];
  const stop = watchProject(LOOK_MS, (seen) => told.push(seen));
  const settled = async (): Promise<readonly Seen[]> => {
    const many = 20;
    await new Promise((resolve) => setTimeout(resolve, many * LOOK_MS));
    return told.splice(0);
  };
  /** What falls into a look is seen by the next one, too. */
  const kinds = async () => new Set((await settled()).map((seen) => JSON.stringify(seen)));
  const kindsOf = (...all: readonly Seen[]) => new Set(all.map((seen) => JSON.stringify(seen)));
  expect(await settled()).toEqual([]);
  fs.appendFileSync('ledger/journal/00000000.seg', 'b');
  expect(await settled()).toEqual([{ what: 'ledger' }]);
  write('runs/one/ida/state.json', '2');
  expect(await settled()).toEqual([{ what: 'run', run: 'one' }]);
  write('runs/two/tree.json', '{}');
  write('memory/trees.db', 'x');
  write('ledger/halt', 'work-paused\n');
  expect(await kinds()).toEqual(kindsOf({ what: 'halt' }, { what: 'memory' }, { what: 'run', run: 'two' }));
  write('runs/two/inbox/asked.jsonl', 'a\n');
  expect(await kinds()).toEqual(kindsOf({ what: 'inbox' }, { what: 'run', run: 'two' }));
  fs.appendFileSync('runs/two/inbox/asked.jsonl', 'b\n');
  expect(await kinds()).toEqual(kindsOf({ what: 'inbox' }));
  fs.writeFileSync('memory/lock', 'me');
  fs.writeFileSync('memory/trees.db-shm', 'me');
  expect(await settled()).toEqual([]);
  fs.rmSync('runs/two', { recursive: true });
  expect(await kinds()).toEqual(kindsOf({ what: 'inbox' }, { what: 'run', run: 'two' }));
  stop();
  fs.appendFileSync('ledger/journal/00000000.seg', 'c');
  expect(await settled()).toEqual([]);
});
