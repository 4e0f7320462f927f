/** What language models cost. A list of prices is out of date from the day it was written: whoever caps money looks the
 *  price up, and gives it where it is another. */

import type { Usage } from './chat.ts';

/** Dollars for a million tokens, which is millionths of a dollar for one. */
export interface Price {
  readonly input: number;
  readonly output: number;
}

export interface PriceList {
  /** When it was written. */
  readonly date: string;
  /** By the name of the model, as «openai:gpt-5-mini». A date after the name is the same model. */
  readonly models: { readonly [name: string]: Price };
}

/** Without the discounts for cached input and batches: the most that a call may cost. */
export const PRICES: PriceList = {
  date: '2026-11-28',
  models: {
    'openai:gpt-5.2': { input: 1.75, output: 14 },
    'openai:gpt-5.1': { input: 1.25, output: 10 },
    'openai:gpt-5': { input: 1.25, output: 10 },
    'openai:gpt-5-mini': { input: 0.25, output: 2 },
    'openai:gpt-5-nano': { input: 0.05, output: 0.4 },
    'openai:gpt-4.1': { input: 2, output: 8 },
    'openai:gpt-4.1-mini': { input: 0.4, output: 1.6 },
    'openai:gpt-4.1-nano': { input: 0.1, output: 0.4 },
    'openai:gpt-4o': { input: 2.5, output: 10 },
    'openai:gpt-4o-mini': { input: 0.15, output: 0.6 },
    'anthropic:claude-opus-4-5': { input: 5, output: 25 },
    'anthropic:claude-sonnet-4-5': { input: 3, output: 15 },
    'anthropic:claude-haiku-4-5': { input: 1, output: 5 },
  },
};

const FREE: Price = { input: 0, output: 0 };
const DATED = /-(?:20\d\d-?\d\d-?\d\d|latest)$/;

/** Undefined if it is not known. What runs at home costs no money. */
export function priceOf(name: string, prices: PriceList = PRICES): Price | undefined {
  return (
    find(prices.models, name) ??
    find(prices.models, name.replace(DATED, '')) ??
    (name.startsWith('ollama:') ? FREE : undefined)
  );
}

/** In millionths of a dollar, rounded up. */
export function costOf({ inputTokens, outputTokens }: Usage, price: Price): number {
  // A sum such as 0.1 × 3 is a hair above what it should be, and would be rounded up by one.
  return Math.ceil(Number((inputTokens * price.input + outputTokens * price.output).toFixed(6)));
}

function find(models: PriceList['models'], name: string): Price | undefined {
  return Object.hasOwn(models, name) ? models[name] : undefined;
}
