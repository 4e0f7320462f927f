/** Commits on their way: whatever fails, each arrives once, in the order in which it was made, as it was made. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Commit } from '../src/wire/turn.ts';
import type { Store } from '../web/src/turn/drafts.ts';
import { Outbox, type Sent } from '../web/src/turn/outbox.ts';

/** What becomes of one attempt: it arrives, it does not, it arrives and the reply is lost, the page is loaded anew before. */
type Fate = 'arrives' | 'fails' | 'reply-lost' | 'no' | 'reload';
const fates = fc.array(fc.constantFrom<Fate>('arrives', 'fails', 'reply-lost', 'no', 'reload'), {
  maxLength: 30,
});

function memoryStore(room = Number.POSITIVE_INFINITY): Store {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (value.length > room) throw new Error('QuotaExceededError');
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
  };
}

const commit = (index: number): Commit => ({
  lease: `lease-${index}`,
  action: { kind: 'reply', text: `answer ${index}` },
  confidence: 3,
  seconds: index,
});

/** A server that knows a commit by its lease, and a browser whose timers run when they are told to. */
function setting(plan: readonly Fate[], store: Store) {
  const arrived: string[] = [];
  const attempts: string[] = [];
  const bodies = new Map<string, string>();
  const refused = new Set<string>();
  const timers: (() => void)[] = [];
  const left = [...plan];
  let underWay = 0;
  let lock = Promise.resolve();
  const send = async (turn: string, given: Commit): Promise<Sent> => {
    expect(++underWay).toBe(1);
    attempts.push(turn);
    await Promise.resolve();
    underWay--;
    const fate = left.shift() ?? 'arrives';
    if (fate === 'fails' || fate === 'reload') return { kind: 'passing' };
    const body = JSON.stringify(given);
    expect(bodies.get(given.lease) ?? body).toBe(body);
    if (fate === 'no' && !bodies.has(given.lease)) {
      refused.add(given.lease);
      return { kind: 'final', why: 'no' };
    }
    if (!bodies.has(given.lease)) arrived.push(turn);
    bodies.set(given.lease, body);
    return fate === 'reply-lost'
      ? { kind: 'passing' }
      : { kind: 'done', committed: { id: turn, effect: 'one can go on' } };
  };
  const open = () =>
    new Outbox({
      ...{ store, send, person: 'person:ada', now: () => 0 },
      // As the browser's locks: one after the other, whatever page they are of.
      alone: (work) => {
        lock = lock.then(work);
        return lock;
      },
      later: (_, work) => void timers.push(work),
    });
  const settle = async () => {
    for (let i = 0; i < 40; i++) await Promise.resolve();
  };
  return { arrived, attempts, refused, timers, open, settle };
}

describe('the outbox', () => {
  test('each commit arrives exactly once and in order, through lost requests, lost replies and reloads', () =>
    fc.assert(
      fc.asyncProperty(fates, fc.integer({ min: 1, max: 5 }), async (plan, n) => {
        const { arrived, refused, timers, open, settle } = setting(plan, memoryStore());
        let box = open();
        for (let index = 0; index < n; index++) {
          box.add(`turn-${index}`, 'q', commit(index));
          if (index % 2 === 0) box.add(`turn-${index}`, 'q', commit(index));
          if (plan[index] === 'reload') box = open();
          await settle();
        }
        for (let round = 0; round < plan.length + n + 1; round++) {
          for (const timer of timers.splice(0)) timer();
          await box.flush();
          await settle();
        }
        const expected = Array.from({ length: n }, (_, index) => `turn-${index}`);
        expect(arrived).toEqual(expected.filter((_, index) => !refused.has(`lease-${index}`)));
        box.reread();
        const ends = box.posted.map(({ state }) => state.kind);
        expect(ends).toEqual(
          expected.map((_, index) => (refused.has(`lease-${index}`) ? 'refused' : 'sent')),
        );
      }),
    ));

  test('what was sent is not sent again', async () => {
    const { open, settle, attempts } = setting([], memoryStore());
    const box = open();
    for (let time = 0; time < 3; time++) {
      box.add('turn-0', 'q', commit(0));
      await settle();
    }
    await open().flush();
    expect(attempts).toEqual(['turn-0']);
  });

  test('a browser without room still sends', async () => {
    const { arrived, open, settle } = setting(['fails'], memoryStore(10));
    const box = open();
    box.add('turn-0', 'q', commit(0));
    await settle();
    await box.flush();
    expect(arrived).toEqual(['turn-0']);
  });

  test('what is not ours in the browser’s storage is no commit', () => {
    const store = memoryStore();
    for (const junk of ['', 'null', '{', '{"a":1}', '7']) {
      store.setItem('capstan.outbox.person:ada', junk);
      expect(setting([], store).open().posted).toEqual([]);
    }
  });

  test('at most one retry waits at a time', async () => {
    const { timers, open, settle } = setting(Array(9).fill('fails'), memoryStore());
    const box = open();
    box.add('turn-0', 'q', commit(0));
    await settle();
    await box.flush();
    await box.flush();
    expect(timers).toHaveLength(1);
  });
});
