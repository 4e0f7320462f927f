/** One question unfolded into a tree of texts, with marks for what is right: for people to read. */

import { type TranscriptTree, unfold } from '../amplify/tree.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import { isRight } from '../evaluate/accuracy.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import type { ExampleNode } from '../report/record.ts';

/** `depth` levels of H above the assistant. */
export async function exampleOf<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  assistant: Assistant<Q, A>,
  question: Q,
  depth: number,
): Promise<ExampleNode> {
  return shown(task, examiner, await unfolded(task, assistant, question, depth));
}

export function unfolded<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  question: Q,
  depth: number,
): Promise<TranscriptTree<Q, A>> {
  return unfold(task.overseer, task.environment, assistant, depth, question, scope());
}

export function shown<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  { question, answer, direct, isFact, children }: TranscriptTree<Q, A>,
): ExampleNode {
  const show = (one: Answer<A>): string =>
    one.kind === 'known' ? task.showAnswer(one.value) : `unknown: ${one.reason}`;
  return {
    question: task.show(question),
    answer: show(answer),
    direct: show(direct),
    confidence: direct.kind === 'known' ? direct.confidence : 0,
    right: isRight(examiner, question, answer),
    directRight: isRight(examiner, question, direct),
    ...(isFact && { isFact }),
    children: children.map((child) => shown(task, examiner, child)),
  };
}
