/** Two checkpoints examined on the same held-out questions, level by level (or grade by grade), and over all. */

import type { Random } from '../base/random.ts';
import { scopeFor } from '../core/budget.ts';
import { checkpointExams, isRight } from '../evaluate/accuracy.ts';
import { examinerOf } from '../evaluate/examiners.ts';
import { Runtime } from '../onnx/runtime.ts';
import { loadCheckpoint } from '../registry/promotion.ts';
import { type Paired, type PairedCount, paired } from '../statistics/paired.ts';
import type { Folder } from '../storage/folder.ts';
import type { AnyTask } from '../tasks/tasks.ts';
import { inspected } from './serve.ts';

export interface ComparedLevel extends Paired {
  /** From 1; 0 for all together. */
  readonly level: number;
}

interface Side {
  readonly arm: Folder;
  /** Its hash. */
  readonly checkpoint: string;
}

export async function compareOn(
  task: AnyTask,
  first: Side,
  second: Side,
  random: Random,
): Promise<readonly ComparedLevel[]> {
  const examiner = examinerOf(task);
  const exams = checkpointExams(task, examiner);
  const questions = exams.flat(2);
  const runtime = await Runtime.open({ threads: 1, backend: 'auto' });
  const rightOf = async ({ arm, checkpoint }: Side): Promise<readonly boolean[]> => {
    const assistant = await inspected(task, loadCheckpoint(arm, checkpoint), runtime);
    const answers = await assistant.answer(questions, scopeFor(questions.length));
    return answers.map((answer, i) => isRight(examiner, questions[i]!, answer));
  };
  try {
    const [one, two] = [await rightOf(first), await rightOf(second)];
    let place = 0;
    const counts = exams.map((exam) =>
      exam.map((context): PairedCount => {
        const own = Array.from({ length: context.length }, () => place++);
        const of = (is: (i: number) => boolean) => own.filter(is).length;
        return {
          n: own.length,
          first: of((i) => one[i]!),
          second: of((i) => two[i]!),
          onlyFirst: of((i) => one[i]! && !two[i]!),
          onlySecond: of((i) => !one[i]! && two[i]!),
        };
      }),
    );
    const all = { level: 0, ...paired(counts.flat(), random.split('all')) };
    return [all, ...counts.map((own, i) => ({ level: i + 1, ...paired(own, random.split(i)) }))];
  } finally {
    await runtime.close();
  }
}
