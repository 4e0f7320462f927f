import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nameOf, offer, writeRun } from '../../test/desk/project.ts';
import { memoryPlace } from '../../test/place.ts';
import type { Authority } from '../authority/authority.ts';
import { CapstanError } from '../base/errors.ts';
import { parseGold } from '../project/gold.ts';
import { LEDGER } from '../project/home.ts';
import { halt } from '../project/office.ts';
import { Turns } from '../project/turns.ts';
import type { Doer } from '../record/acts.ts';
import { verifyLedger } from '../record/verify.ts';
import type { Problem } from '../wire/problem.ts';
import type { Commit, Committed, Next, Turn, TurnAction, TurnsState } from '../wire/turn.ts';
import type { App } from './endpoint.ts';
import { server } from './server.ts';

/** Long enough to take something back on a slow machine. */
const UNDO_MS = 400;
let undoMs: number;
const PEOPLE = ['ada', 'bob', 'cy'] as const;
const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
let home: string;
let turns: Turns;
let app: App;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'capstan-turns-'));
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
});
afterEach(() => {
  turns.close();
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  rmSync(home, { recursive: true });
});

function open(own = 20): void {
  undoMs = own;
  turns = Turns.open({ undoMs });
  const keys = Object.fromEntries(
    PEOPLE.map((name) => [name, { id: `person:${name}`, roles: ['overseer' as const] }]),
  );
  const all = { ...keys, boss: { id: 'person:boss', roles: ['operator' as const] } };
  app = server(memoryPlace(all, { now: Date.now, turns: () => turns }));
}

async function call<T>(
  who: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T & { readonly status?: number }> {
  const response = await app.request(`/api/turns${path}`, {
    method,
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as T & { readonly status?: number };
}
const next = (who: string) => call<Next & Problem>(who, 'GET', '/next');
const take = async (who: string): Promise<Turn> => {
  const { turn } = await next(who);
  expect(turn, `a turn for ${who}`).toBeDefined();
  return turn!;
};
const commitOf = (turn: Turn, action: TurnAction, more: Partial<Commit> = {}): Commit => ({
  ...{ lease: turn.lease.token, action, seconds: 3 },
  ...more,
});
const commit = (who: string, { id }: Turn, body: Commit) =>
  call<Committed & Problem>(who, 'POST', `/${id}/commit`, body);
const say = (text: string): TurnAction => ({ kind: 'reply', text });
const settle = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, undoMs + 5));
  turns.desk.settle();
};
const acts = () => verifyLedger(LEDGER).entries.filter(({ kind }) => kind === 'action-taken');

describe('a turn', () => {
  test('is taken, drafted, decided, taken back and decided again; then it is on the ledger and remembered', async () => {
    writeRun('one');
    const [key] = await offer('one', 1);
    open(UNDO_MS);
    const turn = await take('ada');
    expect(turn).toMatchObject({ id: key, kind: 'decide', run: 'one', behind: 0, left: { seconds: 3600 } });
    const draft = { mode: 'reply', reply: 'it', asks: [], correction: '', reason: '', revision: 1 };
    await call('ada', 'PUT', `/${key}/draft`, draft);
    expect(await take('ada')).toMatchObject({ draft, lease: { token: turn.lease.token } });
    const body = commitOf(turn, say('it is'), { confidence: 4, reason: 'I looked' });
    const first = await commit('ada', turn, body);
    expect(first.undoUntil).toBeDefined();
    expect((await commit('ada', turn, body)).undoUntil).toBe(first.undoUntil);
    expect((await commit('ada', turn, { ...body, action: say('other') })).code).toBe('exists');
    expect((await next('ada')).turn).toBeUndefined();
    const back = await call<Next>('ada', 'POST', `/${key}/undo`, { lease: turn.lease.token });
    expect(back.turn).toMatchObject({ id: key, draft });
    expect(turns.desk.state().unsettled).toBe(0);
    const again = commitOf(back.turn!, say('it is not'), { confidence: 4, reason: 'I looked' });
    await commit('ada', back.turn!, again);
    await settle();
    const [entry, ...more] = acts();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ actor: { id: 'person:ada' }, run: 'one', words: { action: 'reply' } });
    expect(entry!.content!.map(({ field }) => field)).toEqual(['said', 'reason']);
    expect(await commit('ada', back.turn!, again)).toMatchObject({ id: key, entry: entry!.seq });
    expect(turns.trees.memory.decision(key!)).toMatchObject({
      action: { kind: 'reply', answer: { value: 'it is not', confidence: 0.8 } },
      spent: { seconds: 3 },
      entry: entry!.seq,
    });
    expect((await call<Problem>('ada', 'POST', `/${key}/undo`, { lease: 'x' })).code).toBe('exists');
  });

  test('comes back where a correction is taken back, also after what was done about it before', async () => {
    writeRun('one');
    const [key] = await offer('one', 1);
    open();
    const first = await take('ada');
    await commit('ada', first, commitOf(first, { kind: 'correct', place: 1, text: 'slip' }));
    await settle();
    expect((await next('ada')).turn).toBeUndefined();
    await offer('one', 1, false, new Date().toISOString());
    turns.close();
    open();
    const again = await take('ada');
    await commit('ada', again, commitOf(again, say('it is')));
    await settle();
    expect(turns.trees.memory.decision(key!)).toMatchObject({ action: { answer: { value: 'it is' } } });
    await offer('one', 1);
    expect((await next('ada')).turn).toBeUndefined();
  });

  test('is given by all of its acts', async () => {
    writeRun('one');
    const keys = await offer('one', 6);
    open();
    const asked: readonly TurnAction[] = [
      { kind: 'ask', questions: ['Who?', 'When?'], documents: true },
      { kind: 'unknown' },
      { kind: 'escalate', reason: 'not mine' },
      { kind: 'correct', place: 1, text: 'better' },
      { kind: 'reject', place: 1, reason: 'wrong' },
    ];
    const first = await take('ada');
    const verified = await commit('ada', first, commitOf(first, { kind: 'verify', place: 1 }));
    expect(verified).toMatchObject({ id: first.id, entry: acts()[0]!.seq });
    expect((await take('ada')).exchanges[0]!.isVerified).toBe(true);
    expect(
      (await commit('ada', first, commitOf(first, { kind: 'correct', place: 2, text: 'x' }))).detail,
    ).toMatch(/1 to 1/);
    for (const action of asked) {
      const turn = await take('ada');
      expect((await commit('ada', turn, commitOf(turn, action))).undoUntil).toBeDefined();
    }
    const last = await take('ada');
    await commit('ada', last, commitOf(last, { kind: 'skip' }));
    expect((await take('ada')).id).toBe(last.id);
    await settle();
    expect(acts().map(({ words }) => words!.action)).toEqual([
      'verify',
      ...asked.map(({ kind }) => (kind === 'unknown' ? 'reply' : kind)),
    ]);
    const documents = turns.trees.memory.decision(keys[0]!)!.action;
    expect(documents).toMatchObject({ questions: [{ text: 'Who?', documents: [{}] }, { text: 'When?' }] });
    expect(turns.trees.inbox.waiting).toBe(1);
  });

  test('shows what is proposed when it is asked for, and that is on the ledger first', async () => {
    writeRun('hidden');
    writeRun('shown', { reviewers: 1, freshEyes: false, suggestion: 'first' });
    await offer('hidden', 1, true);
    open();
    const turn = await take('ada');
    expect(turn.suggestion).toEqual({ kind: 'hidden' });
    const look = () =>
      call<Pick<Turn, 'suggestion'>>('ada', 'POST', `/${turn.id}/suggestion`, { lease: turn.lease.token });
    const shown = {
      kind: 'open',
      by: 'model:m',
      action: { kind: 'ask', questions: [`proposed ${nameOf('hidden', 0)}`], documents: false },
    };
    expect(await look()).toEqual({ suggestion: shown });
    expect(await look()).toEqual({ suggestion: shown });
    expect((await take('ada')).suggestion).toEqual(shown);
    expect(acts().map(({ words }) => words)).toEqual([{ action: 'open-suggestion', as: 'peek' }]);
    await commit('ada', turn, commitOf(turn, say('x')));
    await settle();
    expect(acts().at(-1)!.words).toEqual({ action: 'reply', suggestion: 'opened' });
    await offer('shown', 1, true);
    expect((await take('ada')).suggestion.kind).toBe('open');
    expect(acts().length).toBe(2);
  });
});

const GOLD = parseGold(
  [
    '{"question": "gold-one?", "exchanges": [{"question": "q", "answer": "a"}], "expected": {"reply": "Yes"}}',
    '{"question": "gold-two?", "expected": {"unknown": true}}',
  ].join('\n'),
  'gold',
);

test('two who differ, and an arbiter: each review is on the ledger, and what counts rests on them', async () => {
  writeRun('one', { reviewers: 2, freshEyes: false, suggestion: 'hidden' });
  const [key] = await offer('one', 1);
  open();
  const [ada, bob] = [await take('ada'), await take('bob')];
  expect((await next('cy')).turn).toBeUndefined();
  await commit('ada', ada, commitOf(ada, say('yes'), { confidence: 2 }));
  await commit('bob', bob, commitOf(bob, say('no'), { reason: 'it rained' }));
  await settle();
  expect(turns.trees.memory.decision(key!)).toBeUndefined();
  expect((await next('bob')).meanwhile).toBe('1 wait for other people than you');
  const cy = await take('cy');
  expect(cy.kind).toBe('arbitrate');
  expect(cy.reviews).toEqual([{ action: say('no'), reason: 'it rained' }, { action: say('yes') }]);
  await commit('cy', cy, commitOf(cy, say(' yes ')));
  await settle();
  const [one, two, three] = acts();
  expect([one, two].map((entry) => entry!.words)).toEqual([
    { action: 'reply', as: 'review' },
    { action: 'reply', as: 'review' },
  ]);
  expect(three).toMatchObject({
    words: { as: 'arbitration' },
    parents: [one!.seq, two!.seq],
    actor: { id: 'person:cy' },
  });
  expect(turns.trees.memory.decision(key!)).toMatchObject({ by: { id: 'person:cy' }, entry: three!.seq });
});

test('a hidden question looks like any other, has no effect, and is counted for operators alone', async () => {
  writeRun('one', {
    reviewers: 1,
    freshEyes: false,
    suggestion: 'hidden',
    gold: { share: 1, questions: GOLD },
  });
  await offer('one', 2);
  open();
  const seen: Turn[] = [];
  const answers: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    const turn = await take('ada');
    seen.push(turn);
    const { undoUntil: _, id: __, ...said } = await commit('ada', turn, commitOf(turn, say(' yes')));
    answers.push(said);
  }
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  const isGold = ({ question }: Turn) => question.text.startsWith('gold');
  expect(seen.map(isGold)).toEqual([true, true, false, false]);
  // As many are behind it as behind the one in whose place it came.
  expect(seen[0]!.behind).toBe(seen[2]!.behind);
  for (const turn of seen) expect(turn.id).toMatch(/^[0-9a-f]{64}$/);
  const keysOf = (turn: Turn) => Object.keys(turn).toSorted();
  expect(keysOf(seen[0]!)).toEqual(keysOf(seen[2]!));
  await settle();
  expect(turns.trees.inbox.waiting).toBe(0);
  expect(
    acts()
      .filter(({ words }) => words!.as === 'gold')
      .map(({ words }) => words!.expected),
  ).toEqual(expect.arrayContaining(['no', 'no']));
  const { people, runs } = await call<TurnsState>('boss', 'GET', '');
  expect([people, runs]).toEqual([
    [{ person: 'person:ada', tally: { decided: 4, seconds: 12, gold: { right: 0, n: 2 } } }],
    [],
  ]);
  expect((await call<Problem>('ada', 'GET', '')).status).toBe(403);
});

test('who may decide is who may as the ledger is now', async () => {
  writeRun('one');
  await offer('one', 1);
  open();
  turns.close();
  const bare = { keys: [], contents: [], expires: new Date(Date.now() + 60_000).toISOString() };
  const doer = ({ halt: found }: Authority, id: string): Doer => {
    if (found) throw new CapstanError('refused', 'expected work that goes on');
    return { actor: { id, kind: 'person' }, ...bare };
  };
  turns = Turns.open({ undoMs, doer });
  const turn = await take('ada');
  turns.expectDoer('person:ada');
  halt('work-paused', () => ({ actor: { id: 'person:boss', kind: 'person' }, ...bare, salt: '' }));
  expect(await commit('ada', turn, commitOf(turn, say('yes')))).toMatchObject({ code: 'refused' });
});

test('no response to an overseer holds anything of another workspace, or of who else decides', async () => {
  const names = Array.from({ length: 6 }, (_, n) => nameOf('many', n));
  writeRun('many', { reviewers: 2, freshEyes: false, suggestion: 'hidden' });
  await offer('many', names.length, true);
  open();
  const held = new Map<string, Turn>();
  const said: TurnAction[] = [
    say('yes'),
    say('no'),
    { kind: 'skip' },
    { kind: 'reject', place: 1, reason: 'no' },
    { kind: 'correct', place: 7, text: 'x' },
  ];
  const what = fc.constantFrom('next', 'draft', 'extend', 'suggestion', 'commit', 'undo', 'settle', 'others');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...PEOPLE), what, fc.nat(4)), { maxLength: 30 }),
      async (steps) => {
        for (const [who, step, n] of steps) {
          const turn = held.get(who);
          const other = [...held.entries()].find(([name]) => name !== who)?.[1];
          if (step === 'settle') await settle();
          else if (step !== 'next' && !turn) continue;
          const lease = turn?.lease.token ?? '';
          const draft = { mode: 'reply', reply: 'so far', asks: [], correction: '', reason: '', revision: n };
          const text = JSON.stringify(
          step === 'next' || step === 'settle' ? await next(who)
          : step === 'draft' ? await call(who, 'PUT', `/${turn!.id}/draft`, draft)
          : step === 'commit' ? await commit(who, turn!, commitOf(turn!, said[n]!))
          : step === 'others' ? await commit(who, other ?? turn!, commitOf(turn!, said[n]!))
          : await call(who, 'POST', `/${turn!.id}/${step}`, { lease }),
        ); // biome-ignore format: a table
          const parsed = JSON.parse(text) as Next;
          if (parsed.turn) held.set(who, parsed.turn);
          const own = held.get(who)?.question.text.slice(0, -1);
          for (const name of names) if (name !== own) expect(text).not.toContain(name);
          for (const person of PEOPLE) expect(text).not.toMatch(new RegExp(`person:${person}|"${person}"`));
        }
      },
    ),
    { numRuns: 12, seed: 3 },
  );
});
