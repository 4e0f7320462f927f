/** What a person does about an answer that is there: it is right, or wrong, and that is theirs, on the ledger and in the tree
 *  and in what is learned from it. */

import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { GROVE_FILES } from '../src/project/grove.ts';
import { auditGrown } from '../src/provenance/grown.ts';
import { verifyLedger } from '../src/record/verify.ts';
import { Folder } from '../src/storage/folder.ts';
import type { TranscriptNode } from '../src/transcript/node.ts';
import { capstan, PATIENCE_MS, SCRATCH, type Where } from './command.ts';

const AUDIT = fileURLToPath(new URL('../examples/audit.ts', import.meta.url));
const ARGS = ['run', 'audit.ts', '--overseer', 'person', '--assistant', 'nobody'];
const WHO = /^person:/;

/** A project in which a person has asked whether it is wet and whether it is cold, and both were answered. */
function project(name: string, as: readonly string[] = []) {
  const place = join(SCRATCH, name);
  mkdirSync(place);
  cpSync(AUDIT, join(place, 'audit.ts'));
  const here = (...args: readonly string[]) => capstan(args, { folder: place });
  const json = async (...args: readonly string[]) => JSON.parse((await here(...args, '--json')).stdout);
  const act = async (item: string, ...args: readonly string[]) => {
    const ended = await here('inbox', item, ...args, ...as);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    return ended.stdout;
  };
  const waiting = async (): Promise<readonly string[]> =>
    (await json('inbox')).map(({ key }: { key: string }) => key.slice(0, 10));
  const goOn = async (where: Where = {}) => {
    const resume = ['run', '--resume', 'runs/it', '--quiet'];
    expect(await capstan(resume, { folder: place, ...where })).toMatchObject({ status: 0 });
  };
  return {
    ...{ place, here, json, act, waiting, goOn },
    entries: () => verifyLedger(join(place, 'ledger')).entries,
    node: (text: string): TranscriptNode =>
      readFileSync(join(place, 'runs/it/transcript.jsonl'), 'utf8')
        .split('\n')
        .slice(1, -1)
        .map((line) => JSON.parse(line) as TranscriptNode)
        .find(({ question }) => question.text === text)!,
    /** The item of the root question, with both answers. */
    async asked(): Promise<string> {
      await here(...ARGS, '--question', 'Does it rain?', '--run', 'runs/it', '--quiet');
      const [root] = (await waiting()) as [string];
      await act(root, '--ask', 'Is it wet?', '--ask', 'Is it cold?');
      await goOn();
      for (const key of await waiting()) await act(key, '--reply', 'yes');
      await goOn();
      const [again] = (await waiting()) as [string];
      return again;
    },
  };
}

describe('an answer in the inbox', () => {
  const { place, here, json, act, waiting, goOn, entries, node, asked } = project('plain');
  let item = '';

  beforeAll(async () => {
    item = await asked();
  }, PATIENCE_MS);

  test.each([
    [['--verify', '3'], 'the number of an answer, 1 to 2, got 3'],
    [['--verify', '1', '--reject', '2'], 'expected one of .* got 2'],
    [['--reason', 'why'], 'expected --verify or --reject with it'],
    [['--reply', 'x', '--reason', 'why'], 'expected --verify or --reject with it'],
  ])('that is judged in no way is left as it is: %s', async (args, words) => {
    const ended = await here('inbox', item, ...args);
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringMatching(new RegExp(words))]);
    expect(await waiting()).toEqual([item]);
  });

  test('is verified: on the ledger first, and the item waits on', async () => {
    const before = join(place, 'memory-before');
    cpSync(join(place, 'memory'), before, { recursive: true });
    expect(await act(item, '--verify', '1', '--reason', 'I looked outside')).toMatch(/^verified/);
    const entry = entries().at(-1)!;
    expect(entry).toMatchObject({ kind: 'action-taken', run: 'it', words: { action: 'verify' } });
    expect(JSON.stringify(entry)).not.toContain('outside'); // what was written can be erased
    expect(await waiting()).toEqual([item]);
    expect((await here('inbox', item)).stdout).toMatch(
      /1\. Is it wet\?\n\s+→ yes\s+pass, person:\S+\n.*\n\s+→ yes$/m,
    );
    // As if the program had died between the two.
    rmSync(join(place, 'memory'), { recursive: true });
    cpSync(before, join(place, 'memory'), { recursive: true });
    await goOn({ apart: true });
    expect(node('Is it wet?').verdicts).toEqual([
      { verifier: expect.stringMatching(WHO), kind: 'pass', reason: 'I looked outside', entry: entry.seq },
    ]);
    expect(node('Is it cold?').verdicts).toEqual([]);
    expect(await waiting()).toEqual([item]);
  });

  test('is rejected with a reason: nobody knows it then, and whoever asked sees that', async () => {
    await act(item, '--reject', '2', '--reason', 'I am sweating');
    expect(await waiting()).toEqual([]);
    await goOn();
    const [next] = (await waiting()) as [string];
    expect((await here('inbox', next)).stdout).toMatch(/→ yes\s+pass.*\n.*\n\s+→ unknown: rejected/);
    const unknown = await here('inbox', next, '--verify', '2');
    expect([unknown.status, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('the 2. is unknown: rejected'),
    ]);
    await act(next, '--reply', 'it may');
    await goOn();
    const { status, verdicts, corrected, answer } = node('Is it cold?');
    expect({ status, answer }).toEqual({
      status: 'answered',
      answer: { kind: 'unknown', reason: 'rejected' },
    });
    expect(verdicts).toMatchObject([
      { verifier: expect.stringMatching(WHO), kind: 'fail', reason: 'I am sweating' },
    ]);
    expect(corrected).toMatchObject({ before: { value: 'yes' }, entry: verdicts[0]!.entry });
  });

  test('is audited with the verdicts, and learned from as verified by a person', async () => {
    // A question and its reply, one reply below, a verdict that it is right, one that the other is wrong, and its correction.
    expect(await json('ledger', 'verify', 'runs/it')).toMatchObject({ nodes: 3, people: 6 });
    const built = await here('dataset', 'build', 'runs/it/transcript.jsonl', '--to', 'learned', '--json');
    expect(built).toMatchObject({ status: 0 });
    const rows = ['train', 'validation', 'test'].flatMap((split) => {
      try {
        return readFileSync(join(place, `learned/sft/${split}.jsonl`), 'utf8')
          .trimEnd()
          .split('\n');
      } catch {
        return [];
      }
    });
    const { verdicts } = node('Is it wet?');
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      {
        messages: [{ content: expect.stringContaining('Is it wet?') }, { content: 'yes' }],
        verdict: 'pass',
        verifier_ids: [expect.stringMatching(WHO)],
        entries: expect.arrayContaining([verdicts[0]!.entry]),
      },
    ]);
  });

  test('that was judged by nobody on the ledger is found', () => {
    const folder = new Folder(join(place, 'runs/it'));
    const files = GROVE_FILES;
    const open = entries().slice(0, -1); // so that the tree may be another than the one with which it ended
    expect(auditGrown(folder, files, open)).toMatchObject({ isOpen: true, people: 6 });
    const text = folder.readText(files.transcript);
    folder.writeAtomic(files.transcript, text.replace('"verifier":"person:', '"verifier":"person:not-'));
    expect(() => auditGrown(folder, files, open)).toThrow(
      /an entry action-taken by person:not-\S+, got entry/,
    );
    folder.writeAtomic(files.transcript, text);
  });
});

describe('where people are enrolled', () => {
  const as = ['--as', 'ada'];
  const { here, act, waiting, entries, asked } = project('enrolled', as);
  let item = '';

  beforeAll(async () => {
    await here('people', 'add', 'ada', '--role', 'overseer', 'operator');
    await here('people', 'add', 'eve', '--role', 'auditor', ...as);
    item = await asked();
  }, PATIENCE_MS);

  test('whatever they do about an answer is signed by them, and by nobody else', async () => {
    for (const [who, words] of [
      [[], '--as NAME, one of ada, eve'],
      [['--as', 'eve'], 'expected one of overseer, operator, who may decide, got person:eve, who is auditor'],
    ] as const) {
      const refused = await here('inbox', item, '--verify', '1', ...who);
      expect([refused.status, refused.stderr]).toEqual([9, expect.stringContaining(words)]);
    }
    const before = entries().length;
    await act(item, '--verify', '1');
    await act(item, '--reject', '2');
    expect(await waiting()).toEqual([]);
    expect(entries().length).toBe(before + 2);
    const acts = entries().filter(({ kind }) => kind === 'action-taken');
    expect(acts.map(({ words }) => words!.action)).toEqual(['ask', 'reply', 'reply', 'verify', 'reject']);
    for (const { actor, signed } of acts)
      expect([actor.id, signed]).toEqual(['person:ada', [expect.objectContaining({ key: expect.stringMatching(/^ada\+/) })]]); // biome-ignore format: one line
    expect(await here('ledger', 'verify')).toMatchObject({ status: 0 });
  });
});
