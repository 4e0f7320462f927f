import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { type Answer, known, unknown } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Exchange } from '../core/workspace.ts';
import { scripted } from './scripted.ts';

/** A question is a plan: how many sub-questions each turn asks. Its answer tells every answer heard, in order. */
type Plan = readonly number[];

const sub = (turn: number, i: number): Plan => [100 + turn, i];
const telling = scripted<Plan, string>('H', function* (plan) {
  const heard: string[] = [];
  for (const [turn, count] of plan.entries()) {
    const answers: readonly Answer<string>[] = yield Array.from({ length: count }, (_, i) => sub(turn, i));
    heard.push(
      `${turn}: ${answers.map((answer) => (answer.kind === 'known' ? answer.value : answer.reason)).join()}`,
    );
  }
  return known(heard.join('; '));
});

const plan = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 });
const echo: Assistant<Plan, string> = {
  origin: { name: 'X', groundTruth: false },
  answer: async (questions) =>
    questions.map((question) => (question[1] === 1 ? unknown('unsure') : known(question.join('.')))),
};

describe('a script', () => {
  test('hears the answers of each turn by itself, unknown ones included, as if it had never been interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (turns) => {
        const expected = turns.map((count, turn) => {
          const answers = Array.from({ length: count }, (_, i) =>
            i === 1 ? 'unsure' : `${100 + turn}.${i}`,
          );
          return `${turn}: ${answers.join()}`;
        });
        expect(await amplify(telling, echo).answer([turns], scope())).toEqual([known(expected.join('; '))]);
      }),
    );
  });

  test('is a pure function of the workspace: asked again, alone or among others, it does the same', async () => {
    const exchange: fc.Arbitrary<Exchange<Plan, string>> = fc.record({
      question: plan,
      answer: fc.oneof(
        fc.string().map((value) => known(value)),
        fc.constant(unknown('nobody')),
      ),
    });
    const workspaces = fc.array(
      fc.record({ question: plan, exchanges: fc.array(exchange, { maxLength: 8 }) }),
    );
    await fc.assert(
      fc.asyncProperty(workspaces, async (desks) => {
        const together = await telling.act(desks, scope());
        const alone = [];
        for (const desk of desks) alone.push(...(await telling.act([desk], scope())));
        expect(together).toEqual(alone);
      }),
    );
  });

  test('that needs no help replies at once', async () => {
    expect(await telling.act([{ question: [], exchanges: [] }], scope())).toEqual([
      { kind: 'reply', answer: known('') },
    ]);
  });

  test('passes «unknown» on with its reason if it returns it', async () => {
    const trusting = scripted<Plan, string>('H', function* () {
      return (yield [[]])[0]!;
    });
    const exchanges = [{ question: [], answer: unknown('escalated') }];
    expect(await trusting.act([{ question: [1], exchanges }], scope())).toEqual([
      { kind: 'reply', answer: unknown('escalated') },
    ]);
  });

  test('is named, and knows no ground truth', () => {
    expect(telling.origin).toEqual({ name: 'H', groundTruth: false });
  });
});
