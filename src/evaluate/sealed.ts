/** The right answers of text tasks: taken from a public corpus into a sealed file when it is imported, and opened again for
 *  figures that people look at. */

import { gsm8kAnswers, type NamedText } from '../examiners/gsm8k.ts';
import { readSealed, type TextExaminer, writeSealed } from '../examiners/sealed.ts';
import { strategyqaAnswers } from '../examiners/strategyqa.ts';
import type { TextQuestion } from '../text/question.ts';

export type { TextExaminer } from '../examiners/sealed.ts';

/** As it lies beside the tasks. */
export const SEALED_FILE = 'truth.sealed.jsonl';

/** `asked` are the questions as they will be asked, with their documents. */
export function sealGsm8k(
  asked: readonly TextQuestion[],
  questions: NamedText,
  solutions?: NamedText,
): string {
  return writeSealed(asked, gsm8kAnswers(questions, solutions));
}

export function sealStrategyqa(asked: readonly TextQuestion[], questions: NamedText): string {
  return writeSealed(asked, strategyqaAnswers(questions));
}

export function textExaminer(text: string, file: string): TextExaminer {
  return readSealed(text, file);
}
