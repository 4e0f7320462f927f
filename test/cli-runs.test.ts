/** The list of runs, of both kinds: what each is, how far it got, and when it began. */

import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { capstan, capstanAtWork, PATIENCE_MS, SCRATCH } from './command.ts';

const AUDIT = fileURLToPath(new URL('../examples/audit.ts', import.meta.url));
const ARGS = ['audit.ts', '--document', 'two.ts', '--quiet'];
const SMALL = 'permutation-powering --size 8 --powers 4 --replicas 1 --quiet --max-steps 2 --run runs/learns';

interface Listed {
  readonly name: string;
  readonly state: string;
  readonly waiting: number;
}
const listed = async (): Promise<readonly Listed[]> => JSON.parse((await capstan(['runs', '--json'])).stdout);
const stateOf = async (name: string) => {
  const { state, waiting } = (await listed()).find((row) => row.name === name)!;
  return [state, waiting];
};
const text = async (): Promise<string> => (await capstan(['runs'])).stdout;

beforeAll(() => {
  cpSync(AUDIT, join(SCRATCH, 'audit.ts'));
  writeFileSync(
    join(SCRATCH, 'two.ts'),
    'function one() {\n  eval(input);\n}\nfunction two() {\n  return 2;\n}\n',
  );
});

test(
  'has a recipe that was answered, one that waits for so many, one that can go on, and one that learns, by name',
  async () => {
    const began = new Date().toISOString();
    await capstan(['run', ...ARGS, '--question', 'Is it safe?', '--run', 'runs/audit']);
    await capstan(['run', ...SMALL.split(' ')]);
    await capstan(['run', ...ARGS, '--assistant', 'person', '--question', 'Really?', '--run', 'runs/waits']);
    expect(await listed()).toMatchObject([
      {
        name: 'audit',
        path: 'runs/audit',
        state: 'answered',
        questions: 3,
        recipe: 'audit.ts',
        question: 'Is it safe?',
      },
      { name: 'learns', state: 'gate-failed', steps: 2, task: 'permutation-powering' },
      { name: 'waits', state: 'waiting', waiting: 2, questions: 3 },
    ]);
    for (const { started } of (await listed()) as unknown as readonly { readonly started: string }[])
      expect(started > began && started < new Date().toISOString()).toBe(true);
    expect(await text()).toMatch(
      /^audit {3}answered {6} +3 questions {2}begun \d{4}-\d\d-\d\d \d\d:\d\d {2}Is it safe\?\nlearns .*2 steps .*\nwaits {3}waiting for 2 +3 questions .*Really\?\n$/,
    );
    const items: readonly { readonly key: string }[] = JSON.parse(
      (await capstan(['inbox', '--json'])).stdout,
    );
    await capstan(['inbox', items[0]!.key, '--reply', 'yes']);
    expect(await stateOf('waits')).toEqual(['waiting', 1]);
    await capstan(['inbox', items[1]!.key, '--reply', 'no']);
    expect(await text()).toMatch(/waits {3}can go on/);
    expect((await capstan(['run', '--resume', 'waits'])).status).toBe(0);
    expect(await stateOf('waits')).toEqual(['answered', 0]);
  },
  PATIENCE_MS,
);

test(
  'says of one that rests with --wait what it waits for, and of one that was killed at work that it is unfinished',
  async () => {
    const args = [
      'run',
      'audit.ts',
      '--document',
      'two.ts',
      '--assistant',
      'person',
      '--question',
      'Now?',
      '--wait',
    ];
    const work = capstanAtWork([...args, '--run', 'runs/rests']);
    await work.said(/waiting for 2/);
    expect(await stateOf('rests')).toEqual(['waiting', 2]);
    work.process.kill('SIGKILL');
    await work.ended;
    expect(await stateOf('rests')).toEqual(['waiting', 2]); // it does, whether or not a process does
    rmSync(join(SCRATCH, 'runs/rests/waiting.json')); // as it is while it is at work
    expect(await stateOf('rests')).toEqual(['unfinished', 0]);
    expect((await capstan(['run', '--resume', 'rests', '--quiet'])).status).toBe(0);
    expect(await stateOf('rests')).toEqual(['waiting', 2]);
  },
  PATIENCE_MS,
);

test('names what is damaged, and lists the others', async () => {
  writeFileSync(join(SCRATCH, 'runs/audit/tree.json'), '{}');
  expect(await stateOf('audit')).toEqual(['damaged', 0]);
  expect(await text()).toMatch(/audit +damaged .*runs\/audit\/tree\.json: expected format/);
});
