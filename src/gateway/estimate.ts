/** What a tree of questions will cost, before anything is asked: for a tree of a given shape, as calls usually turn out, and
 *  the most that they can, should every attempt and every repair be needed and every reply be as long as it may. */

import { expectInteger } from '../base/errors.ts';
import { BYTES_PER_TOKEN, ceiling } from './ceiling.ts';
import type { Usage } from './chat.ts';
import { costOf, type Price } from './prices.ts';

export interface TreeShape {
  /** Questions at the top. */
  readonly roots: number;
  /** Levels of sub-questions below them. */
  readonly depth: number;
  /** Sub-questions of each question that has any. */
  readonly asks: number;
  /** In how many turns they are asked: the overseer decides once more than that. */
  readonly turns: number;
  /** Instructions and policy, a question with its documents, an answer. */
  readonly bytes: { readonly instructions: number; readonly question: number; readonly answer: number };
}

export interface Terms {
  /** Undefined if it is not known. */
  readonly price: Price | undefined;
  readonly tokensMax: number;
  readonly attemptsMax: number;
  readonly repairsMax: number;
}

export interface Cost {
  readonly calls: number;
  readonly tokens: number;
  /** Undefined without a price. */
  readonly micros: number | undefined;
}

export interface TreeEstimate {
  readonly questions: number;
  readonly usual: Cost;
  readonly most: Cost;
}

export function estimate(shape: TreeShape, terms: Terms): TreeEstimate {
  const { roots, depth, asks, turns, bytes } = shape;
  for (const [name, value] of Object.entries({ roots, depth, asks, turns, ...bytes }))
    expectInteger(name, value, name === 'turns' ? 1 : 0, Number.MAX_SAFE_INTEGER);
  const levels = Array.from({ length: depth + 1 }, (_, level) => roots * asks ** level);
  const lowest = levels[depth]!;
  const inner = asks === 0 ? 0 : levels.slice(0, depth).reduce((sum, count) => sum + count, 0);
  const leaves = asks === 0 ? roots : lowest;
  // The prompts of one question, each with what was answered before it.
  const prompts = Array.from({ length: turns + 1 }, (_, turn) => {
    const heard = Math.floor((asks * turn) / turns);
    return bytes.instructions + bytes.question + heard * (bytes.question + bytes.answer);
  });
  const calls: readonly (readonly [prompt: number, count: number])[] = [
    [bytes.instructions + bytes.question, leaves],
    ...prompts.map((prompt) => [prompt, inner] as const),
  ];
  const usual = total(calls, terms.price, (prompt) => ({
    inputTokens: Math.ceil(prompt / BYTES_PER_TOKEN),
    outputTokens: Math.ceil(bytes.answer / BYTES_PER_TOKEN),
  }));
  const most = total(calls, terms.price, (prompt) => {
    const { inputTokens } = ceiling([], {}, 0);
    return { inputTokens: inputTokens + prompt + AROUND, outputTokens: terms.tokensMax };
  });
  return { questions: inner + leaves, usual, most: times(most, terms.attemptsMax * (terms.repairsMax + 1)) };
}

/** A schema and the marks of a few messages, in bytes; what a wrong reply adds when it is sent back. */
const AROUND = 4096;

function total(
  calls: readonly (readonly [prompt: number, count: number])[],
  price: Price | undefined,
  usage: (prompt: number) => Usage,
): Cost {
  let sum: Cost = { calls: 0, tokens: 0, micros: price && 0 };
  for (const [prompt, count] of calls) {
    const each = usage(prompt);
    sum = {
      calls: sum.calls + count,
      tokens: sum.tokens + count * (each.inputTokens + each.outputTokens),
      micros: price && (sum.micros ?? 0) + count * costOf(each, price),
    };
  }
  return sum;
}

function times({ calls, tokens, micros }: Cost, factor: number): Cost {
  return {
    calls: calls * factor,
    tokens: tokens * factor,
    micros: micros === undefined ? undefined : micros * factor,
  };
}
