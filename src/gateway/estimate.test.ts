import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amplify } from '../amplify/amplify.ts';
import { languageModelAssistant } from '../assistants/language-model.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { languageModelOverseer } from '../overseers/language-model.ts';
import type { TextQuestion } from '../text/question.ts';
import { ceiling } from './ceiling.ts';
import type { ChatModel } from './chat.ts';
import { estimate, type TreeShape } from './estimate.ts';

const terms = { price: { input: 1, output: 2 }, tokensMax: 200, attemptsMax: 3, repairsMax: 1 };
const shape: fc.Arbitrary<TreeShape> = fc.record({
  roots: fc.integer({ min: 1, max: 3 }),
  depth: fc.nat(3),
  asks: fc.nat(3),
  turns: fc.constant(1),
  bytes: fc.record({ instructions: fc.constant(3000), question: fc.constant(200), answer: fc.constant(100) }),
});

/** A model that asks `asks` questions wherever it may, and says yes. */
function dividing(asks: number) {
  const used = { calls: 0, tokens: 0 };
  const model: ChatModel = {
    name: 'test:m',
    async complete({ messages, schema, tokensMax }) {
      const most = ceiling(messages, schema, tokensMax);
      used.calls++;
      used.tokens += most.inputTokens + most.outputTokens;
      const [system, user] = messages.map(({ content }) => content);
      const isOverseer = system!.startsWith('You oversee');
      const isNew = asks > 0 && !user!.includes('<<<BEGIN answer');
      const questions = isNew ? Array.from({ length: asks }, (_, i) => ({ text: `part ${i}?` })) : [];
      const said = isOverseer ? { action: isNew ? 'ask' : 'reply', questions } : { known: true };
      return {
        value: { reason: '', answer: 'yes', confidence: 1, ...said },
        usage: most,
        model: 'm',
      };
    },
  };
  return { model, used };
}

describe('an estimate', () => {
  test('counts the calls that a tree of that shape makes, and bounds its tokens', async () => {
    await fc.assert(
      fc.asyncProperty(shape, async (wanted) => {
        const { model, used } = dividing(wanted.asks);
        const overseer = languageModelOverseer(model, {
          policy: { name: 'p', text: '' },
          tokensMax: terms.tokensMax,
        });
        let x: Assistant<TextQuestion, string> = languageModelAssistant(model, {
          tokensMax: terms.tokensMax,
        });
        if (wanted.asks > 0) for (let level = 0; level < wanted.depth; level++) x = amplify(overseer, x);
        const roots = Array.from({ length: wanted.roots }, (_, i) => ({ text: `root ${i}?` }));
        await x.answer(roots, scope());
        const { usual, most, questions } = estimate(wanted, terms);
        expect(usual.calls).toBe(used.calls);
        expect(most.calls).toBe(used.calls * terms.attemptsMax * (terms.repairsMax + 1));
        expect(most.tokens).toBeGreaterThanOrEqual(used.tokens);
        expect(usual.tokens).toBeLessThan(used.tokens);
        expect(most.micros!).toBeGreaterThan(usual.micros!);
        expect(questions).toBeLessThanOrEqual(usual.calls);
      }),
      { numRuns: 40 },
    );
  });

  test('says nothing of money without a price, and refuses what is no shape', () => {
    const wanted = {
      roots: 1,
      depth: 1,
      asks: 2,
      turns: 1,
      bytes: { instructions: 1, question: 1, answer: 1 },
    };
    expect(estimate(wanted, { ...terms, price: undefined }).most.micros).toBeUndefined();
    for (const wrong of [{ depth: -1 }, { asks: 0.5 }, { turns: 0 }])
      expect(() => estimate({ ...wanted, ...wrong }, terms)).toThrow(
        expect.objectContaining({
          code: 'invalid',
          message: expect.stringContaining(Object.keys(wrong)[0]!),
        }),
      );
  });
});
