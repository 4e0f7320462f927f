/** The final answers of GSM8K, and which of the recorded solutions are right. */

import { booleanAt, inside, jsonLines, objectAt, textAt, wrong } from '../text/lines.ts';
import type { FoundAnswer } from './sealed.ts';

export interface NamedText {
  readonly text: string;
  readonly file: string;
}

export function gsm8kAnswers(questions: NamedText, solutions?: NamedText): readonly FoundAnswer[] {
  const right = solutions ? marksOf(solutions) : new Map<string, never>();
  const answers: FoundAnswer[] = [];
  for (const [value, place] of jsonLines(questions.text, questions.file)) {
    const all = objectAt(value, place);
    const text = textAt(all, 'question', place);
    const answer = /####\s*(\S[^\n]*?)\s*$/.exec(textAt(all, 'answer', place))?.[1];
    if (answer === undefined) throw wrong(inside(place, 'answer'), 'a last line «#### …»', 'none');
    const marks = right.get(text);
    answers.push({ text, answer, as: 'number', ...(marks && { right: marks }) });
  }
  return answers;
}

function marksOf({ text, file }: NamedText): ReadonlyMap<string, { readonly [by: string]: boolean }> {
  const found = new Map<string, { readonly [by: string]: boolean }>();
  for (const [value, place] of jsonLines(text, file)) {
    const { question: _, ground_truth: __, ...models } = objectAt(value, place);
    const marks = Object.entries(models).map(([model, solution]) => {
      const all = objectAt(solution, inside(place, model));
      return [`model:${model}`, booleanAt(all, 'is_correct', inside(place, model))] as const;
    });
    found.set(textAt(objectAt(value, place), 'question', place), Object.fromEntries(marks));
  }
  return found;
}
