/** Several trees of one project at a time: whoever waits for people lets others go on, and nobody is in anybody's way. */

import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { lockFolder } from '../src/storage/lock.ts';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { capstan, capstanAtWork, PATIENCE_MS, SCRATCH } from './command.ts';

const AUDIT = fileURLToPath(new URL('../examples/audit.ts', import.meta.url));
const ARGS = ['run', 'audit.ts', '--document', 'two.ts', '--assistant', 'person'];

beforeAll(() => {
  cpSync(AUDIT, join(SCRATCH, 'audit.ts'));
  writeFileSync(
    join(SCRATCH, 'two.ts'),
    'function one() {\n  eval(input);\n}\nfunction two() {\n  return 2;\n}\n',
  );
});

const growing = (question: string, run: string, ...more: readonly string[]) =>
  capstanAtWork([...ARGS, '--question', question, '--run', `runs/${run}`, ...more]);
const waiting = async (run: string): Promise<readonly string[]> =>
  JSON.parse((await capstan(['inbox', '--json'])).stdout)
    .filter((item: { run: string }) => item.run === run)
    .map(({ key }: { key: string }) => key.slice(0, 10));
const reply = async (run: string, text: string): Promise<void> => {
  for (const key of await waiting(run))
    expect(await capstan(['inbox', key, '--reply', text])).toMatchObject({ status: 0 });
};
const nodesOf = (run: string): readonly TranscriptNode[] =>
  readFileSync(join(SCRATCH, `runs/${run}/transcript.jsonl`), 'utf8')
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line));

describe('while a tree waits for people', () => {
  test(
    'others grow: two wait side by side, a third comes to its end, and each goes on by its own answers',
    async () => {
      const one = growing('Well?', 'one', '--wait');
      await one.said(/waiting for 2/);
      const two = growing('And?', 'two', '--wait');
      await two.said(/waiting for 2/);
      const third = await capstan(['run', 'audit.ts', '--document', 'two.ts', '--run', 'runs/third']);
      expect(third).toMatchObject({ status: 0, stderr: expect.stringMatching(/^in a browser: .* serve\n$/) });
      await reply('two', 'so');
      expect(await two.ended).toMatchObject({ status: 0, stdout: expect.stringContaining('two.ts#2: so') });
      await reply('one', 'fine');
      const { status, stdout, stderr } = await one.ended;
      expect([status, stdout]).toEqual([0, expect.stringContaining('two.ts#2: fine')]);
      expect(stderr.match(/waiting for 2/g)).toHaveLength(1); // whatever others wrote meanwhile
      for (const run of ['one', 'two', 'third'])
        expect(await capstan(['ledger', 'verify', `runs/${run}`])).toMatchObject({ status: 0 });
    },
    PATIENCE_MS,
  );

  test(
    'an answer in it is corrected, and it goes on from there',
    async () => {
      const work = growing('Is it?', 'corrected', '--wait');
      await work.said(/waiting for 2/);
      const [first] = (await waiting('corrected')) as [string];
      await capstan(['inbox', first, '--reply', 'eval is fine']);
      await work.said(/waiting for 1/);
      const node = nodesOf('corrected').find(({ answer }) => answer?.kind === 'known')!;
      const given = ['correct', node.id.slice(0, 10), '--run', 'corrected', '--answer', 'eval runs anything'];
      const corrected = await capstan([...given, '--reason', 'seen']);
      expect(corrected).toMatchObject({ status: 0, stderr: '' });
      expect(corrected.stdout).toMatch(/before\s+eval is fine\n\s+after\s+eval runs anything/);
      await reply('corrected', 'nothing');
      expect(await work.ended).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('eval runs anything'),
      });
      const audit = await capstan(['ledger', 'verify', 'runs/corrected', '--json']);
      expect(JSON.parse(audit.stdout)).toMatchObject({ nodes: 3, isOpen: false, people: 2 });
    },
    PATIENCE_MS,
  );

  test(
    'a correction that comes while it is at work is written down with it once that has ended',
    async () => {
      await capstan(['run', 'audit.ts', '--document', 'two.ts', '--question', 'Done?', '--run', 'runs/done']);
      const [turn, run] = [lockFolder(join(SCRATCH, 'memory')), lockFolder(join(SCRATCH, 'runs/done'))];
      try {
        const node = nodesOf('done').find(({ depth }) => depth === 1)!;
        const given = ['correct', node.id, '--run', 'done', '--answer', 'it is', '--reason', 'seen'];
        const work = capstanAtWork(given);
        await work.said(/waiting for another process/);
        run.release();
        turn.release();
        expect(await work.ended).toMatchObject({ status: 0 });
      } finally {
        run.release();
        turn.release();
      }
      expect(nodesOf('done').filter(({ corrected }) => corrected)).toHaveLength(1);
      expect(await capstan(['ledger', 'verify', 'runs/done'])).toMatchObject({ status: 0 });
    },
    PATIENCE_MS,
  );

  test(
    'it waits for its turn where somebody is at work, says so, and can be stopped meanwhile',
    async () => {
      const busy = lockFolder(join(SCRATCH, 'memory'));
      try {
        const work = growing('Who?', 'patient', '--wait');
        await work.said(/waiting for another process to have done: .*memory is in use by process \d+/);
        busy.release();
        await work.said(/waiting for 2/);
        const again = lockFolder(join(SCRATCH, 'memory'));
        await reply('patient', 'me');
        await work.said(/(to have done.*\s+[\s\S]*){2}/);
        work.process.kill('SIGTERM');
        expect(await work.ended).toMatchObject({
          status: 130,
          stderr: expect.stringContaining('go on with'),
        });
        again.release();
      } finally {
        busy.release();
      }
      expect(await capstan(['run', '--resume', 'patient'])).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('two.ts#2: me'),
      });
    },
    PATIENCE_MS,
  );

  test(
    'its folder stays its own',
    async () => {
      const work = growing('Mine?', 'mine', '--wait');
      await work.said(/waiting for 2/);
      const other = await capstan(['run', '--resume', 'mine']);
      expect([other.status, other.stderr]).toEqual([5, expect.stringContaining('runs/mine is in use')]);
      await reply('mine', 'yes');
      expect(await work.ended).toMatchObject({ status: 0 });
    },
    PATIENCE_MS,
  );
});
