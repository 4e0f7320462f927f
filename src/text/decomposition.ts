/** The sub-questions of a recorded decomposition, each as it is asked once the steps before it are answered. Overseers that
 *  replay it and assistants that answer from the record make the same questions of it. */

import type { Document, TextQuestion } from './question.ts';
import type { Decomposition } from './task.ts';

/** The question of step `i` = 0, 1, …, given the answers of all steps before it. */
export function stepQuestion(
  root: TextQuestion,
  { given, steps }: Decomposition,
  i: number,
  answers: readonly string[],
): TextQuestion {
  const { question } = steps[i]!;
  const documents = root.documents ?? [];
  if (given === 'references')
    return { text: resolved(question, answers.slice(0, i)), ...(documents.length > 0 && { documents }) };
  const before = steps
    .slice(0, i)
    .map((step, j): Document => ({ name: `step ${j + 1}`, text: `${step.question}\n${answers[j]}` }));
  return { text: question, documents: [...documents, { name: 'question', text: root.text }, ...before] };
}

/** «#1» as the first answer; a number that no answer has stays as it is. */
function resolved(text: string, answers: readonly string[]): string {
  return text.replace(
    /#(\d{1,3})\b/g,
    (reference, number: string) => answers[Number(number) - 1] ?? reference,
  );
}
