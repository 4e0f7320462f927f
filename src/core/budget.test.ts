import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget, below, scope, scopeFor } from './budget.ts';

const limit = fc.oneof(fc.nat(1000), fc.constant(Infinity));
const takings = fc.array(fc.tuple(fc.constantFrom('decisions' as const, 'questions' as const), fc.nat(300)));

describe('a budget', () => {
  test('grants what is wanted until the limit, and never more', () => {
    fc.assert(
      fc.property(limit, limit, takings, (decisions, questions, wishes) => {
        const budget = new Budget({ decisions, questions });
        const granted = { decisions: 0, questions: 0 };
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

  test.each(['decisions', 'questions', 'depth'])(
    'refuses a limit of %s that is no count, by name',
    (name) => {
      for (const limit of [-1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY])
        expect(() => new Budget({ [name]: limit })).toThrow(
          expect.objectContaining({ code: 'invalid', message: expect.stringMatching(`${name}.*${limit}`) }),
        );
    },
  );
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
        expect(budget.limits).toEqual({
          decisions: 64 * questions,
          questions: 64 * questions,
          depth: Infinity,
        });
        expect(depth).toBe(Infinity);
      }),
    );
  });
});
