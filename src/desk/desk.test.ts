import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { check, codeOf, saying, schedules } from '../../test/desk/schedule.ts';
import { Crash, LEASE_MS, UNDO_MS, World } from '../../test/desk/world.ts';
import { CapstanError } from '../base/errors.ts';
import { Database } from '../storage/database.ts';
import type { Desk, Held } from './desk.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capstan-desk-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});
let paths = 0;
const path = (): string => join(folder, `desk-${paths++}.db`);
const take = async (desk: Desk, person: string): Promise<Held> => {
  const { held } = await desk.next(person);
  expect(held, `${person} expects a turn`).toBeDefined();
  return held!;
};

test('whatever people do and wherever a process ends: nothing in two hands, nothing lost, everything acknowledged once', async () => {
  await fc.assert(
    fc.asyncProperty(schedules, async (schedule) => {
      await check(path(), schedule);
    }),
    { numRuns: 25, seed: 7 },
  );
}, 60_000);

describe('a workspace', () => {
  test('stays with whoever holds it, on any device, with their draft; to others it is as if it were not there', async () => {
    const w = new World(path(), 1);
    const [one, two] = [w.add('run'), w.add('run')];
    const desk = w.open();
    const held = await take(desk, 'ada');
    expect([held.item, (await take(desk, 'bob')).item]).toEqual([one, two]);
    expect((await desk.next('cy')).held).toBeUndefined();
    expect(await desk.draft('ada', one, { revision: 2, reply: 'ye' })).toMatchObject({ revision: 2 });
    expect(await desk.draft('ada', one, { revision: 1, reply: 'y' })).toMatchObject({
      revision: 2,
      reply: 'ye',
    });
    expect(await codeOf(() => desk.draft('cy', one, { revision: 9 }))).toBe('locked');
    const again = await take(w.open(), 'ada');
    expect([again.token, JSON.parse(again.draft!)]).toEqual([held.token, { revision: 2, reply: 'ye' }]);
    w.close();
  });

  test('whose time ran out may still be decided about, unless somebody else has it', async () => {
    const w = new World(path(), 1);
    const item = w.add('run');
    const desk = w.open();
    const first = await take(desk, 'ada');
    w.now += LEASE_MS + 1;
    const second = await take(desk, 'bob');
    expect(second.item).toBe(item);
    expect(await codeOf(() => desk.commit('ada', item, saying(first.token)))).toBe('locked');
    w.now += LEASE_MS + 1;
    expect(await codeOf(() => desk.commit('ada', item, saying(first.token)))).toBe('done');
    expect(await codeOf(() => desk.commit('bob', item, saying(second.token)))).toBe('locked');
    w.now += UNDO_MS;
    desk.settle();
    expect(await codeOf(() => desk.commit('bob', item, saying(second.token)))).toBe('exists');
    w.close();
  });

  test('comes in turns of the runs, the oldest first, what somebody skipped last for them', async () => {
    const w = new World(path(), 1);
    for (const run of ['large', 'large', 'large', 'small']) w.add(run);
    const desk = w.open();
    const order = [];
    for (const person of ['a', 'b', 'c', 'd']) order.push((await take(desk, person)).item);
    expect(order).toEqual(['item-1', 'item-4', 'item-2', 'item-3']);
    const [mine] = [await take(desk, 'a')];
    await desk.skip('a', mine.item, mine.token);
    await desk.skip('b', 'item-4', (await take(desk, 'b')).token);
    expect((await take(desk, 'a')).item).toBe('item-4');
    expect((await take(desk, 'b')).item).toBe('item-1');
    w.close();
  });

  test('is taken back within its time, and not after', async () => {
    const w = new World(path(), 1);
    const item = w.add('run');
    const desk = w.open();
    const held = await take(desk, 'ada');
    await desk.draft('ada', item, { revision: 1 });
    const ack = await desk.commit('ada', item, saying(held.token));
    expect(ack).toEqual({ item, undoUntil: w.now + UNDO_MS, entry: undefined });
    expect((await desk.next('bob')).held).toBeUndefined();
    const back = await desk.undo('ada', item);
    expect([back.item, back.draft]).toEqual([item, '{"revision":1}']);
    expect(await codeOf(() => desk.commit('ada', item, saying(held.token)))).toBe('locked'); // a late copy of the first
    await desk.commit('ada', item, saying(back.token, 'no'));
    w.now += UNDO_MS;
    expect(await codeOf(() => desk.undo('ada', item))).toBe('exists');
    desk.settle();
    expect(w.ledger.map(({ as, said }) => [as, said])).toEqual([['decision', { reply: 'no' }]]);
    w.close();
  });

  test('whose decision cannot be signed here waits until it can be, and holds up nobody else', async () => {
    const w = new World(path(), 1);
    w.add('run');
    w.add('run');
    const desk = w.open();
    for (const person of ['ada', 'bob']) {
      const held = await take(desk, person);
      await desk.commit(person, held.item, saying(held.token));
    }
    w.keyless.add('ada');
    w.now += UNDO_MS;
    desk.settle();
    expect(w.ledger.map(({ person }) => person)).toEqual(['bob']);
    w.keyless.clear();
    w.now += 60_000;
    w.open().settle(); // another process
    expect(w.ledger.map(({ person }) => person)).toEqual(['bob', 'ada']);
    w.close();
  });
});

test('what was decided, and waits once more, comes to everybody anew', async () => {
  const w = new World(path(), 1);
  const item = w.add('run', { reviewers: 2 });
  const desk = w.open();
  for (const round of [1, 2]) {
    for (const person of ['ada', 'bob'])
      await desk.commit(person, item, saying((await take(desk, person)).token, `${round}`));
    w.now += UNDO_MS;
    desk.settle();
    expect((await desk.next('cy')).held).toBeUndefined();
    w.items.set(item, { ...w.items.get(item)!, number: 10 * round, open: true }); // as after a correction
  }
  expect(w.ledger.map(({ as, parents }) => [as, parents])).toEqual([
    ...[0, 1].map(() => ['review', []]),
    ['agreement', [0, 1]],
    ...[0, 1].map(() => ['review', []]),
    ['agreement', [3, 4]],
  ]);
  w.close();
});

describe('several reviewers', () => {
  test('count together, at the least sure, with everybody’s time', async () => {
    const w = new World(path(), 1);
    const item = w.add('run', { reviewers: 2 });
    const desk = w.open();
    const [ada, bob] = [await take(desk, 'ada'), await take(desk, 'bob')];
    expect((await desk.next('cy')).held).toBeUndefined();
    await desk.commit(
      'ada',
      item,
      saying(ada.token, 'yes', { sure: 0.4, said: { reply: 'yes', sure: 0.4 } }),
    );
    await desk.commit('bob', item, saying(bob.token));
    w.now += UNDO_MS;
    desk.settle();
    expect(w.ledger[2]).toMatchObject({ as: 'agreement', said: { sure: 0.4 }, seconds: 2, parents: [0, 1] });
    w.close();
  });

  test('who agreed about what was withdrawn before it counted have said so, and nothing more', async () => {
    const w = new World(path(), 1);
    const item = w.add('run', { reviewers: 2 });
    const desk = w.open();
    for (const person of ['ada', 'bob'])
      await desk.commit(person, item, saying((await take(desk, person)).token));
    w.now += UNDO_MS;
    w.crashIn = 4; // both reviews are there, and what they come to is about to be
    expect(() => desk.settle()).toThrow(Crash);
    w.items.get(item)!.open = false;
    w.open().settle();
    expect(w.ledger.map(({ as }) => as)).toEqual(['review', 'review']);
    w.close();
  });

  test('that differ go to somebody else, who sees what they said and why, and not who', async () => {
    const w = new World(path(), 1);
    const item = w.add('run', { reviewers: 2 });
    const desk = w.open();
    const [ada, bob] = [await take(desk, 'ada'), await take(desk, 'bob')];
    expect(bob.reviews).toEqual([]);
    await desk.commit('bob', item, saying(bob.token, 'no', { reason: 'it rained' }));
    await desk.commit('ada', item, saying(ada.token));
    w.now += UNDO_MS;
    desk.settle();
    for (const person of ['ada', 'bob']) expect((await desk.next(person)).held).toBeUndefined();
    const cy = await take(desk, 'cy');
    expect([cy.kind, cy.reviews]).toEqual([
      'arbitrate',
      [{ said: { reply: 'no' }, reason: 'it rained' }, { said: { reply: 'yes' } }],
    ]);
    expect(Object.keys(cy).toSorted()).toEqual(Object.keys(ada).toSorted());
    await desk.commit('cy', item, saying(cy.token, 'no'));
    w.now += UNDO_MS;
    desk.settle();
    expect(w.ledger.at(-1)).toMatchObject({ as: 'arbitration', person: 'cy', parents: [0, 1] });
    expect(w.effects.get(item)).toEqual([2]);
    w.close();
  });
});

test('what is told once more is on the disk, also where its first time failed', async () => {
  const w = new World(path(), 1);
  const item = w.add('run');
  const desk = w.open();
  const said = saying((await take(desk, 'ada')).token);
  vi.spyOn(Database.prototype, 'writeSynced').mockImplementationOnce(async function (this: Database, change) {
    await this.write(change);
    throw new CapstanError('storage', 'EIO');
  });
  expect(await codeOf(() => desk.commit('ada', item, said))).toBe('storage');
  vi.restoreAllMocks();
  const synced = vi.spyOn(Database.prototype, 'writeSynced');
  expect(await desk.acked('ada', item, said)).toMatchObject({ item });
  expect(synced).toHaveBeenCalledOnce();
  w.close();
});

test('a database that is in use refuses nothing: it goes another time', async () => {
  const w = new World(path(), 1);
  const item = w.add('run');
  const held = await take(w.open(), 'ada');
  const desk = w.open();
  vi.spyOn(Database.prototype, 'write').mockRejectedValueOnce(new CapstanError('locked', 'SQLITE_BUSY'));
  expect(await codeOf(() => desk.commit('ada', item, saying(held.token)))).toBe('unavailable');
  expect(await codeOf(() => desk.commit('ada', item, saying(held.token)))).toBe('done');
  w.close();
});

test('fresh eyes: who acted in a tree is kept away while somebody is about who has not, and no longer', async () => {
  const w = new World(path(), 1);
  for (let i = 0; i < 3; i++) w.add('run', { freshEyes: true });
  const desk = w.open();
  await desk.next('bob'); // who is about
  const ada = await take(desk, 'ada');
  await desk.commit('ada', ada.item, saying(ada.token));
  expect((await desk.next('ada')).held).toBeUndefined();
  expect(await codeOf(() => desk.next('ada', 'item-3'))).toBe('refused');
  w.now += 61 * 60_000; // and is not any more
  expect((await take(desk, 'ada')).item).not.toBe(ada.item);
  w.close();
});

test('what is proposed is on the ledger as looked at before it is shown, once', async () => {
  const w = new World(path(), 1);
  const item = w.add('run');
  const desk = w.open();
  const held = await take(desk, 'ada');
  expect(held.isOpened).toBe(false);
  for (let i = 0; i < 2; i++) expect((await desk.peek('ada', item, held.token)).isOpened).toBe(true);
  expect(await codeOf(() => desk.peek('bob', item, held.token))).toBe('locked');
  await desk.commit('ada', item, saying(held.token));
  w.now += UNDO_MS;
  desk.settle();
  expect(w.ledger.map(({ as, isOpened }) => [as, isOpened])).toEqual([
    ['peek', false],
    ['decision', true],
  ]);
  w.close();
});

test('whoever holds a hidden question of a run that is gone is given something else', async () => {
  const w = new World(path(), 1);
  const item = w.add('run', { gold: { share: 1, questions: [{ id: 'gold', form: 'yes' }] } });
  expect((await take(w.open(), 'ada')).item).toBe('gold');
  w.settings.clear();
  expect((await take(w.open(), 'ada')).item).toBe(item);
  w.close();
});

test('hidden questions come at about their share, to nobody twice, and look like what waits', async () => {
  const w = new World(path(), 3);
  const questions = Array.from({ length: 50 }, (_, i) => ({ id: `gold-${i}`, form: 'yes' }));
  for (let i = 0; i < 110; i++) w.add('run', { gold: { share: 0.2, questions } });
  const desk = w.open({ undoMs: 0 });
  const seen: Held[] = [];
  for (let i = 0; i < 100; i++) {
    const held = await take(desk, 'ada');
    seen.push(held);
    await desk.commit('ada', held.item, saying(held.token, i % 2 === 0 ? 'yes' : 'no'));
  }
  const gold = seen.filter(({ isGold }) => isGold);
  expect(new Set(gold.map(({ item }) => item)).size).toBe(gold.length);
  expect(gold.length).toBeGreaterThan(8); // 20 ± 4
  expect(gold.length).toBeLessThan(32);
  const [{ right, n } = { right: 0, n: 0 }] = desk.state().tallies;
  expect([n, right]).toEqual([gold.length, seen.filter(({ isGold }, i) => isGold && i % 2 === 0).length]);
  w.close();
});

test('what is taken back while somebody else has just found that it is due does not count', async () => {
  const w = new World(path(), 1);
  w.add('run');
  const desk = w.open();
  await desk.commit('ada', 'item-1', saying((await take(desk, 'ada')).token));
  w.now += UNDO_MS;
  vi.spyOn(Database.prototype, 'writeNow').mockImplementationOnce(function (this: Database, change) {
    this.writeNow(this.command('delete from act')); // as `undo` does, elsewhere
    return this.writeNow(change);
  });
  desk.settle();
  expect(w.ledger).toEqual([]);
  w.close();
});
