/** Text as it is compared: lower case, in words, without punctuation, as is usual where data are searched for evaluation
 *  questions. Characters of scripts without spaces are words of their own, and so is a sign between two numbers, because
 *  «3 + 4» is another question than «3 − 4». */

import type { TextQuestion } from '../text/question.ts';
import { hashOf } from './row.ts';

const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+|(?<=\p{N}[\s)]*)[-+*/×÷=<>^%−](?=[\s(]*\p{N})/gu;

export function wordsOf(text: string): readonly string[] {
  return text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

/** The text as it is compared; one that has no words stays as it is. */
export function normalised(text: string): string {
  const words = wordsOf(text);
  return words.length > 0 ? words.join(' ') : text.trim();
}

/** Equal for questions that are the same but for letter case, spaces and punctuation. */
export function comparisonKey({ text, documents = [] }: TextQuestion): string {
  return hashOf([normalised(text), ...documents.map((one) => normalised(one.text))]);
}
