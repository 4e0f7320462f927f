/** A wrong answer of a run, traced down: to its first wrong node, and to whose mistake it is by how much. Where that was X, its
 *  lessons go on from here (taught.ts). */

import { unfold } from '../amplify/tree.ts';
import type { Random } from '../base/random.ts';
import { type Answer, unknown } from '../core/answer.ts';
import type { Assistant, Overseer } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import { isRight } from '../evaluate/accuracy.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { oracle } from '../evaluate/oracle.ts';
import { type Corrections, keyOf } from './answer.ts';
import { type BlameOptions, blame, type Shares } from './blame.ts';
import { answerNamed } from './taint.ts';

export interface Traced<Q, A> extends Shares<Q, A> {
  /** Of X alone, and of Amplify^H above it. */
  readonly direct: Answer<A>;
  readonly amplified: Answer<A>;
  readonly isDirectRight: boolean;
  readonly isAmplifiedRight: boolean;
}

/** `assistant`: X. */
export async function traced<Q, A>(
  task: Task<Q, A>,
  overseer: Overseer<Q, A>,
  assistant: Assistant<Q, A>,
  question: Q,
  depth: number,
  rights: Rights<Q, A>,
  random: Random,
): Promise<Traced<Q, A>> {
  const tree = await unfold(overseer, task.environment, assistant, depth, question, scope());
  const shares = await blame(tree, depth, { task, overseer, assistant, ...rights }, random);
  return {
    ...shares,
    ...{ direct: tree.direct, amplified: tree.answer },
    isDirectRight: rights.isRight(question, tree.direct),
    isAmplifiedRight: rights.isRight(question, tree.answer),
  };
}

/** The question that X answered wrongly of itself, if it is X that is to blame first: that of the first mistake, or the root
 *  where H makes a right answer of its sub-answers. */
export function askedOfX<Q, A>(
  { mistakes, isDirectRight, isAmplifiedRight }: Traced<Q, A>,
  root: Q,
): Q | undefined {
  const [first] = mistakes;
  if (first) return first.culprit === 'assistant' ? first.question : undefined;
  return isAmplifiedRight && !isDirectRight ? root : undefined;
}

/** What is right: a correction before the examiner. */
export type Rights<Q, A> = Pick<BlameOptions<Q, A>, 'right' | 'isRight'>;

export function rightsBy<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  corrections: Corrections,
): Rights<Q, A> {
  const knowing = oracle(examiner);
  const corrected = (question: Q) => corrections.get(keyOf(task, question))?.answer;
  return {
    right: {
      origin: knowing.origin,
      async answer(questions, own) {
        const actions = await knowing.act(
          questions.map((question) => ({ question, exchanges: [] })),
          own,
        );
        return actions.map((action, i) => {
          const text = corrected(questions[i]!);
          if (text !== undefined)
            return { kind: 'known', value: answerNamed(task, questions[i]!, text), confidence: 1 };
          return action.kind === 'reply' ? action.answer : unknown('unsure');
        });
      },
    },
    isRight(question, answer) {
      const text = corrected(question);
      if (text === undefined) return isRight(examiner, question, answer);
      return answer.kind === 'known' && task.showAnswer(answer.value) === text;
    },
  };
}
