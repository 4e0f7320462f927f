/** What a calibrated run makes of one question: how likely its answer is right, and whether that is enough or a person should
 *  look. */

import { memo } from '../amplify/memo.ts';
import { confident, sureOf, thresholdsOf } from '../confidence/escalation.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import type { CalibrationFile } from './calibrated.ts';

export interface Judgement {
  readonly answer: string;
  /** That it is right. */
  readonly probability: number;
  /** The same of X's own answer. */
  readonly direct: number;
  readonly level: number;
  /** What the level needs; above 1 nothing is enough. */
  readonly threshold: number;
  /** Of all answers, the share that may be kept and wrong. */
  readonly risk: number;
  /** X is believed at once, or the question is taken apart and that is believed, or a person should look. */
  readonly decision: 'keep' | 'decompose' | 'person';
}

/** `assistant` is X, of the checkpoint that was calibrated. */
export async function judged<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  { confidence, risk }: Pick<CalibrationFile, 'confidence' | 'risk'>,
  question: Q,
): Promise<Judgement> {
  const { overseer, environment, level } = task;
  const parts = { overseer, environment, assistant: memo(assistant, task.key), level };
  const ask = async (one: Assistant<Q, A>) => (await one.answer([question], scope()))[0]!;
  const direct = sureness(await ask(sureOf(parts, confidence)));
  const answer = await ask(confident(parts, confidence));
  const threshold = thresholdsOf(confidence)(level(question));
  const believed = direct >= confidence.keep ? 'keep' : 'decompose';
  return {
    answer: answer.kind === 'known' ? task.showAnswer(answer.value) : `unknown: ${answer.reason}`,
    probability: sureness(answer),
    direct,
    level: level(question),
    threshold,
    risk,
    decision: answer.kind === 'known' && answer.confidence >= threshold ? believed : 'person',
  };
}

function sureness(answer: Answer<unknown>): number {
  return answer.kind === 'known' ? answer.confidence : 0;
}
