/** A way to answer questions in words, as one value: how H breaks them down, what it is told, what goes to X at once. Who H
 *  and X are is not in it: `capstan run` says that. (Ought's ICE, «recipes»: decompositions as code) */

import type { Answer } from '../core/answer.ts';
import type { Verifier } from '../core/verifier.ts';
import type { Document, TextQuestion } from './question.ts';

/** Yields the sub-questions to be answered together, receives their answers, returns its own. */
export type TextScript = (
  question: TextQuestion,
) => Generator<readonly TextQuestion[], Answer<string>, readonly Answer<string>[]>;

export interface Recipe {
  /** Small letters, digits and hyphens. */
  readonly name: string;
  /** What people and language models that answer or decompose are told. Another text is another policy. */
  readonly policy: string;
  /** The root question, from what was given on the command line. */
  question(given: { readonly text?: string; readonly documents: readonly Document[] }): TextQuestion;
  /** H as a script. Without it a person or a language model decomposes. */
  readonly script?: TextScript;
  /** Which questions go to X at once, besides those at the last level. */
  isSimple?(question: TextQuestion): boolean;
  /** X as a program, for who has neither a model nor the time: what it says, or undefined for «unknown». */
  answer?(question: TextQuestion): string | undefined;
  /** Every answer passes these before whoever asked sees it. One that does not is asked for once more, with why it was
   *  rejected; then it goes to whoever is above, and without anybody there it is unknown. `--on-reject` may say otherwise. */
  readonly verifiers?: readonly Verifier<TextQuestion, string>[];
  /** Levels of questions below the root. */
  readonly depth?: number;
}

/** Why a value is no recipe; undefined if it is one. */
export function recipeFault(value: unknown): string | undefined {
  const recipe = value as Recipe | undefined;
  if (typeof recipe !== 'object' || recipe === null) return 'expected an exported «recipe», got none';
  const { name, policy, question } = recipe;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(name))
    return `«name»: expected small letters, digits and hyphens, got ${JSON.stringify(name)}`;
  if (typeof policy !== 'string' || policy.trim() === '') return '«policy»: expected what people are told';
  if (typeof question !== 'function') return '«question»: expected a function';
  for (const option of ['script', 'isSimple', 'answer'] as const)
    if (recipe[option] !== undefined && typeof recipe[option] !== 'function')
      return `«${option}»: expected a function`;
  const { verifiers = [] } = recipe;
  if (!Array.isArray(verifiers) || verifiers.some((one) => typeof one?.verify !== 'function'))
    return '«verifiers»: expected a list of verifiers';
  if (recipe.depth !== undefined && (!Number.isInteger(recipe.depth) || recipe.depth < 0))
    return `«depth»: expected an integer from 0, got ${recipe.depth}`;
  return undefined;
}
