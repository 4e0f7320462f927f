/** People at the desk by a random schedule: they take, skip, extend, take back, commit late and twice, while processes end and
 *  what waits comes and goes. Throws where something is in two hands, lost, or on the ledger more than once. */

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { CapstanError } from '../../src/base/errors.ts';
import type { Ack, Held, Saying } from '../../src/desk/desk.ts';
import { Crash, LEASE_MS, UNDO_MS, World } from './world.ts';

export const saying = (token: string, text = 'yes', more: Partial<Saying> = {}): Saying => ({
  ...{ token, body: text, said: { reply: text }, form: text, sure: 1, seconds: 1 },
  ...more,
});

/** With which a refusal came, or «done». */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
    return 'done';
  } catch (error) {
    if (error instanceof CapstanError) return error.code;
    throw error;
  }
}

function must(claim: boolean, what: string): void {
  if (!claim) throw new Error(what);
}

function same(found: unknown, expected: unknown, what: string): void {
  must(
    isDeepStrictEqual(found, expected),
    `${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(found)}`,
  );
}

const PEOPLE = ['ada', 'bob', 'cy', 'dee'] as const;
/** Forms that people say; few, so that they often agree. */
const SAID = ['yes', 'no'] as const;

type Op =
  | { readonly kind: 'next' | 'skip' | 'extend' | 'undo'; readonly person: string }
  | {
      readonly kind: 'commit';
      readonly person: string;
      readonly said: string;
      readonly again: boolean;
      readonly old: number;
    }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'settle' | 'restart' | 'withdraw' | 'add' }
  | { readonly kind: 'crash'; readonly steps: number };

const person = fc.constantFrom(...PEOPLE);
const some = <K extends string>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: some('next'), person }) },
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: some('commit'), person },
      ...{ said: fc.constantFrom(...SAID), again: fc.boolean(), old: fc.nat(2) },
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: some('skip', 'extend', 'undo'), person }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: some('wait'),
      ms: fc.constantFrom(10, UNDO_MS, LEASE_MS / 2, LEASE_MS + 1),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: some('settle', 'restart', 'withdraw', 'add') }) },
);
const now = (person: string, said: string): Op => ({ kind: 'commit', person, said, again: false, old: 0 });
const next = (person: string): Op => ({ kind: 'next', person });
const wait = (ms: number): Op => ({ kind: 'wait', ms });
const said = fc.constantFrom(...SAID);
/** What hardly happens by chance: somebody is late, a process ends on the way to the ledger, what was decided waits no more. */
const scene: fc.Arbitrary<readonly Op[]> = fc.oneof(
  { weight: 8, arbitrary: op.map((one) => [one]) },
  fc.tuple(person, person, said).map(([a, b, s]) => [next(a), wait(LEASE_MS + 1), next(b), now(a, s)]),
  fc
    .tuple(person, person, said, said, fc.nat(7))
    .map(
      ([a, b, s, t, steps]) =>
        [next(a), next(b), now(a, s), now(b, t), wait(UNDO_MS), { kind: 'crash', steps }] as const,
    ),
  fc
    .tuple(person, said)
    .map(([a, s]) => [next(a), now(a, s), { kind: 'withdraw' }, wait(UNDO_MS), { kind: 'settle' }] as const),
);

/** What somebody should know of it who has only seen the answers. */
class Model {
  /** Every lease that was handed out, the latest last. */
  readonly handed: { held: Held; person: string; until: number; isOver: boolean }[] = [];
  /** Acknowledged and not taken back. */
  readonly acked = new Map<string, { person: string; item: string; isGold: boolean; said: string }>();

  live(item: string, now: number) {
    return this.handed.filter((one) => one.held.item === item && !one.isOver && one.until > now);
  }

  of(person: string) {
    return this.handed.filter((one) => one.person === person);
  }
}

async function play(w: World, ops: readonly Op[], reviewers: number): Promise<Model> {
  const model = new Model();
  let desk = w.open();
  const actsOn = (item: string) => [...model.acked.values()].filter((one) => one.item === item);
  const settle = () => {
    try {
      desk.settle();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      desk = w.open();
    }
  };
  const hand = (person: string, held: Held) => {
    const known = model.handed.find((one) => one.held.token === held.token);
    if (known) {
      known.until = held.until;
      return;
    }
    if (!held.isGold) {
      const others = model.live(held.item, w.now).filter((one) => one.person !== person);
      const acts = actsOn(held.item);
      const used = held.kind === 'arbitrate' ? acts.length - reviewers : acts.length;
      must(
        others.length + used < (held.kind === 'arbitrate' ? 1 : reviewers),
        `${held.item} is in other hands`,
      );
      must(w.items.get(held.item)!.open, `${held.item} waits no more`);
    }
    must(!actsOn(held.item).some((one) => one.person === person), `${person} decides twice`);
    for (const one of model.of(person)) if (one.held.item === held.item) one.isOver = true;
    model.handed.push({ held, person, until: held.until, isOver: false });
  };
  for (const one of ops) {
    switch (one.kind) {
      case 'next': {
        const { held } = await desk.next(one.person);
        if (held) hand(one.person, held);
        break;
      }
      case 'skip':
      case 'extend': {
        const last = model.of(one.person).findLast(({ isOver }) => !isOver);
        if (!last) break;
        const { item, token } = last.held;
        if (one.kind === 'skip') {
          if ((await codeOf(() => desk.skip(one.person, item, token))) === 'done') last.isOver = true;
        } else await codeOf(async () => (last.until = await desk.extend(one.person, item, token)));
        break;
      }
      case 'undo': {
        const last = model.of(one.person).findLast(({ held }) => model.acked.has(held.token));
        if (!last) break;
        try {
          const held = await desk.undo(one.person, last.held.item);
          model.acked.delete(last.held.token);
          hand(one.person, held);
        } catch (error) {
          must(error instanceof CapstanError, `undo: ${error}`);
        }
        break;
      }
      case 'commit': {
        const all = model.of(one.person);
        const which = all[all.length - 1 - one.old]; // or one of the past
        if (!which) break;
        const { item, token, isGold } = which.held;
        const before = model.acked.get(token);
        const say = () => desk.commit(one.person, item, saying(token, one.said));
        const others = model.live(item, w.now).filter((other) => other.person !== one.person).length;
        const isFree = isGold || others + actsOn(item).length < reviewers;
        let ack: Ack | undefined;
        const code = await codeOf(async () => {
          ack = await say();
        });
        if (before) same(code, before.said === one.said ? 'done' : 'exists', 'again');
        else if (which.isOver) must(code === 'locked' || code === 'exists', `over: ${code}`);
        else if (which.held.kind === 'decide' && w.items.get(item)?.open !== false)
          same(code === 'done', isFree, `${one.person} commits to ${item}: ${code}`);
        if (code !== 'done') break;
        which.isOver = true;
        if (!before) model.acked.set(token, { person: one.person, item, isGold, said: one.said });
        if (one.again) same(await say(), ack, 'the same again');
        break;
      }
      case 'wait':
        w.now += one.ms;
        break;
      case 'settle':
        settle();
        break;
      case 'crash':
        w.crashIn = one.steps;
        settle();
        w.crashIn = undefined;
        break;
      case 'restart':
        desk = w.open();
        break;
      case 'withdraw': {
        const open = [...w.items.values()].filter((item) => item.open);
        const last = open.findLast(({ id }) => actsOn(id).length > 0) ?? open[0];
        if (last) last.open = false;
        break;
      }
      case 'add':
        w.add('two');
        break;
    }
  }
  // Everybody comes back, and nobody skips, until nothing waits for anybody.
  for (let i = 0; i < 200; i++) {
    w.now += LEASE_MS + 1;
    settle();
    let isIdle = true;
    for (const name of PEOPLE) {
      const { held } = await desk.next(name);
      if (!held) continue;
      isIdle = false;
      hand(name, held);
      await desk.commit(name, held.item, saying(held.token, SAID[i % 2]));
      model.handed.findLast((one) => one.held.token === held.token)!.isOver = true;
      model.acked.set(held.token, { person: name, item: held.item, isGold: held.isGold, said: SAID[i % 2]! });
    }
    if (isIdle) break;
  }
  w.now += UNDO_MS;
  settle();
  return model;
}

/** What a schedule comes to: how much happened in it. */
export async function check(path: string, { ops, seed, reviewers }: Schedule): Promise<Counts> {
  const w = new World(path, seed);
  const gold = {
    share: 0.2,
    questions: [
      { id: 'gold-1', form: 'yes' },
      { id: 'gold-2', form: 'no' },
    ],
  };
  for (let i = 0; i < 3; i++) w.add('one', { reviewers, gold });
  w.add('two', { reviewers });
  const model = await play(w, ops, reviewers);
  w.close();
  const own = w.ledger.filter(({ as }) => as !== 'agreement').map(({ person, item }) => `${person} ${item}`);
  const acked = [...model.acked.values()].map(({ person, item }) => `${person} ${item}`);
  same(own.toSorted(), acked.toSorted(), 'what is on the ledger');
  same(new Set(w.ledger.map(({ id }) => id)).size, w.ledger.length, 'acts on the ledger');
  for (const id of w.items.keys()) checkItem(w, id, reviewers);
  const golds = w.ledger.filter(({ as }) => as === 'gold');
  must(![...w.effects.keys()].some((id) => id.startsWith('gold')), 'a test question took effect');
  same(
    new Set(golds.map((one) => `${one.person} ${one.item}`)).size,
    golds.length,
    'test questions, each once',
  );
  for (const { item, isRight, said } of golds)
    same(isRight, isDeepStrictEqual(said, { reply: item === 'gold-1' ? 'yes' : 'no' }), 'as expected');
  const count = (as: string) => w.ledger.filter((one) => one.as === as).length;
  return {
    acts: own.length,
    gold: count('gold'),
    agreed: count('agreement'),
    arbitrated: count('arbitration'),
    late: count('late'),
    crashes: w.crashes,
  };
}

export interface Counts {
  readonly acts: number;
  readonly gold: number;
  readonly agreed: number;
  readonly arbitrated: number;
  readonly late: number;
  readonly crashes: number;
}

const EFFECTIVE: ReadonlySet<string> = new Set(['decision', 'agreement', 'arbitration']);

function checkItem(w: World, id: string, reviewers: number): void {
  must(!w.items.get(id)!.open, `${id} was never decided`);
  const reviews = w.ledger.filter(({ item, as }) => item === id && as === 'review');
  const [effect, ...more] = w.effects.get(id) ?? [];
  same(more, [], `${id} took effect again`);
  const counted = w.ledger.filter(({ item, as }) => item === id && EFFECTIVE.has(as));
  // Between the ledger and its effect something else may come where a process ends.
  if (w.crashes === 0)
    same(counted.length, effect === undefined ? 0 : 1, `${id}: what should have taken effect`);
  if (effect === undefined) return; // it was withdrawn
  const { as, parents, person: who } = w.ledger[effect]!;
  if (reviewers === 1) {
    same([as, parents], ['decision', []], id);
    return;
  }
  same(new Set(reviews.map((one) => one.person)).size, reviewers, `reviewers of ${id}`);
  same(reviews.length, reviewers, `reviews of ${id}`);
  same(
    parents,
    reviews.map(({ entry }) => entry),
    `${id} rests on`,
  );
  const forms = new Set(reviews.map(({ said }) => JSON.stringify(said)));
  same(as, forms.size === 1 ? 'agreement' : 'arbitration', id);
  must(
    as === 'agreement' || !reviews.some((one) => one.person === who),
    `${who} arbitrates about themselves`,
  );
}

export interface Schedule {
  readonly ops: readonly Op[];
  readonly seed: number;
  readonly reviewers: number;
}

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  ops: fc.array(scene, { minLength: 5, maxLength: 40 }).map((scenes) => scenes.flat()),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  reviewers: fc.integer({ min: 1, max: 3 }),
});
