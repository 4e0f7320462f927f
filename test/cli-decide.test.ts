/** A person at a terminal in the place of H: what waits is listed and decided, with each decision on the ledger first, and what was
 *  decided wrongly is taken back. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Folder } from '../src/storage/folder.ts';
import { permutationPowering } from '../src/tasks/permutation-powering.ts';
import { capstan, PATIENCE_MS, SCRATCH } from './command.ts';
import { decided, StandIn } from './stand-in.ts';

const RUN = 'by-a-person';
const task = permutationPowering({ elements: 8, powers: 8 });
const person = new StandIn(task);
const folder = new Folder(join(SCRATCH, RUN));
const ANSWERS = join(SCRATCH, RUN, 'inbox/answers.jsonl');

interface Listed {
  readonly id: string;
  readonly shown: readonly string[];
}

/** With their numbers. */
async function waiting(run = RUN): Promise<readonly (readonly [number, Listed])[]> {
  const { stdout } = await capstan(['decide', run, '--json']);
  return JSON.parse(stdout);
}

/** Until the run has ended, a person decides whatever waits. */
async function toTheEnd(run: string): Promise<number | null> {
  for (;;) {
    const file = join(SCRATCH, `${run}.jsonl`);
    writeFileSync(file, person.recording(new Folder(join(SCRATCH, run))));
    await capstan(['decide', run, '--file', file]);
    const { status } = await capstan(['run', '--resume', run, '--quiet']);
    if (status !== 130) return status;
  }
}

const OPTIONS = '--size 8 --powers 8 --width 16 --replicas 1 --max-steps 5 --overseer person --decisions 24';
const answers = () => readFileSync(ANSWERS, 'utf8').trimEnd().split('\n');

describe('capstan decide', () => {
  let first: Listed;

  beforeAll(async () => {
    const ended = await capstan([
      'run',
      'permutation-powering',
      ...OPTIONS.split(' '),
      '--run',
      RUN,
      '--quiet',
    ]);
    expect(ended).toMatchObject({ status: 130, stderr: expect.stringMatching(/awaited.*decide.*--resume/s) });
    first = (await waiting())[0]![1];
  }, PATIENCE_MS);

  test.each([
    ['--item 1 --reply 99', 2, /«reply 99»: expected one as in 0, 1, 2/],
    ['--item 1 --reply', 2, /argument missing/],
    ['--item 1 --ask s^9(0)', 2, /expected a power from 1 to 7, got 9/],
    ['--item 1 --ask nonsense', 2, /question «nonsense»/],
    ['--item 1 --ask s^2(0) --reply 3', 2, /expected --ask or --reply, one of them/],
    ['--item 1', 2, /expected --ask or --reply/],
    ['--item 999 --reply 3', 3, /expected the number of one of/],
    ['--reply 3', 2, /expected --item or --correct/],
    ['--correct 1 --reply 3', 2, /expected --reason/],
    ['--correct 1 --reply 3 --reason no', 3, /expected a decision there, got none/],
    ['--file nowhere.jsonl', 3, /expected a file of decisions/],
  ])('%s is refused, and nothing is decided', async (given, status, message) => {
    const ended = await capstan(['decide', RUN, ...given.split(' ')]);
    expect(ended).toMatchObject({ status, stderr: expect.stringMatching(message) });
    expect(folder.exists('inbox/answers.jsonl')).toBe(false);
  });

  test('refuses a recording that makes no sense, by its line', async () => {
    const file = join(SCRATCH, 'broken.jsonl');
    writeFileSync(file, `${JSON.stringify({ workspace: first.shown, action: 'shrug' })}\n`);
    expect(await capstan(['decide', RUN, '--file', file])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/broken\.jsonl, decision 1: «shrug»: expected «ask»/),
    });
  });

  test('takes a decision, which is on the ledger, and takes none twice', async () => {
    const ended = await capstan([
      'decide',
      RUN,
      '--item',
      '1',
      '--reply',
      'unknown',
      '--seconds',
      '7',
      '--json',
    ]);
    expect(ended.status).toBe(0);
    const { entry } = JSON.parse(ended.stdout);
    const { stdout } = await capstan(['ledger', 'list', '--json']);
    const entries: { seq: number; kind: string }[] = JSON.parse(stdout);
    expect(entries.find(({ seq }) => seq === entry)).toMatchObject({
      kind: 'action-taken',
      actor: { kind: 'person' },
      run: RUN,
      subjects: [{ name: 'workspace', sha256: first.id }],
      figures: { seconds: 7 },
      words: { action: 'reply' },
    });
    expect(await capstan(['decide', RUN, '--item', '1', '--reply', '3'])).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('«reply unknown»; --correct takes it back'),
    });
    expect((await waiting()).map(([, { id }]) => id)).not.toContain(first.id);
  });

  test('puts into the inbox what a crash left on the ledger alone', async () => {
    const whole = answers();
    writeFileSync(ANSWERS, whole.at(-1)!.slice(0, 40)); // torn while it was written
    await waiting();
    expect(answers()).toEqual(whole);
  });

  test('and going on takes a run to its end', async () => {
    expect([0, 100]).toContain(await toTheEnd(RUN));
    expect(answers().length).toBeGreaterThan(10);
    expect(await capstan(['ledger', 'verify', RUN])).toMatchObject({ status: 0 });
  }, 120_000);

  test('takes a wrong decision back: what learned from it is tainted, and the run goes on no more', async () => {
    const right = decided(person.workspace(folder, first.id));
    const [verb, what] = right.split(' ') as [string, string];
    const given = ['decide', RUN, '--correct', '1', `--${verb}`, what, '--reason', 'a slip'];
    const ended = await capstan(given);
    expect(ended).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/not reply unknown[\s\S]*tainted.*iteration 1[\s\S]*run --again/),
    });
    expect(await capstan(['ledger', 'verify', RUN])).toMatchObject({ status: 0 });
    expect(await capstan(['run', '--resume', RUN, '--quiet'])).toMatchObject({
      status: 9,
      stderr: expect.stringContaining('--again'),
    });
  });

  test('after which another run learns again from all that stands', async () => {
    const again = await capstan(['run', '--again', RUN, '--run', 'again', '--quiet']);
    const status = again.status === 130 ? await toTheEnd('again') : again.status;
    expect([0, 100]).toContain(status);
    const taken = readFileSync(join(SCRATCH, 'again/inbox/taken.jsonl'), 'utf8');
    expect(taken).toContain(first.id);
    const text = taken.split('\n').find((line) => line.includes(first.id))!;
    expect(JSON.parse(text).decisions.find(({ id }: Listed) => id === first.id)).toMatchObject({
      known: true,
    });
    expect(await capstan(['ledger', 'verify', 'again'])).toMatchObject({ status: 0 });
  }, 120_000);

  test('and an answer that is not what was recorded is found', async () => {
    const whole = readFileSync(ANSWERS, 'utf8');
    writeFileSync(ANSWERS, whole.replace('"kind":"reply"', '"kind":"ask"'));
    expect(await capstan(['ledger', 'verify', RUN])).toMatchObject({ status: 6 });
    writeFileSync(ANSWERS, whole);
  });

  test('where people are enrolled, is for one of them', async () => {
    const third = [
      'run',
      'permutation-powering',
      ...OPTIONS.split(' '),
      '--seed',
      '3',
      '--run',
      'third',
      '--quiet',
    ];
    expect(await capstan(third)).toMatchObject({ status: 130 });
    expect(await capstan(['people', 'add', 'ada', '--role', 'operator'])).toMatchObject({ status: 0 });
    const given = ['decide', 'third', '--item', '1', '--reply', 'unknown'];
    expect(await capstan(given)).toMatchObject({ status: 9, stderr: expect.stringContaining('--as NAME') });
    expect(await capstan([...given, '--as', 'ada'])).toMatchObject({ status: 0, stderr: '' });
    const corrects = ['decide', 'third', '--correct', '1', '--reply', '3', '--reason', 'a slip'];
    expect(await capstan([...corrects, '--as', 'ada'])).toMatchObject({ status: 0, stderr: '' });
    const file = readFileSync(join(SCRATCH, 'third/inbox/answers.jsonl'), 'utf8').trimEnd().split('\n');
    expect(file.map((line) => JSON.parse(line))).toMatchObject([
      { by: 'person:ada', text: 'reply unknown' },
      { by: 'person:ada', text: 'reply 3', corrects: true },
    ]);
    expect(await capstan(['ledger', 'verify', 'third'])).toMatchObject({ status: 0 });
    const entries = JSON.parse((await capstan(['ledger', 'list', '--json'])).stdout);
    expect(entries.slice(-2)).toMatchObject([
      { kind: 'action-taken', signed: [{ key: expect.stringMatching(/^ada\+/) }] },
      { kind: 'answer-corrected', signed: [{ key: expect.stringMatching(/^ada\+/) }] },
    ]);
    expect(await capstan(['people', 'add', 'eve', '--role', 'auditor', '--as', 'ada'])).toMatchObject({
      status: 0,
    });
    const other = ['decide', 'third', '--item', '2', '--reply', 'unknown', '--as', 'eve'];
    expect(await capstan(other)).toMatchObject({
      status: 9,
      stderr: expect.stringContaining('expected one of overseer, operator for «correct», got eve, auditor'),
    });
  });
});
