import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashText } from '../base/random.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Verdict, Verifier } from '../core/verifier.ts';
import { Waiting } from '../core/waiting.ts';
import { memo } from './memo.ts';
import { type Remedy, TIMES_MAX, type Verification, verified } from './verified.ts';

const draw = (...parts: readonly unknown[]) => hashText(parts.join('/'))[0];

/** Answers a question otherwise each time that it is asked it, and counts. Sometimes it does not know. */
function fickle(name: string, seed: number) {
  const turns = new Map<number, number>();
  const counter = { asked: 0 };
  const assistant: Assistant<number, number> = {
    origin: { name, groundTruth: false },
    answer: async (questions) =>
      questions.map((question): Answer<number> => {
        counter.asked++;
        const turn = turns.get(question) ?? 0;
        turns.set(question, turn + 1);
        const drawn = draw(name, seed, question, turn);
        return drawn % 9 === 0 ? unknown('unsure') : known(drawn % 100, 0.5);
      }),
  };
  return { assistant, counter };
}

/** A verdict that follows from the claim alone. */
function verifierOf(name: string, seed: number): Verifier<number, number> & { seen: number } {
  const verifier = {
    name,
    groundTruth: false,
    seen: 0,
    verify: async (claims: readonly { question: number; answer: number }[]) => {
      verifier.seen += claims.length;
      return claims.map(({ question, answer }): Verdict => {
        const kind = (['pass', 'pass', 'fail', 'unsure'] as const)[draw(name, seed, question, answer) % 4]!;
        return { verifier: name, kind, ...(kind !== 'pass' && { reason: 'so' }) };
      });
    },
  };
  return verifier;
}

const remedy = fc.oneof(
  fc.record({ kind: fc.constant('retry' as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('show' as const), times: fc.integer({ min: 1, max: 4 }) }),
  fc.constantFrom({ kind: 'decompose' as const }, { kind: 'escalate' as const }),
);
const policy = fc.record({
  unsure: fc.constantFrom('pass' as const, 'fail' as const),
  remedies: fc.array(remedy, { maxLength: 4 }),
});
type Wanted =
  | { readonly kind: 'retry' | 'show'; readonly times: number }
  | { readonly kind: 'decompose' | 'escalate' };
interface Policy {
  readonly unsure: 'pass' | 'fail';
  readonly remedies: readonly Wanted[];
}

/** Different questions: the same one twice would share its turns. */
const questions = fc.uniqueArray(fc.nat(1000), { maxLength: 12 });

function made(seed: number, { unsure, remedies }: Policy) {
  const x = fickle('X', seed);
  const helpers = new Map<number, ReturnType<typeof fickle>>();
  const list = remedies.map((one, i): Remedy<number, number> => {
    if (one.kind === 'show') return { kind: 'show', times: one.times, question: (question) => question };
    if (one.kind === 'retry') return { kind: 'retry', times: one.times };
    const helper = fickle(`${one.kind}${i}`, seed);
    helpers.set(i, helper);
    return { kind: one.kind, assistant: helper.assistant };
  });
  const verifiers = [verifierOf('V1', seed), verifierOf('V2', seed)];
  const seen: Verification<number, number>[] = [];
  const whole = verified(x.assistant, verifiers, {
    unsure,
    remedies: list,
    observe: (one) => seen.push(one),
  });
  return { x, helpers, verifiers, seen, whole };
}

describe('a verified assistant', () => {
  test('lets no answer through that a verifier rejects, and each that it lets through was seen to pass', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), policy, questions, async (seed, how, asked) => {
        const { whole, verifiers, seen } = made(seed, how);
        const answers = await whole.answer(asked, scope());
        for (const [i, answer] of answers.entries()) {
          if (answer.kind === 'unknown') continue;
          const claim = { question: asked[i]!, answer: answer.value };
          for (const verifier of verifiers) {
            const [verdict] = await verifier.verify([claim], scope());
            expect(verdict!.kind === 'pass' || (verdict!.kind === 'unsure' && how.unsure === 'pass')).toBe(
              true,
            );
          }
          const last = seen.findLast(({ question }) => question === claim.question);
          expect(last).toMatchObject({ answer: answer.value, isAccepted: true });
        }
      }),
      { numRuns: 500 },
    );
  });

  test('gives up only after every remedy was tried as often as it may be, and asks none more often', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), policy, fc.nat(1000), async (seed, how, question) => {
        const { whole, x, helpers, seen, verifiers } = made(seed, how);
        const call = scope();
        const [answer] = await whole.answer([question], call);
        const times = how.remedies.reduce((sum, one) => sum + ('times' in one ? one.times : 0), 0);
        expect(x.counter.asked).toBeLessThanOrEqual(1 + times);
        for (const { counter } of helpers.values()) expect(counter.asked).toBeLessThanOrEqual(1);
        const all =
          x.counter.asked + [...helpers.values()].reduce((sum, { counter }) => sum + counter.asked, 0);
        expect(call.budget.spent.questions).toBe(all - 1);
        if (answer!.kind === 'unknown' && answer!.reason === 'rejected') {
          expect(all).toBe(1 + times + helpers.size);
          expect(seen.every(({ isAccepted }) => !isAccepted)).toBe(true);
        } else if (answer!.kind === 'known')
          expect(seen.map(({ isAccepted }) => isAccepted)).toEqual([...seen.slice(1).map(() => false), true]);
        // Whoever rejects is the last to be asked.
        expect(verifiers[0]!.seen).toBe(seen.length);
        expect(verifiers[1]!.seen).toBe(seen.filter(({ verdicts }) => verdicts.length === 2).length);
      }),
      { numRuns: 500 },
    );
  });

  test('answers a batch as each of its questions alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), policy, questions, async (seed, how, asked) => {
        const together = await made(seed, how).whole.answer(asked, scope());
        for (const [i, question] of asked.entries())
          expect(await made(seed, how).whole.answer([question], scope())).toEqual([together[i]]);
      }),
    );
  });

  test('spends no more than the budget has, and says where that stood in the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), policy, questions, fc.nat(10), async (seed, how, asked, limit) => {
        const [free, bound] = [made(seed, how), made(seed, how)];
        const call = scope({ questions: limit });
        const [wanted, got] = [
          await free.whole.answer(asked, scope()),
          await bound.whole.answer(asked, call),
        ];
        expect(call.budget.spent.questions).toBeLessThanOrEqual(limit);
        const helped = [...bound.helpers.values()].reduce((sum, { counter }) => sum + counter.asked, 0);
        expect(bound.x.counter.asked + helped).toBe(asked.length + call.budget.spent.questions);
        got.forEach((answer, i) => {
          if (answer.kind === 'unknown' && answer.reason === 'budget')
            expect(call.budget.refusals).toBeGreaterThan(0);
          else expect(answer).toEqual(wanted[i]);
        });
      }),
    );
  });

  test('tries its remedies in the order in which they are given', async () => {
    const said: string[] = [];
    const saying = (name: string): Assistant<string, string> => ({
      origin: { name, groundTruth: false },
      answer: async (asked) => {
        said.push(...asked.map((question) => `${name}: ${question}`));
        return asked.map(() => known(name));
      },
    });
    const stern: Verifier<string, string> = {
      name: 'V',
      groundTruth: false,
      verify: async (claims) =>
        claims.map(({ answer }) =>
          answer === 'person'
            ? { verifier: 'V', kind: 'pass' }
            : { verifier: 'V', kind: 'fail', reason: 'no person' },
        ),
    };
    const remedies: readonly Remedy<string, string>[] = [
      { kind: 'retry', times: 1 },
      {
        kind: 'show',
        times: 2,
        question: (question, rejected, [verdict]) => `${question} not ${rejected}: ${verdict!.reason}`,
      },
      { kind: 'decompose', assistant: saying('tree') },
      { kind: 'escalate', assistant: saying('person') },
    ];
    const after: string[] = [];
    const whole = verified(saying('X'), [stern], {
      unsure: 'fail',
      remedies,
      observe: (seen) => after.push(`${seen.after} ${seen.isAccepted}`),
    });
    expect(await whole.answer(['Q'], scope())).toEqual([known('person')]);
    expect(said).toEqual([
      'X: Q',
      'X: Q',
      'X: Q not X: no person',
      'X: Q not X: no person',
      'tree: Q',
      'person: Q',
    ]);
    expect(after).toEqual([
      'answer false',
      'retry false',
      'show false',
      'show false',
      'decompose false',
      'escalate true',
    ]);
    expect(whole.origin).toEqual({ name: 'Verified(X, V, tree, person)', groundTruth: false });
  });

  test('hands on what is unknown at first, verifying nothing', async () => {
    const silent: Assistant<number, number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (asked) => asked.map(() => unknown('budget')),
    };
    const verifier = verifierOf('V', 1);
    const whole = verified(silent, [verifier], { unsure: 'fail', remedies: [{ kind: 'retry', times: 3 }] });
    expect(await whole.answer([1, 2], scope())).toEqual([unknown('budget'), unknown('budget')]);
    expect(verifier.seen).toBe(0);
  });

  test('waits for a person without asking again what is remembered', async () => {
    const x = fickle('X', 3);
    let isThere = false;
    const person: Assistant<number, number> = {
      origin: { name: 'P', groundTruth: false },
      answer: async (asked) => {
        if (!isThere) throw new Waiting(['P']);
        return asked.map(() => known(-1));
      },
    };
    const stern: Verifier<number, number> = {
      name: 'V',
      groundTruth: false,
      verify: async (claims) =>
        claims.map(({ answer }) => ({ verifier: 'V', kind: answer === -1 ? 'pass' : 'fail', reason: 'so' })),
    };
    const whole = verified(memo(x.assistant, String), [stern], {
      unsure: 'fail',
      remedies: [{ kind: 'escalate', assistant: person }],
    });
    await expect(whole.answer([1, 2], scope())).rejects.toThrow(Waiting);
    isThere = true;
    expect(await whole.answer([1, 2], scope())).toEqual([known(-1), known(-1)]);
    expect(x.counter.asked).toBe(2);
  });

  test('knows the ground truth if anybody in it does', () => {
    const x = fickle('X', 1).assistant;
    const tainted = { ...x, origin: { name: 'T', groundTruth: true } };
    const v = verifierOf('V', 1);
    const of = (...[a, b, c]: readonly [typeof x, Verifier<number, number>, typeof x]) =>
      verified(a, [b], { unsure: 'fail', remedies: [{ kind: 'escalate', assistant: c }] }).origin.groundTruth;
    expect([
      of(x, v, x),
      of(tainted, v, x),
      of(x, { ...v, groundTruth: true }, x),
      of(x, v, tainted),
    ]).toEqual([false, true, true, true]);
  });

  test('takes no bounds that are none, no verifiers that are none, and no fewer verdicts than claims', async () => {
    const { assistant } = fickle('X', 1);
    for (const times of [0, TIMES_MAX + 1, 1.5, Number.POSITIVE_INFINITY])
      expect(() =>
        verified(assistant, [verifierOf('V', 1)], { unsure: 'fail', remedies: [{ kind: 'retry', times }] }),
      ).toThrow(`times of «retry»: expected an integer from 1 to ${TIMES_MAX}`);
    expect(() => verified(assistant, [], { unsure: 'fail', remedies: [] })).toThrow(
      'verifiers: expected at least one',
    );
    const short = { ...verifierOf('V', 1), verify: async () => [] };
    const sure = { ...assistant, answer: async (asked: readonly number[]) => asked.map(() => known(1)) };
    await expect(
      verified(sure, [short], { unsure: 'fail', remedies: [] }).answer([1], scope()),
    ).rejects.toThrow('V: one verdict per claim');
  });
});
