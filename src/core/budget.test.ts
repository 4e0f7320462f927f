import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget, below, type Kind, type Reservation, type Spending, scope, scopeFor } from './budget.ts';

const KINDS = ['decisions', 'questions', 'calls', 'tokens', 'micros', 'seconds'] as const;
const NOTHING = { decisions: 0, questions: 0, calls: 0, tokens: 0, micros: 0, seconds: 0 };

const limit = fc.oneof(fc.nat(1000), fc.constant(Infinity));
const takings = fc.array(fc.tuple(fc.constantFrom('decisions' as const, 'questions' as const), fc.nat(300)));

describe('a budget', () => {
  test('grants what is wanted until the limit, and never more', () => {
    fc.assert(
      fc.property(limit, limit, takings, (decisions, questions, wishes) => {
        const budget = new Budget({ decisions, questions });
        const granted = { ...NOTHING };
        for (const [kind, wanted] of wishes) {
          const got = budget.take(kind, wanted);
          expect(got).toBe(Math.min(wanted, budget.limits[kind] - granted[kind]));
          granted[kind] += got;
          expect(budget.spent).toEqual(granted);
          expect(granted[kind]).toBeLessThanOrEqual(budget.limits[kind]);
        }
      }),
    );
  });

  test('without limits grants everything', () => {
    const budget = new Budget();
    expect(budget.take('questions', 1e12)).toBe(1e12);
    expect(budget.take('decisions', 0)).toBe(0);
  });

  test('remembers that it refused, in part or whole, and not that it granted', () => {
    const budget = new Budget({ questions: 3 });
    budget.take('questions', 3);
    budget.take('questions', 0);
    expect(budget.refusals).toBe(0);
    budget.take('questions', 1);
    budget.refuse();
    expect(budget.refusals).toBe(2);
  });

  test('does not let its spending be changed from outside', () => {
    const budget = new Budget({ questions: 1 });
    Object.assign(budget.spent, { questions: -5 });
    expect(budget.take('questions', 3)).toBe(1);
  });

  test.each([...KINDS, 'depth'])('refuses a limit of %s that is no count, by name', (name) => {
    for (const limit of [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(() => new Budget({ [name]: limit })).toThrow(
        expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`${name}.*${limit}`) }),
      );
  });
});

const upTo = (most: number) =>
  fc.record(
    Object.fromEntries(KINDS.map((kind) => [kind, fc.nat(most)])) as { [K in Kind]: fc.Arbitrary<number> },
    { requiredKeys: [] },
  );
const amounts = upTo(40);
const actions = fc.array(
  fc.tuple(fc.constantFrom('take', 'reserve', 'settle', 'split', 'close'), fc.nat(), amounts, fc.nat(5)),
  { maxLength: 60, size: 'max' },
);

/** What a budget is told, kept beside it by other means: every expense with whose it was. */
class Books {
  readonly all: { budget: Budget; parent: number; share: Partial<Spending>; isClosed: boolean }[] = [];
  readonly expenses: { owner: number; kind: Kind; amount: number }[] = [];
  readonly open: { owner: number; most: Partial<Spending>; reservation: Reservation }[] = [];

  isBelow(owner: number, above: number): boolean {
    return owner === above || (owner > above && this.isBelow(this.all[owner]!.parent, above));
  }

  spent(of: number, kind: Kind): number {
    return this.expenses
      .filter((one) => one.kind === kind && this.isBelow(one.owner, of))
      .reduce((sum, one) => sum + one.amount, 0);
  }

  /** Reserved by it and by those below that draw on it, and lent to those below that are open. */
  held(of: number, kind: Kind): number {
    const own = this.open
      .filter((one) => one.owner === of)
      .reduce((sum, one) => sum + (one.most[kind] ?? 0), 0);
    return this.all.reduce((sum, { parent, share, isClosed }, child) => {
      if (parent !== of || child === of) return sum;
      const below = this.held(child, kind);
      const isShared = share[kind] !== undefined && !isClosed;
      return sum + (isShared ? share[kind]! - this.spent(child, kind) : below);
    }, own);
  }
}

function carryOut(
  books: Books,
  [name, which, amounts, extra]: [string, number, Partial<Spending>, number],
): void {
  const owner = which % books.all.length;
  const { budget } = books.all[owner]!;
  const has = (most: Partial<Spending>) => KINDS.every((kind) => (most[kind] ?? 0) <= budget.left(kind));
  if (name === 'take')
    for (const kind of KINDS) {
      const left = budget.left(kind);
      const amount = budget.take(kind, amounts[kind] ?? 0);
      expect(amount).toBe(Math.min(left, amounts[kind] ?? 0));
      books.expenses.push({ owner, kind, amount });
    }
  if (name === 'reserve') {
    const isEnough = has(amounts);
    const reservation = budget.reserve(amounts);
    expect(reservation !== undefined).toBe(isEnough);
    if (reservation) books.open.push({ owner, most: amounts, reservation });
  }
  if (name === 'settle' && books.open.length > 0) settle(books, which % books.open.length, amounts, extra);
  if (name === 'split') {
    const isEnough = has(amounts);
    const child = budget.split(amounts);
    expect(child !== undefined).toBe(isEnough);
    if (child) books.all.push({ budget: child, parent: owner, share: amounts, isClosed: false });
  }
  if (name === 'close' && owner > 0) {
    budget.close();
    books.all[owner]!.isClosed = true;
    for (const kind of KINDS) expect(budget.left(kind)).toBe(0);
  }
}

/** It cost any part of what was reserved, now and then more: then what there is is taken. */
function settle(books: Books, at: number, amounts: Partial<Spending>, extra: number): void {
  const [{ owner, most, reservation }] = books.open.splice(at, 1) as [(typeof books.open)[0]];
  const { budget } = books.all[owner]!;
  const cost = Object.fromEntries(
    KINDS.map((kind) => [kind, Math.min(amounts[kind] ?? 0, most[kind] ?? 0) + (extra === 5 ? extra : 0)]),
  );
  const before = budget.spent;
  const isEnough = reservation.settle(cost);
  const paid = KINDS.map((kind) => [kind, budget.spent[kind] - before[kind]] as const);
  expect(isEnough).toBe(paid.every(([kind, amount]) => amount === cost[kind]));
  for (const [kind, amount] of paid) {
    expect(amount).toBeLessThanOrEqual(cost[kind]!);
    expect(amount).toBeGreaterThanOrEqual(Math.min(cost[kind]!, most[kind] ?? 0));
    books.expenses.push({ owner, kind, amount });
  }
}

describe('a budget that is split', () => {
  test('keeps every cap, counts every expense for all above, and loses nothing, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(upTo(300), actions, (limits, todo) => {
        const books = new Books();
        books.all.push({ budget: new Budget(limits), parent: 0, share: limits, isClosed: false });
        for (const action of todo) {
          carryOut(books, action);
          books.all.forEach(({ budget, share, isClosed }, at) => {
            for (const kind of KINDS) {
              expect(budget.spent[kind]).toBe(books.spent(at, kind));
              expect(budget.spent[kind]).toBeLessThanOrEqual(share[kind] ?? Infinity);
              const held = books.held(at, kind);
              expect(budget.spent[kind] + held).toBeLessThanOrEqual(share[kind] ?? Infinity);
              if (at === 0 || (share[kind] !== undefined && !isClosed))
                expect(budget.left(kind)).toBe((share[kind] ?? Infinity) - budget.spent[kind] - held);
            }
          });
        }
        while (books.open.length > 0) settle(books, 0, {}, 0);
        for (const { budget } of books.all.slice(1)) budget.close();
        const [root] = books.all;
        for (const kind of KINDS)
          expect(root!.budget.left(kind)).toBe(root!.budget.limits[kind] - root!.budget.spent[kind]);
      }),
      { numRuns: 200 },
    );
  });

  test('gives a child no more than its share, and has the rest back when it is closed', () => {
    const whole = new Budget({ micros: 100, calls: 5 });
    const part = whole.split({ micros: 60 })!;
    expect(whole.left('micros')).toBe(40);
    expect(part.take('micros', 70)).toBe(60);
    expect(part.take('calls', 2)).toBe(2);
    expect(whole.spent).toMatchObject({ micros: 60, calls: 2 });
    const other = whole.split({ micros: 30 })!;
    other.take('micros', 10);
    other.close();
    other.close();
    expect(whole.left('micros')).toBe(30);
    expect(other.take('micros', 1)).toBe(0);
  });

  test('tells all above that something was refused', () => {
    const root = new Budget({ tokens: 10 });
    const child = root.split({ tokens: 5 })!;
    expect(child.reserve({ tokens: 6 })).toBeUndefined();
    expect([root.refusals, child.refusals]).toEqual([1, 1]);
    expect(root.split({ tokens: 6 })).toBeUndefined();
    expect([root.refusals, child.refusals]).toEqual([2, 1]);
  });

  test('refuses what is no amount, and settles nothing twice', () => {
    const budget = new Budget();
    for (const tokens of [-1, 0.5, Number.NaN])
      expect(() => budget.reserve({ tokens })).toThrow(expect.objectContaining({ code: 'invalid' }));
    const reservation = budget.reserve({ tokens: 5 })!;
    reservation.settle({ tokens: 1 });
    expect(() => reservation.settle({ tokens: 1 })).toThrow('settled once');
    expect(budget.spent.tokens).toBe(1);
  });
});

describe('a scope', () => {
  test('goes down with the same budget and signal, one level less deep', () => {
    const { signal } = new AbortController();
    const root = scope({ depth: 3, questions: 5 }, signal);
    const inner = below(below(root));
    expect(inner.depth).toBe(1);
    expect(inner.signal).toBe(signal);
    inner.budget.take('questions', 5);
    expect(root.budget.spent.questions).toBe(5);
    expect(root.depth).toBe(3);
  });

  test('without a depth limit has none at any level', () => {
    expect(below(scope()).depth).toBe(Infinity);
  });

  test('of root questions has 64 decisions and 64 sub-questions for each of them, all in one budget', () => {
    fc.assert(
      fc.property(fc.nat(5000), (questions) => {
        const { budget, depth } = scopeFor(questions);
        expect(budget.limits).toMatchObject({
          decisions: 64 * questions,
          questions: 64 * questions,
          depth: Infinity,
        });
        expect(depth).toBe(Infinity);
      }),
    );
  });
});
