/** Trees that go on by themselves when people have answered. */

import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerAll, begin, grow, putRecipe } from '../../test/grown.ts';
import { TestProvider } from '../../test/provider.ts';
import { CapstanError } from '../base/errors.ts';
import { askToHalt, stopAsking } from '../record/control.ts';
import { verifyLedger } from '../record/verify.ts';
import { readSealed, writeSealed } from '../run/sealed.ts';
import { Folder } from '../storage/folder.ts';
import { lockFolder } from '../storage/lock.ts';
import { readWholeTree } from '../transcript/reader.ts';
import { Grove, type TreeFile, treeHere } from './grove.ts';
import { type Tended, Tender } from './tender.ts';

const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
let home: string;
let told: (readonly [run: string, tended: Tended | undefined])[];
let said: string[];
let tender: Tender;
const go = new AbortController().signal;

beforeEach(() => {
  home = fs.mkdtempSync(join(tmpdir(), 'capstan-tender-'));
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
  putRecipe();
  [told, said] = [[], []];
  tender = new Tender({ tell: (...one) => told.push(one), say: (line) => said.push(line) });
});

afterEach(async () => {
  await tender.run(AbortSignal.abort());
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  fs.rmSync(home, { recursive: true, force: true });
});

const answerOf = (run: string) =>
  readWholeTree([fs.readFileSync(`runs/${run}/transcript.jsonl`)], { name: run }).nodes[0]!.answer;
const sessionsOf = (name: string) =>
  verifyLedger('ledger').entries.flatMap(({ run, kind, words }) =>
    run === name ? [kind === 'run-ended' ? words!.state : kind] : [],
  );

describe('a tree that waits for people', () => {
  test('goes on when they have answered, in one session however many turns it takes', async () => {
    await grow('waits', 'person', 'fire ice');
    await tender.step(go);
    expect(tender.stateOf('waits')).toEqual({ state: 'resting' });
    expect(await tender.step(go)).toBe(false); // nobody has answered
    answerAll('short', ['ice']);
    expect(await tender.step(go)).toBe(true);
    expect([tender.stateOf('waits'), answerOf('waits')]).toEqual([{ state: 'resting' }, undefined]);
    answerAll('cold');
    await tender.step(go);
    expect(answerOf('waits')).toMatchObject({ value: 'short + cold' });
    expect(tender.stateOf('waits')).toBeUndefined();
    expect(sessionsOf('waits')).toEqual(['run-started', 'waiting', 'run-resumed', 'answered']);
    expect(told.filter(([run]) => run === 'waits').length).toBeGreaterThan(2);
  });

  test('that cannot go on says why, once, and stops no other', async () => {
    await grow('fails', 'person', 'wood ice');
    await grow('waits', 'person', 'fire ice');
    const folder = new Folder('runs/fails');
    const file = readSealed<TreeFile>(folder, 'tree.json', 'capstan-tree-run-1');
    writeSealed(folder, 'tree.json', 'capstan-tree-run-1', { ...file, source: 'another' });
    answerAll('short');
    for (let i = 0; i < 3; i++) await tender.step(go);
    expect(tender.stateOf('fails')).toEqual({
      state: 'failed',
      error: expect.stringContaining('it was changed'),
    });
    expect(said).toEqual([expect.stringMatching(/^fails: .*it was changed/)]);
    expect(answerOf('waits')).toMatchObject({ value: 'short + short' });
    expect(sessionsOf('fails')).toEqual(['run-started', 'waiting']);
  });

  test('is left alone where somebody has stopped it, where nobody is asked, and where work is halted', async () => {
    await grow('stopped', 'person', 'fire ice', 'interrupted');
    fs.rmSync('runs/stopped/waiting.json'); // it was not at rest
    await grow('alone', 'nobody', 'fire ice');
    await tender.step(go);
    answerAll('short');
    await tender.step(go);
    expect([tender.stateOf('stopped'), tender.stateOf('alone')]).toEqual([undefined, undefined]);
    expect(sessionsOf('stopped')).toEqual(['run-started', 'interrupted']);
    await grow('halted', 'person', 'wood');
    await tender.run(AbortSignal.abort());
    tender = new Tender({ tell: () => {}, say: (line) => said.push(line) });
    answerAll('short');
    askToHalt('ledger', 'work-paused');
    await tender.step(go);
    expect(sessionsOf('halted')).toEqual(['run-started', 'waiting']);
    stopAsking('ledger');
    await tender.step(go);
    expect(answerOf('halted')).toMatchObject({ value: 'short' });
    expect(said).toEqual([]);
  });

  test('is left to whoever is at it, and taken up when they are gone', async () => {
    await grow('held', 'person', 'wood');
    const lock = lockFolder('runs/held');
    await tender.step(go);
    expect(tender.stateOf('held')).toBeUndefined();
    lock.release();
    await new Promise((resolve) => setTimeout(resolve, 1100)); // until the next look at what runs there are
    await tender.step(go);
    expect(tender.stateOf('held')).toEqual({ state: 'resting' });
    const again = lockFolder('runs/held');
    answerAll('short');
    await tender.step(go);
    expect([tender.stateOf('held'), said]).toEqual([{ state: 'resting' }, []]);
    again.release();
  });

  test('ends its session where the tender stops, and goes on with the next', async () => {
    await grow('waits', 'person', 'wood ice');
    answerAll('short', ['wood']);
    await tender.step(go);
    await tender.run(AbortSignal.abort());
    expect(sessionsOf('waits')).toEqual(['run-started', 'waiting', 'run-resumed', 'waiting']);
    answerAll('short');
    tender = new Tender({ tell: () => {}, say: () => {} });
    await tender.step(go);
    expect(answerOf('waits')).toMatchObject({ value: 'short + short' });
  });

  test('goes on where it was left in the middle', async () => {
    await grow('left', 'person', 'wood', 'failed');
    fs.rmSync('runs/left/waiting.json');
    answerAll('short');
    await tender.step(go);
    expect(answerOf('left')).toMatchObject({ value: 'short' });
  });
});

test('of many questions each goes on when those that it waits for are answered', async () => {
  const texts = ['wood ice', 'ice', 'fire'];
  const lines = texts.map((question, i) =>
    JSON.stringify({ id: `q${i}`, question, split: 'train', source: { name: 'a test', license: 'CC0-1.0' } }),
  );
  fs.writeFileSync('many.jsonl', `${lines.join('\n')}\n`);
  const sha256 = hash('sha256', fs.readFileSync('many.jsonl'));
  await grow('many', 'person', undefined, undefined, {
    root: undefined!,
    ...{ questions: 'many.jsonl', files: { 'many.jsonl': sha256 } },
  });
  await tender.step(go);
  answerAll('cold', ['wood', 'fire']);
  await tender.step(go);
  const answersOf = () =>
    fs
      .readFileSync('runs/many/answers.jsonl', 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  expect(answersOf().map(({ answer, waiting }) => answer?.value ?? waiting)).toEqual([1, 'cold', 1]);
  expect(tender.stateOf('many')).toEqual({ state: 'resting' });
  answerAll('hot');
  await tender.step(go);
  expect(answersOf().map(({ answer }) => answer?.value)).toEqual(['hot + cold', 'cold', 'hot']);
  expect(tender.stateOf('many')).toBeUndefined();
  expect([treeHere('many@3').transcript, said]).toEqual(['runs/many/transcripts/0003.jsonl', []]);
  for (const name of ['many', 'many@0', 'many@4', 'many@03', 'many@1@1', 'many@'])
    expect(() => treeHere(name)).toThrow('expected one of many@1 to many@3');
});

test('a tree that grows is to be seen as it does; stopped, it goes on with what it had', async () => {
  let isSlow = true;
  const provider = await TestProvider.start({
    answer: () => JSON.stringify({ reason: 'counted', known: true, answer: 'some', confidence: 0.9 }),
    fault: (_, body) => (isSlow && JSON.stringify(body.messages).includes('slow') ? 'hang' : 'none'),
  });
  try {
    await begin('grows', `${provider.baseUrl}#small`, 'quick slow', { escalate: 'person' });
    await Grove.with('runs/grows', {}, async (grove) => void grove.record({ kind: 'run-started' }));
    tender = new Tender({ tell: (...one) => told.push(one), say: (line) => said.push(line), freshMs: 20 });
    const stop = new AbortController();
    const step = tender.step(stop.signal);
    const seen = () =>
      fs.existsSync('runs/grows/transcript.jsonl') &&
      fs.readFileSync('runs/grows/transcript.jsonl', 'utf8').includes('"some"');
    while (!seen()) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(tender.stateOf('grows')).toEqual({ state: 'working' });
    expect(answerOf('grows')).toBeUndefined();
    stop.abort(new CapstanError('interrupted', 'enough'));
    await step;
    expect([tender.stateOf('grows'), said]).toEqual([{ state: 'resting' }, []]);
    isSlow = false;
    await tender.run(AbortSignal.abort());
    tender = new Tender({ tell: () => {}, say: (line) => said.push(line) });
    await tender.step(go);
    expect(answerOf('grows')).toMatchObject({ value: 'some + some' });
    expect(provider.asked.filter(({ text }) => text.includes('quick'))).toHaveLength(1);
    expect(sessionsOf('grows')).toEqual(['run-started', 'run-resumed', 'waiting', 'run-resumed', 'answered']);
  } finally {
    await provider.close();
  }
});

test('a correction is carried out between two turns, in a session of its own, and the tree goes on from it', async () => {
  await grow('waits', 'person', 'wood ice');
  answerAll('short', ['wood']);
  await tender.step(go);
  const { nodes } = readWholeTree([fs.readFileSync('runs/waits/transcript.jsonl')], { name: 'waits' });
  const { id } = nodes.find(({ question }) => question.text === 'ice')!;
  const done = tender.correct({
    run: 'waits',
    node: id,
    answer: 'cold',
    reason: 'felt',
    person: 'person:ada',
  });
  await tender.step(go);
  expect(await done).toMatchObject({ changed: [{ id, after: { value: 'cold' } }], waiting: 1 });
  answerAll('hard');
  await tender.step(go);
  expect(answerOf('waits')).toMatchObject({ value: 'hard + cold' });
  const session = ['run-resumed', 'waiting'];
  expect(sessionsOf('waits').filter((one) => one !== 'answer-corrected')).toEqual([
    ...['run-started', 'waiting', ...session, ...session, 'run-resumed', 'answered'],
  ]);
  expect(said).toEqual([]);
});

test('a correction is not carried out once it is withdrawn, and nobody waits for one when the tender stops', async () => {
  await grow('done', 'program', 'one two');
  const [root] = readWholeTree([fs.readFileSync('runs/done/transcript.jsonl')], { name: 'done' }).nodes;
  const asked = {
    run: 'done',
    node: root!.children[0]!,
    answer: '3',
    reason: 'counted',
    person: 'person:ada',
  };
  const late = new AbortController();
  const [done] = [tender.correct(asked), tender.correct({ ...asked, answer: '4' }, late.signal)];
  late.abort();
  await tender.step(go);
  expect((await done).changed).toHaveLength(2);
  expect(answerOf('done')).toMatchObject({ value: '3 + has 3 letters' });
  const never = tender.correct({ ...asked, answer: '5' });
  await tender.run(AbortSignal.abort());
  await expect(never).rejects.toThrow('nothing was corrected');
});
