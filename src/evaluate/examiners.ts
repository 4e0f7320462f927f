/** The examiner of every task, by the task's name. */

import { CapstanError } from '../base/errors.ts';
import type { Examiner } from '../examiners/examiner.ts';
import { permutationPoweringExaminer } from '../examiners/permutation-powering.ts';
import type { AnyAnswer, AnyQuestion } from '../tasks/tasks.ts';

export type { Examiner } from '../examiners/examiner.ts';
export type AnyExaminer = Examiner<AnyQuestion, AnyAnswer>;

const EXAMINERS: { readonly [task: string]: AnyExaminer } = {
  'permutation-powering': permutationPoweringExaminer as unknown as AnyExaminer,
};

export function examinerOf(task: string): AnyExaminer {
  const examiner = Object.hasOwn(EXAMINERS, task) ? EXAMINERS[task] : undefined;
  if (!examiner) throw new CapstanError('not-found', `task «${task}»: expected one with an examiner`);
  return examiner;
}
