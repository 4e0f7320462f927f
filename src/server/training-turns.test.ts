import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { memoryPlace } from '../../test/place.ts';
import { StandIn } from '../../test/stand-in.ts';
import { carryOutTiny, createTiny, PATIENCE_MS, tiny } from '../../test/tiny-run.ts';
import { answerText } from '../core/answer.ts';
import { LEDGER } from '../project/home.ts';
import { PersonRun } from '../project/person-run.ts';
import { recorder, withProject } from '../project/recorder.ts';
import { Turns } from '../project/turns.ts';
import { auditInbox } from '../provenance/decision.ts';
import { recordedLife } from '../provenance/life.ts';
import { verifyLedger } from '../record/verify.ts';
import { ANSWERS, type Asked, answersById, askedIn, takenIn } from '../run/inbox.ts';
import { workspaceKey } from '../run/recording.ts';
import { Folder } from '../storage/folder.ts';
import { permutationPowering } from '../tasks/permutation-powering.ts';
import type { Problem } from '../wire/problem.ts';
import type { Committed, Next, Turn, TurnAction } from '../wire/turn.ts';
import type { App } from './endpoint.ts';
import { server } from './server.ts';

const PATH = 'runs/mine';
const PEOPLE = ['ada', 'bob'] as const;
const before = { folder: process.cwd(), state: process.env.XDG_STATE_HOME };
const person = new StandIn(permutationPowering({ elements: 8, powers: 8 }));
let home: string;
let folder: Folder;
let turns: Turns;
let app: App;

/** From where it stands to where it waits for a person. */
const train = () => carryOutTiny({ path: PATH, ledger: LEDGER }, { record: recorder(), pause: undefined });
const waits = () => expect(train()).rejects.toMatchObject({ message: expect.stringMatching(/awaited/) });

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'capstan-training-'));
  process.chdir(home);
  process.env.XDG_STATE_HOME = join(home, 'state');
  folder = new Folder(PATH);
  const whole = tiny({ overseer: 'person', decisions: 32 });
  const brief = { steps: 20, study: 8, waitingMax: 8, first: 8, ahead: 2, window: 6, stageTests: 2 };
  createTiny({ path: PATH, configuration: { ...whole, person: { ...whole.person!, ...brief } } });
  await waits();
}, PATIENCE_MS);
afterAll(() => {
  process.chdir(before.folder);
  process.env.XDG_STATE_HOME = before.state ?? '';
  rmSync(home, { recursive: true });
});

beforeEach(() => {
  turns = Turns.open({ undoMs: 0 });
  const keys = PEOPLE.map((name) => [name, { id: `person:${name}`, roles: ['overseer' as const] }] as const);
  app = server(memoryPlace(Object.fromEntries(keys), { now: Date.now, turns: () => turns }));
  return () => turns.close();
});

async function call<T>(who: string, path: string, body?: unknown): Promise<T> {
  const response = await app.request(`/api/turns${path}`, {
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return (await response.json()) as T;
}
const next = async (who: string) => (await call<Next>(who, '/next')).turn;
const commit = (who: string, { id, lease }: Turn, action: TurnAction) =>
  call<Committed & Problem>(who, `/${id}/commit`, { lease: lease.token, action, seconds: 2.4 });
/** Its lines, as the run keeps them. */
const linesOf = ({ question: { text }, exchanges }: Turn) =>
  workspaceKey([
    text.replace(/ = \?$/, ''),
    ...exchanges.map(({ question, answer }) => `${question.text} = ${answerText(answer)}`),
  ]);
const askedFor = (turn: Turn): Asked =>
  askedIn(folder).find(({ shown }) => workspaceKey(shown) === linesOf(turn))!;

/** As somebody does who knows the task. */
function actionFor(turn: Turn): TurnAction {
  const { text } = person.decisions(folder).find(({ item }) => item.id === askedFor(turn).id)!;
  const [, verb, what = ''] = /^(ask|reply) (.*)$/.exec(text)!;
  if (what === 'unknown') return { kind: 'unknown' };
  return verb === 'ask' ? { kind: 'ask', questions: [what], documents: true } : { kind: 'reply', text: what };
}

describe('a workspace of a training run', () => {
  test('is in one hand, and nonsense is refused in the task’s own words before anything is recorded', async () => {
    const [ada, bob] = [(await next('ada'))!, (await next('bob'))!];
    expect(ada).toMatchObject({ run: 'mine', actions: ['reply', 'ask', 'unknown', 'skip'] });
    expect(ada.question.text).toMatch(/^σ\S*\(\d\) = \?$/);
    expect(bob.id).not.toBe(ada.id);
    const size = verifyLedger(LEDGER).entries.length;
    const nonsense: readonly (readonly [TurnAction, RegExp])[] = [
      [{ kind: 'ask', questions: ['s^9(0)'], documents: true }, /a power from 1 to 7, got 9/],
      [{ kind: 'ask', questions: ['s^2(0)', 's^2(1)'], documents: true }, /one question/],
      [{ kind: 'reply', text: '99' }, /expected one as in 0, 1, 2/],
      [{ kind: 'escalate', reason: 'not mine' }, /got escalate/],
    ];
    for (const [action, detail] of nonsense)
      expect(await commit('ada', ada, action)).toMatchObject({
        code: 'invalid',
        detail: expect.stringMatching(detail),
      });
    expect(await commit('bob', { ...bob, id: ada.id }, { kind: 'unknown' })).toMatchObject({
      code: 'locked',
    });
    expect(verifyLedger(LEDGER).entries.length).toBe(size);
    expect(folder.exists(ANSWERS)).toBe(false);
    expect((await next('ada'))!.lease.token).toBe(ada.lease.token);
  });

  test('is decided over HTTP as at a terminal, and the run takes it and trains on', async () => {
    let count = 0;
    const { entries } = recordedLife(LEDGER, folder).life;
    for (const who of [...PEOPLE, ...PEOPLE]) {
      for (let turn = await next(who); turn; turn = await next(who), count++) {
        const asked = askedFor(turn);
        for (const { shown } of askedIn(folder))
          if (!linesOf(turn).includes(shown[0]!)) expect(JSON.stringify(turn)).not.toContain(shown[0]);
        const { entry } = await commit(who, turn, actionFor(turn));
        expect(verifyLedger(LEDGER).entries[entry!]).toMatchObject({
          ...{ kind: 'action-taken', actor: { id: `person:${who}`, kind: 'person' }, run: 'mine' },
          subjects: [{ name: 'workspace', sha256: asked.id }],
          parents: [entries[0]!.seq],
          figures: { seconds: 2 },
          content: [{ field: 'workspace' }, { field: 'action' }],
        });
      }
      await waits();
      expect(takenIn(folder).flatMap(({ decisions }) => decisions).length).toBe(count);
    }
    expect(count).toBeGreaterThan(4);
    expect(askedIn(folder).some(({ shown }) => shown.length > 1)).toBe(true);
    const by = new Set(takenIn(folder).flatMap(({ decisions }) => decisions.map((one) => one.by)));
    expect(by).toEqual(new Set(['person:ada', 'person:bob']));
    auditInbox(folder, recordedLife(LEDGER, folder).life);
    // A crash after the ledger and before the inbox.
    const whole = folder.readText(ANSWERS);
    folder.writeAtomic(ANSWERS, whole.slice(0, -1));
    turns.close();
    turns = Turns.open();
    expect(folder.readText(ANSWERS)).toBe(whole);
  });

  test('that somebody decides at a terminal first, while it can still be taken back, has their decision', async () => {
    turns.close();
    turns = Turns.open({ undoMs: 50 });
    const turn = (await next('ada'))!;
    await commit('ada', turn, { kind: 'unknown' });
    const run = new PersonRun(PATH, (of) => recordedLife(LEDGER, of).life);
    const item = askedFor(turn);
    const doer = { actor: { id: 'person:cy', kind: 'person' }, keys: [], contents: [], expires: '' } as const;
    const action = run.parse(item, 'reply 3');
    withProject((ledger) => run.record(ledger, () => doer, [{ item, action, seconds: 1 }]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    turns.desk.settle();
    expect(verifyLedger(LEDGER).entries.slice(-2)).toMatchObject([
      { actor: { id: 'person:cy' }, subjects: [{ name: 'workspace', sha256: item.id }] },
      { actor: { id: 'person:ada' }, words: { as: 'late' }, subjects: [{ name: 'decided-before' }, {}] },
    ]);
    expect(answersById(folder).get(item.id)).toMatchObject({ by: 'person:cy', text: 'reply 3' });
    expect((await next('ada'))?.id).not.toBe(turn.id);
    auditInbox(folder, recordedLife(LEDGER, folder).life);
  });
});
