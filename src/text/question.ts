/** A question in words, with documents that it may be answered from. It is its own content: two questions that read alike
 *  and see the same documents are one. */

import { hash } from 'node:crypto';
import { canonical, type Json } from '../base/canonical.ts';

/** A text that a question is about. */
export interface Document {
  readonly name: string;
  readonly text: string;
}

export interface TextQuestion {
  readonly text: string;
  /** What may be read to answer it, and nothing else. */
  readonly documents?: readonly Document[];
}

/** SHA-256 of the canonical JSON, in hex: equal keys are equal questions. */
export function questionKey(question: TextQuestion): string {
  return hash('sha256', canonical(plainQuestion(question) as unknown as Json));
}

/** The same, without a list of no documents. */
export function plainQuestion(question: TextQuestion): TextQuestion {
  return question.documents?.length === 0 ? { text: question.text } : question;
}
