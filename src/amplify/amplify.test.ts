import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adder, arbitrary, isAnswer, Meter, oracle } from '../../test/overseers.ts';
import { nobody } from '../assistants/nobody.ts';
import { known, type UnknownReason, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { type Limits, scope } from '../core/budget.ts';
import { ask, reply, type Transcript } from '../core/workspace.ts';
import { amplify } from './amplify.ts';
import { hch } from './hch.ts';

/** No question is simple. */
const noFacts = () => undefined;
const QUESTIONS = 12;
const seed = fc.nat(2 ** 31);
const questions = fc.array(fc.nat(QUESTIONS - 1), { maxLength: 12 });
const limit = fc.oneof({ weight: 3, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.constant(Infinity) });
const limits: fc.Arbitrary<Pick<Limits, 'decisions' | 'questions' | 'depth'>> = fc.record({
  decisions: limit,
  questions: limit,
  depth: fc.oneof(fc.nat(4), fc.constant(Infinity)),
});

describe('Amplify^H(X)', () => {
  test('answers many questions as it answers each alone', async () => {
    await fc.assert(
      fc.asyncProperty(seed, questions, async (n, asked) => {
        const amplified = amplify(arbitrary(n, QUESTIONS), amplify(arbitrary(n + 1, QUESTIONS), oracle(n)));
        const together = await amplified.answer(asked, scope());
        const alone = [];
        for (const question of asked) alone.push(...(await amplified.answer([question], scope())));
        expect(together).toEqual(alone);
      }),
    );
  });

  test('is X where H passes the question on and the answer back', async () => {
    const passing: Overseer<number, number> = {
      origin: { name: 'H', groundTruth: false },
      act: async (workspaces) =>
        workspaces.map(({ question, exchanges }) =>
          exchanges[0] ? reply(exchanges[0].answer) : ask(question),
        ),
    };
    await fc.assert(
      fc.asyncProperty(seed, questions, async (n, asked) => {
        const x = oracle(n);
        expect(await amplify(passing, x).answer(asked, scope())).toEqual(await x.answer(asked, scope()));
      }),
    );
  });

  test('shows H its question and its own exchanges, in the order it asked', async () => {
    await fc.assert(
      fc.asyncProperty(seed, questions, async (n, asked) => {
        const transcripts: Transcript<number, number>[] = [];
        const [h, x] = [arbitrary(n, QUESTIONS), oracle(n)];
        const record = (transcript: Transcript<number, number>) => void transcripts.push(transcript);
        const answers = await amplify(h, x, { record }).answer(asked, scope());
        expect(transcripts.map(({ question }) => question)).toEqual(asked);
        expect(transcripts.map(({ answer }) => answer)).toEqual(answers);
        for (const { question, exchanges, answer } of transcripts) {
          // Replaying H on the transcript alone leads through the same questions to the same answer.
          let seen = 0;
          for (;;) {
            const [action] = await h.act([{ question, exchanges: exchanges.slice(0, seen) }], scope());
            if (action!.kind !== 'ask') {
              expect(answer).toEqual(action!.kind === 'reply' ? action!.answer : unknown('escalated'));
              break;
            }
            const own = exchanges.slice(seen, seen + action!.questions.length);
            expect(own.map((exchange) => exchange.question)).toEqual(action!.questions);
            expect(own.map((exchange) => exchange.answer)).toEqual(
              await x.answer(action!.questions, scope()),
            );
            seen += own.length;
          }
          expect(seen).toBe(exchanges.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('asks X once per turn of all open workspaces, not once per workspace', async () => {
    let calls = 0;
    const x: Assistant<readonly number[], number> = {
      origin: { name: 'X', groundTruth: false },
      answer: async (asked) => {
        calls++;
        return asked.map((numbers) => known(numbers.reduce((a, b) => a + b, 0)));
      },
    };
    const sums = Array.from({ length: 100 }, (_, i) => [i, 1, 2]);
    const answers = await amplify(adder, x).answer(sums, scope());
    expect(answers).toEqual(sums.map(([i]) => known(i! + 3)));
    expect(calls).toBe(1);
  });

  test.each<UnknownReason>(['nobody', 'unsure', 'escalated', 'budget', 'rejected', 'unavailable'])(
    'hands «unknown: %s» up to the root',
    async (reason) => {
      const floor: Assistant<readonly number[], number> = {
        origin: { name: 'X', groundTruth: false },
        answer: async (asked) => asked.map((numbers) => (numbers.includes(13) ? unknown(reason) : known(1))),
      };
      const three = amplify(adder, amplify(adder, amplify(adder, floor)));
      const sums = [Array.from({ length: 16 }, (_, i) => i), Array.from({ length: 16 }, () => 0)];
      expect(await three.answer(sums, scope())).toEqual([unknown(reason), known(8)]);
    },
  );

  test('turns an escalation into «unknown: escalated»', async () => {
    const helpless: Overseer<number, number> = {
      origin: { name: 'H', groundTruth: false },
      act: async (workspaces) => workspaces.map(() => ({ kind: 'escalate', reason: 'too hard' })),
    };
    expect(await amplify(helpless, nobody).answer([1], scope())).toEqual([unknown('escalated')]);
  });

  test('refuses an overseer that asks nothing, which would never end', async () => {
    const mute: Overseer<number, number> = {
      origin: { name: 'H', groundTruth: false },
      act: async (workspaces) => workspaces.map(() => ask()),
    };
    await expect(amplify(mute, nobody).answer([1], scope())).rejects.toMatchObject({ code: 'invalid' });
  });

  test.each([-1, 1])(
    'calls it a bug when an overseer gives %i actions too many, or an assistant answers',
    async (extra) => {
      const origin = { name: 'odd', groundTruth: false };
      const wrong = <T>(items: readonly T[]) => (extra > 0 ? [...items, items[0]!] : items.slice(1));
      const h: Overseer<readonly number[], number> = {
        origin,
        act: async (workspaces, inner) => wrong(await adder.act(workspaces, inner)),
      };
      const x: Assistant<readonly number[], number> = {
        origin,
        answer: async (asked) => wrong(asked.map(() => known(1))),
      };
      await expect(amplify(h, nobody).answer([[1]], scope())).rejects.toThrow(
        /odd: one action per workspace/,
      );
      await expect(amplify(adder, x).answer([[1, 2]], scope())).rejects.toThrow(
        /odd: one answer per question/,
      );
    },
  );

  test('asks nobody anything for no questions', async () => {
    const meter = new Meter();
    expect(await amplify(meter.overseer(adder), meter.assistant(nobody, 1)).answer([], scope())).toEqual([]);
    expect(meter).toMatchObject({ decisions: 0, questions: 0 });
  });
});

describe('a budget', () => {
  test('is never exceeded, whatever H asks, and every question still gets a typed answer', async () => {
    await fc.assert(
      fc.asyncProperty(seed, questions, fc.nat(3), limits, async (n, asked, height, allowed) => {
        const meter = new Meter();
        const h = meter.overseer(arbitrary(n, QUESTIONS));
        let x: Assistant<number, number> = meter.assistant(oracle(n), height + 1);
        for (let level = height; level >= 1; level--) x = meter.assistant(amplify(h, x), level);
        const call = scope(allowed);
        const answers = await amplify(h, x).answer(asked, call);
        expect(answers.length).toBe(asked.length);
        expect(answers.every(isAnswer)).toBe(true);
        for (const kind of ['decisions', 'questions', 'depth'] as const)
          expect(meter[kind]).toBeLessThanOrEqual(allowed[kind]);
        expect(call.budget.spent).toMatchObject({ decisions: meter.decisions, questions: meter.questions });
      }),
      { numRuns: 300 },
    );
  });

  test('that does not bind changes no answer, and one unit less in anything shows', async () => {
    const sum = [Array.from({ length: 8 }, (_, i) => i)];
    const assistant = hch(adder, noFacts, 3);
    const free = scope();
    expect(await assistant.answer(sum, free)).toEqual([known(28)]);
    // 15 nodes; the 7 inner ones act twice; 14 are asked for; three levels lie below the root.
    expect(free.budget.spent).toMatchObject({ decisions: 22, questions: 14 });
    const exact = { decisions: 22, questions: 14, depth: 3 };
    expect(await assistant.answer(sum, scope(exact))).toEqual([known(28)]);
    for (const kind of ['decisions', 'questions', 'depth'] as const) {
      const short = { ...exact, [kind]: exact[kind] - 1 };
      expect(await assistant.answer(sum, scope(short)), kind).toEqual([unknown('budget')]);
    }
  });

  test('of one decision answers the first question and says of the others that it ran out', async () => {
    const answers = await amplify(adder, nobody).answer([[1], [2], [3]], scope({ decisions: 1 }));
    expect(answers).toEqual([known(1), unknown('budget'), unknown('budget')]);
  });

  test('is spent on whole actions: H never sees half of what it asked', async () => {
    const seen = new Set<number>();
    const watching: Overseer<readonly number[], number> = {
      origin: adder.origin,
      act(workspaces, inner) {
        for (const { exchanges } of workspaces) seen.add(exchanges.length);
        return adder.act(workspaces, inner);
      },
    };
    for (let allowed = 0; allowed <= 14; allowed++)
      await hch(watching, noFacts, 3).answer(
        [Array.from({ length: 8 }, (_, i) => i)],
        scope({ questions: allowed }),
      );
    expect([...seen].sort()).toEqual([0, 2]);
  });
});

describe('the wish to stop', () => {
  test('stops before the first decision', async () => {
    const meter = new Meter();
    const stopped = scope({}, AbortSignal.abort(new Error('enough')));
    await expect(amplify(meter.overseer(adder), nobody).answer([[1]], stopped)).rejects.toThrow('enough');
    expect(meter.decisions).toBe(0);
  });

  test('stops after the decision in flight, at any depth', async () => {
    for (let patience = 1; patience <= 5; patience++) {
      const controller = new AbortController();
      let calls = 0;
      const h: Overseer<readonly number[], number> = {
        origin: adder.origin,
        act(workspaces, inner) {
          if (++calls === patience) controller.abort(new Error('enough'));
          return adder.act(workspaces, inner);
        },
      };
      const answering = hch(h, noFacts, 4).answer(
        [Array.from({ length: 16 }, (_, i) => i)],
        scope({}, controller.signal),
      );
      await expect(answering).rejects.toThrow('enough');
      expect(calls).toBe(patience);
    }
  });
});

describe('an origin', () => {
  const part = (groundTruth: boolean) => ({ origin: { name: groundTruth ? 'T' : 'F', groundTruth } });
  const h = (groundTruth: boolean): Overseer<number, number> => ({
    ...part(groundTruth),
    act: async () => [],
  });
  const x = (groundTruth: boolean): Assistant<number, number> => ({
    ...part(groundTruth),
    answer: async () => [],
  });

  test('knows the ground truth if any part does', () => {
    for (const overseer of [false, true])
      for (const assistant of [false, true]) {
        const once = amplify(h(overseer), x(assistant));
        expect(once.origin.groundTruth).toBe(overseer || assistant);
        expect(amplify(h(false), once).origin.groundTruth).toBe(overseer || assistant);
      }
  });

  test('is named as the papers write it', () => {
    expect(amplify(h(false), nobody).origin.name).toBe('Amplify^F(⊥)');
    expect(amplify(h(false), amplify(h(true), nobody)).origin.name).toBe('Amplify^F(Amplify^T(⊥))');
  });
});
