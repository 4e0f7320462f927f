import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../base/canonical.ts';
import { CapstanError } from '../base/errors.ts';
import { known, unknown } from '../core/answer.ts';
import { scope } from '../core/budget.ts';
import type { ChatModel, ChatRequest } from '../gateway/chat.ts';
import { unfenced } from '../text/fence.ts';
import { languageModelAssistant } from './language-model.ts';

function saying(said: (n: number) => Json) {
  const asked: ChatRequest[] = [];
  const model: ChatModel = {
    name: 'test:m',
    async complete(request) {
      asked.push(request);
      return { value: said(asked.length), usage: { inputTokens: 1, outputTokens: 1 }, model: 'm' };
    },
  };
  return { model, asked };
}

describe('a language model as assistant', () => {
  test('answers each question alone, in order, with its confidence, or does not know', async () => {
    const { model } = saying((n) => ({ reason: '', known: n !== 2, answer: `${n} `, confidence: n / 10 }));
    const answers = await languageModelAssistant(model).answer(
      ['a', 'b', 'c'].map((text) => ({ text })),
      scope(),
    );
    expect(answers).toEqual([known('1', 0.1), unknown('unsure'), known('3', 0.3)]);
  });

  test('reads the question and its documents in fences, under one role', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (text, body) => {
        const { model, asked } = saying(() => ({ reason: '', known: true, answer: 'x', confidence: 1 }));
        const documents = [{ name: body, text }];
        await languageModelAssistant(model).answer([{ text, documents }], scope());
        const { messages } = asked[0]!;
        expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
        const read = unfenced(messages[1]!.content).map((part) => part.text);
        expect(read).toEqual([text, body, text].map((each) => each.toWellFormed()));
      }),
    );
  });

  test('says "unknown" where its provider or the budget fails', async () => {
    const { model } = saying((n) => {
      if (n < 3) throw new CapstanError(n === 1 ? 'unavailable' : 'budget', 'no');
      return { reason: '', known: true, answer: '', confidence: 1 };
    });
    const questions = [{ text: 'a' }, { text: 'b' }, { text: 'c' }];
    expect(await languageModelAssistant(model).answer(questions, scope())).toEqual([
      unknown('unavailable'),
      unknown('budget'),
      unknown('unsure'), // known, and nothing said
    ]);
  });

  test('is another one for each vote', async () => {
    const { model, asked } = saying(() => ({ reason: '', known: true, answer: 'x', confidence: 1 }));
    for (const sample of [0, 1, 1])
      await languageModelAssistant(model, { sample }).answer([{ text: 'q' }], scope());
    const [a, b, c] = asked.map(({ idempotencyKey }) => idempotencyKey);
    expect(a).not.toBe(b);
    expect(b).toBe(c);
    expect(languageModelAssistant(model, { sample: 1 }).origin.name).toBe('test:m/1');
  });
});
