import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ceiling } from './ceiling.ts';
import { costOf, PRICES, priceOf } from './prices.ts';

describe('a price', () => {
  test('is found by the name of the model, with its date or without; what runs at home is free', () => {
    expect(priceOf('openai:gpt-5-mini')).toEqual({ input: 0.25, output: 2 });
    expect(priceOf('openai:gpt-5-mini-2025-08-07')).toEqual({ input: 0.25, output: 2 });
    expect(priceOf('anthropic:claude-haiku-4-5-20251001')).toEqual({ input: 1, output: 5 });
    expect(priceOf('ollama:llama3.2')).toEqual({ input: 0, output: 0 });
    for (const unknown of ['openai:gpt-5-mini-turbo', 'http://host/v1#m', 'openai:constructor', 'toString'])
      expect(priceOf(unknown)).toBeUndefined();
  });

  test('of a list given instead counts alone', () => {
    const mine = { date: '2027-01-01', models: { 'http://host/v1#m': { input: 1, output: 1 } } };
    expect(priceOf('http://host/v1#m', mine)).toEqual({ input: 1, output: 1 });
    expect(priceOf('openai:gpt-5', mine)).toBeUndefined();
  });

  test('has a date, and is of something', () => {
    expect(PRICES.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const { input, output } of Object.values(PRICES.models)) {
      expect(input).toBeGreaterThan(0);
      expect(output).toBeGreaterThan(input);
    }
  });
});

describe('a cost', () => {
  test('is in whole millionths of a dollar, never less than it is, and less than one above', () => {
    const cents = fc.nat(10_000).map((hundredths) => hundredths / 100);
    fc.assert(
      fc.property(
        fc.nat(10_000_000),
        fc.nat(1_000_000),
        cents,
        cents,
        (inputTokens, outputTokens, input, output) => {
          const cost = costOf({ inputTokens, outputTokens }, { input, output });
          const hundredths = inputTokens * Math.round(input * 100) + outputTokens * Math.round(output * 100);
          expect(cost).toBe(Math.ceil(hundredths / 100));
        },
      ),
    );
  });
});

describe('the most that a call can use', () => {
  test('is at least a token for each byte, whatever the text is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.nat(1000), (texts, tokensMax) => {
        const messages = texts.map((content) => ({ role: 'user' as const, content }));
        const { inputTokens, outputTokens } = ceiling(messages, { type: 'object' }, tokensMax);
        const bytes = texts.reduce((sum, text) => sum + new TextEncoder().encode(text).length, 0);
        expect(inputTokens).toBeGreaterThanOrEqual(bytes);
        expect(outputTokens).toBe(tokensMax);
      }),
    );
  });
});
