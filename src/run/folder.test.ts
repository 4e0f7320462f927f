import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from '../storage/lock.ts';
import { configure } from './configuration.ts';
import { createRun, findRun, freshPath, listRuns, openRun, type RunFile } from './folder.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'capstan-run-'));
let home = root;
beforeEach(() => {
  home = fs.mkdtempSync(join(root, 'home-'));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const FILE: RunFile = {
  configuration: configure({ task: 'permutation-powering', size: 8 }),
  baselines: true,
  started: '2026-01-02T03:04:05.000Z',
  command: 'capstan run permutation-powering --size 8',
  version: '1.2.3',
};
const code = (name: string) => expect.objectContaining({ code: name });
const at = (name: string) => join(home, name);

describe('a run that is created', () => {
  test('is opened as it was, in a folder that is made with its parents', () => {
    createRun(at('deep/down/run'), FILE);
    const { folder, file } = openRun(at('deep/down/run'));
    expect(file).toEqual(FILE);
    expect(folder.path).toBe(at('deep/down/run'));
    expect(fs.readdirSync(folder.path)).toEqual(['run.json']);
  });

  test('takes an empty folder', () => {
    fs.mkdirSync(at('empty'));
    createRun(at('empty'), FILE);
    expect(openRun(at('empty')).file.version).toBe('1.2.3');
  });

  test.each(['run.json', 'record.json', 'thesis.tex'])(
    'leaves alone a folder in which there is %s',
    (name) => {
      fs.mkdirSync(at('full'));
      fs.writeFileSync(at(`full/${name}`), 'mine');
      expect(() => createRun(at('full'), FILE)).toThrow(code('exists'));
      expect(() => createRun(at('full'), FILE)).toThrow(/expected a new or empty folder; .*--resume/);
      expect(fs.readdirSync(at('full'))).toEqual([name]);
      expect(fs.readFileSync(at(`full/${name}`), 'utf8')).toBe('mine');
    },
  );

  test('is not created twice', () => {
    createRun(at('run'), FILE);
    expect(() => createRun(at('run'), { ...FILE, version: '2.0.0' })).toThrow(code('exists'));
    expect(openRun(at('run')).file.version).toBe('1.2.3');
  });

  test('waits for nobody: a folder that a process holds is refused', () => {
    const lock = lockFolder(at('held'));
    expect(() => createRun(at('held'), FILE)).toThrow(code('locked'));
    lock.release();
    createRun(at('held'), FILE);
  });

  test('never takes the place of a file', () => {
    fs.writeFileSync(at('file'), 'mine');
    expect(() => createRun(at('file'), FILE)).toThrow(code('storage'));
    expect(fs.readFileSync(at('file'), 'utf8')).toBe('mine');
  });
});

describe('several processes', () => {
  /** Creates a run where it is told to, all at the same moment. */
  const CHILD = [
    ...['--import', 'tsx', '--input-type=module', '-e'],
    `import { createRun } from ${JSON.stringify(new URL('./folder.ts', import.meta.url).href)};
    process.on('message', ({ path, at, file }) => {
      while (Date.now() < at);
      try {
        createRun(path, file);
        process.send('created');
      } catch (error) {
        process.send(error.code ?? String(error));
      }
    });
    process.send('up');`,
  ];
  let racers: readonly ChildProcess[] = [];
  beforeAll(async () => {
    racers = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const child = spawn(process.execPath, CHILD, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
        await once(child, 'message');
        return child;
      }),
    );
  });
  afterAll(() => {
    for (const racer of racers) racer.disconnect();
  });

  test('that race for one folder: one creates the run, and the others say why not', async () => {
    for (let round = 0; round < 15; round++) {
      const path = at(`run-${round}`);
      const start = Date.now() + 10;
      const outcomes = await Promise.all(
        racers.map(async (racer, i) => {
          const reply = once(racer, 'message');
          racer.send({ path, at: start, file: { ...FILE, command: `racer ${i}` } });
          return String((await reply)[0]);
        }),
      );
      const winner = outcomes.indexOf('created');
      expect(outcomes.filter((outcome) => !/^(exists|locked)$/.test(outcome))).toEqual(['created']);
      expect(openRun(path).file.command).toBe(`racer ${winner}`);
      expect(fs.readdirSync(path)).toEqual(['run.json']);
    }
  });
});

describe('a folder that is no run', () => {
  test('is not found, with what to look for', () => {
    for (const path of [at('missing'), home])
      expect(() => openRun(path)).toThrow(
        expect.objectContaining({
          code: 'not-found',
          message: `${path}: expected a run folder, found no run.json; «capstan runs» lists runs`,
        }),
      );
  });

  test.each([
    ['nothing', ''],
    ['half a file', '{"format":"capstan-run-1","conf'],
    ['no object', 'null'],
    ['another format', '{"format":"capstan-run-9"}'],
    ['no format', '{}'],
    ['a format and nothing else', '{"format":"capstan-run-1"}'],
    ['a list', '[]'],
    ['no hash', '{"format":"capstan-run-1","content":{}}'],
    ['no content', `{"format":"capstan-run-1","sha256":"${'0'.repeat(64)}"}`],
  ])('because run.json holds %s is corrupt, and the file is named', (_, text) => {
    fs.mkdirSync(at('run'));
    fs.writeFileSync(at('run/run.json'), text);
    expect(() => openRun(at('run'))).toThrow(code('corrupt'));
    expect(() => openRun(at('run'))).toThrow(`${at('run')}/run.json: `);
  });
});

test.each([
  ['another seed', '"seed": 1', '"seed": 2'],
  ['another number of heads', '"heads": 4', '"heads": 2'],
  ['baselines left out', '"baselines": true', '"baselines": false'],
  ['an option more', '"replicas"', '"more": 1, "replicas"'],
  ['an option less', '"averageHorizon": 50', '"averageHorizonn": 50'],
])('a run file altered by hand, %s, is corrupt, and the file is named', (_, before, after) => {
  createRun(at('run'), FILE);
  const text = fs.readFileSync(at('run/run.json'), 'utf8');
  expect(text).toContain(before);
  fs.writeFileSync(at('run/run.json'), text.replace(before, after));
  expect(() => openRun(at('run'))).toThrow(code('corrupt'));
  expect(() => openRun(at('run'))).toThrow(/run\/run\.json: expected content with hash [0-9a-f]{64}/);
});

test('a run file that is only written otherwise, and says the same, is whole', () => {
  createRun(at('run'), FILE);
  const text = fs.readFileSync(at('run/run.json'), 'utf8');
  const { content, ...seal } = JSON.parse(text);
  const turned = Object.fromEntries(Object.entries(content).reverse());
  fs.writeFileSync(at('run/run.json'), JSON.stringify({ content: turned, ...seal }));
  expect(openRun(at('run')).file).toEqual(FILE);
});

describe('runs', () => {
  test('are listed by name, and nothing else is', () => {
    createRun(at('b'), FILE);
    createRun(at('a'), FILE);
    fs.mkdirSync(at('other'));
    fs.writeFileSync(at('notes.txt'), '');
    expect(listRuns(home)).toEqual([
      { name: 'a', path: `${home}/a` },
      { name: 'b', path: `${home}/b` },
    ]);
    expect(listRuns(at('missing'))).toEqual([]);
  });

  test('get a name that is free', () => {
    expect(freshPath(home, 'run')).toBe(`${home}/run`);
    for (const expected of ['run', 'run-2', 'run-3']) {
      const path = freshPath(home, 'run');
      expect(path).toBe(`${home}/${expected}`);
      createRun(path, FILE);
    }
    fs.rmSync(at('run-2'), { recursive: true });
    expect(freshPath(home, 'run')).toBe(`${home}/run-2`);
  });

  test('are found by their path, or else by their name', () => {
    createRun(at('named'), FILE);
    expect(findRun(home, 'named')).toBe(`${home}/named`);
    expect(findRun(home, at('named'))).toBe(at('named'));
    expect(findRun(home, at('missing'))).toBe(at('missing')); // to be opened, which says what is missing
  });
});
