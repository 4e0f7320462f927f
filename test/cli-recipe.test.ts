/** Recipes, trees that wait, the inbox and corrections, as a person meets them. */

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { capstan, capstanAtWork, PATIENCE_MS, SCRATCH } from './command.ts';

const EXAMPLES = fileURLToPath(new URL('../examples/', import.meta.url));
const AUDIT = ['run', 'audit.ts', '--document', 'two.ts'];
const TWO = 'function one() {\n  eval(input);\n}\nfunction two() {\n  return 2;\n}\n';

const run = async (...args: readonly string[]) => capstan(args);
const json = async (...args: readonly string[]) => JSON.parse((await capstan([...args, '--json'])).stdout);
const nodesOf = (name: string): readonly TranscriptNode[] =>
  readFileSync(join(SCRATCH, 'runs', name, 'transcript.jsonl'), 'utf8')
    .split('\n')
    .slice(1, -1) // after the header
    .map((line) => JSON.parse(line));
const waiting = async (): Promise<readonly string[]> =>
  (await json('inbox')).map(({ key }: { key: string }) => key.slice(0, 10));

beforeAll(() => {
  for (const name of ['audit.ts', 'summarise.ts', 'picnic.ts'])
    cpSync(join(EXAMPLES, name), join(SCRATCH, name));
  writeFileSync(join(SCRATCH, 'two.ts'), TWO);
});

describe('a recipe', () => {
  test('that comes with the package has at most forty lines, and needs nothing else', async () => {
    for (const name of ['audit.ts', 'summarise.ts', 'picnic.ts'])
      expect(readFileSync(join(EXAMPLES, name), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    const audited = await run(...AUDIT, '--run', 'runs/plain');
    expect(audited.status).toBe(0);
    expect(audited.stdout).toContain('two.ts#1: eval');
    const long = 'It rained for days. Nobody came. '.repeat(120);
    writeFileSync(join(SCRATCH, 'long.txt'), long);
    const summary = await json('run', 'summarise.ts', '--document', 'long.txt', '--run', 'runs/long');
    expect(summary.answer.value).toContain('It rained for days.');
    expect(summary.answer.value.length).toBeLessThan(long.length / 4);
    expect(summary.nodes).toBeGreaterThan(3);
  });

  test('of a first tree has a mistake that nobody notices, and a question for a person', async () => {
    const { stdout } = await run('run', 'picnic.ts', '--escalate', 'person', '--run', 'runs/picnic');
    expect(stdout).toMatch(/half price today: how much\?\n {2}→ 14 /);
    expect(stdout).toMatch(/waiting for 1 .*: .*capstan(\.js)? inbox\n.*browser.*capstan(\.js)? serve\n/);
    const [key] = (await waiting()) as [string];
    await run('inbox', key, '--reply', '10');
    expect((await json('run', '--resume', 'picnic')).answer.value).toBe('54');
  });

  test.each([
    [['run', 'none.ts'], 3, 'expected a recipe, found no file'],
    [['run', 'two.ts'], 2, 'input is not defined|expected an exported «recipe»'],
    [['run', 'audit.ts', '--overseer', 'Ada'], 2, 'expected one of script, person'],
    [['run', 'audit.ts', '--assistant', 'nobody at all'], 2, 'expected one of program, nobody, person'],
    [['run', 'audit.ts', '--document', 'gone.txt'], 3, 'gone.txt'],
    [['run', 'audit.ts', '--depth', '-1'], 2, 'expected an integer from 0 to 1000'],
  ])('that cannot be run says why: %s', async (args, status, words) => {
    const ended = await run(...args);
    expect(ended.stderr).toMatch(new RegExp(words));
    expect(ended.status).toBe(status);
  });

  test('that was changed since is refused, and nothing is lost', async () => {
    await run(...AUDIT, '--assistant', 'person', '--run', 'runs/changed');
    const text = readFileSync(join(SCRATCH, 'audit.ts'), 'utf8');
    writeFileSync(join(SCRATCH, 'audit.ts'), `${text}\n`);
    const ended = await run('run', '--resume', 'changed');
    writeFileSync(join(SCRATCH, 'audit.ts'), text);
    expect([ended.status, ended.stderr]).toEqual([9, expect.stringContaining('it was changed')]);
    expect((await run('run', '--resume', 'changed')).status).toBe(0);
    for (const key of await waiting()) await run('inbox', key, '--unknown');
  });
});

describe('the inbox', () => {
  test('holds what waits for a person, whose action is on the ledger; the run goes on from it', async () => {
    const resting = await run(
      ...AUDIT,
      '--question',
      'Is it safe?',
      '--assistant',
      'person',
      '--run',
      'runs/people',
    );
    expect(resting.stdout).toMatch(/waiting for 2 \(2 in the inbox\)/);
    const [one, two] = (await waiting()) as [string, string];
    expect((await run('inbox', one)).stdout).toContain('Is it safe?');
    expect((await run('inbox', one, '--skip')).stdout).toContain('skipped');
    expect((await waiting())[1]).toBe(two === one ? one : (await waiting())[1]);
    const both = await run('inbox', one, '--reply', 'no', '--unknown');
    expect([both.status, both.stderr]).toEqual([2, expect.stringContaining('got 2')]);
    expect((await run('inbox', one, '--correct', '1', '--answer', 'x')).stderr).toContain('1 to 0, got 1');
    expect((await run('inbox', one, '--answer', 'x')).stderr).toContain('expected --correct with it');
    expect((await run('inbox', one, '--confidence', '.5')).stderr).toContain('expected --reply with it');
    const other = await run('run', '--resume', 'people', '--assistant', 'nobody');
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('got --assistant')]);
    expect((await run('inbox', one, '--accept')).stderr).toContain('expected one with a proposal');
    expect((await run('inbox', one, '--reply', 'eval runs anything', '--seconds', '40')).status).toBe(0);
    expect((await run('inbox', one, '--reply', 'again')).status).toBe(3); // it waits no more
    await run('inbox', two, '--reply', 'nothing');
    const ended = await json('run', '--resume', 'people');
    expect(ended.answer.value).toBe('two.ts#1: eval runs anything');
    const step = nodesOf('people').find(({ question }) => question.documents![0]!.name === 'two.ts#1')!
      .steps[0]!;
    expect(step).toMatchObject({ by: { kind: 'person' }, spent: { seconds: 40 } });
    const entries = await json('ledger', 'list');
    expect(entries[step.entry!]).toMatchObject({
      kind: 'action-taken',
      run: 'people',
      words: { action: 'reply' },
    });
    expect((await run('ledger', 'verify')).status).toBe(0);
    const audit = await json('ledger', 'verify', 'runs/people');
    expect(audit).toEqual({ run: 'people', nodes: 3, people: 2, recorded: 0, isOpen: false });
    const file = join(SCRATCH, 'runs/people/transcript.jsonl');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('eval runs anything', 'eval runs nothing!'));
    const forged = await run('ledger', 'verify', 'runs/people');
    expect([forged.status, forged.stderr]).toEqual([
      6,
      expect.stringContaining('transcript.jsonl: expected hash'),
    ]);
    writeFileSync(file, text);
  });

  test('keeps what was on the ledger when the program died before it took effect', async () => {
    await run(...AUDIT, '--question', 'Any doubts?', '--assistant', 'person', '--run', 'runs/died');
    const [one, two] = (await waiting()) as [string, string];
    cpSync(join(SCRATCH, 'memory'), join(SCRATCH, 'memory-before'), { recursive: true });
    await run('inbox', one, '--reply', 'none that I see');
    rmSync(join(SCRATCH, 'memory'), { recursive: true });
    cpSync(join(SCRATCH, 'memory-before'), join(SCRATCH, 'memory'), { recursive: true });
    expect(await waiting()).toEqual([two]);
    await run('inbox', two, '--reply', 'nothing');
    expect((await json('run', '--resume', 'died')).answer.value).toContain('none that I see');
  });

  test('lets a person break a question down, and answer what is asked', async () => {
    const args = ['run', 'audit.ts', '--overseer', 'person', '--assistant', 'nobody'];
    await run(...args, '--question', 'Does it rain?', '--run', 'runs/asked');
    const [root] = (await waiting()) as [string];
    await run('inbox', root, '--ask', 'Is it wet?', '--ask', 'Is it cold?');
    expect((await json('run', '--resume', 'asked')).waiting).toHaveLength(2);
    for (const key of await waiting()) await run('inbox', key, '--reply', 'yes');
    await run('run', '--resume', 'asked');
    const [again] = (await waiting()) as [string];
    expect((await run('inbox', again)).stdout).toMatch(/1\. Is it wet\?\s+→ yes/);
    // The second answer was wrong: what is seen there is another workspace.
    await run('inbox', again, '--correct', '2', '--answer', 'no');
    await run('run', '--resume', 'asked');
    const [after] = (await waiting()) as [string];
    expect(after).not.toBe(again);
    expect((await run('inbox', after)).stdout).toMatch(/2\. Is it cold\?\s+→ no/);
    await run('inbox', after, '--reply', 'it rains');
    expect((await json('run', '--resume', 'asked')).answer.value).toBe('it rains');
    expect(nodesOf('asked').filter(({ corrected }) => corrected)).toHaveLength(1);
  });

  test(
    'is waited for with --wait, and what comes in goes on at once',
    async () => {
      const args = [
        ...AUDIT,
        '--question',
        'Well?',
        '--assistant',
        'person',
        '--wait',
        '--run',
        'runs/waits',
      ];
      const work = capstanAtWork(args);
      await work.said(/waiting for 2/);
      const second = await run(...AUDIT, '--question', 'And?', '--run', 'runs/second');
      expect(second.status).toBe(0); // who waits is in nobody's way
      for (const key of await waiting()) await run('inbox', key, '--reply', 'fine');
      const { status, stdout } = await work.ended;
      expect([status, stdout]).toEqual([0, expect.stringContaining('two.ts#2: fine')]);
    },
    PATIENCE_MS,
  );
});

test('a corrected node changes what leaned on it and nothing else, and both are shown', async () => {
  await run(...AUDIT, '--question', 'And now?', '--run', 'runs/corrected');
  const node = nodesOf('corrected').find(({ question }) => question.documents![0]!.name === 'two.ts#2')!;
  const said = await run(
    ...['correct', node.id.slice(0, 10), '--run', 'corrected', '--answer', 'returns 2', '--reason', 'seen'],
  );
  expect(said.stdout).toMatch(/before\s+nothing\n\s+after\s+returns 2/);
  expect(said.stdout).toContain('2 of 3 answers changed');
  expect(nodesOf('corrected')[0]!.answer).toMatchObject({ value: 'two.ts#1: eval\ntwo.ts#2: returns 2' });
  expect((await run('ledger', 'verify', 'runs/corrected')).stdout).toContain('3 questions, 1 acts of people');
  expect((await run('correct', 'zz', '--run', 'corrected', '--answer', 'x', '--reason', 'y')).status).toBe(3);
});
