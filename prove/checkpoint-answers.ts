/** What a real network, trained under an overseer who errs in 10 % and stopped on its way, answers to questions about contexts
 *  that nothing trains on: answers to be audited, with the network's own confidence. */

import { Random } from '../src/base/random.ts';
import { scopeFor } from '../src/core/budget.ts';
import { drawHeld } from '../src/core/exam.ts';
import { Student } from '../src/distill/student.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import { examinerOf } from '../src/evaluate/examiners.ts';
import { iterate } from '../src/iterate/iterate.ts';
import { directly } from '../src/iterate/supervision.ts';
import { Runtime } from '../src/onnx/runtime.ts';
import { answerTrait, doubtOf, featuresOf, questionTraits } from '../src/oversight/traits.ts';
import { mainPlan } from '../src/run/arms.ts';
import { configure } from '../src/run/configuration.ts';
import { taskEntry } from '../src/tasks/tasks.ts';
import type { Population } from '../test/audits.ts';

export interface Trained {
  readonly task: string;
  readonly size: number;
  readonly steps: number;
  readonly seed: number;
  /** Answers. */
  readonly count: number;
}

export async function checkpointAnswers({
  task: name,
  size,
  steps,
  seed,
  count,
}: Trained): Promise<Population> {
  const noise = { kind: 'random', rate: 0.1 } as const;
  const configuration = configure({
    task: name,
    size,
    seed,
    noise,
    replicas: 1,
    maxSteps: steps,
    endless: true,
  });
  const entry = taskEntry(name);
  const task = entry.open(entry.parameters({ size }));
  const examiner = examinerOf(task);
  const { overseers, training } = mainPlan(task, examiner, configuration);
  const random = Random.seeded(seed);
  const runtimes = [await Runtime.open({ threads: 1, backend: 'auto' })];
  try {
    const student = await Student.fresh(task, configuration.student, runtimes, random.split('weights'));
    for await (const _ of iterate(task, directly(task, overseers), student, training, random));
    const questions = Array.from({ length: task.levels }, (_, i) =>
      drawHeld(task, 'check', i + 1, Math.ceil(count / task.levels), random.split('pool')),
    ).flat(2);
    const answers = await student.assistant('X', false).answer(questions, scopeFor(questions.length));
    const doubts = answers.map(doubtOf);
    const features = featuresOf(
      questions.map((question, i) => [...questionTraits(task, question), answerTrait(task, answers[i]!)]),
    );
    return {
      name: `X, ${name} of ${size}, seed ${seed}, ${steps} steps`,
      levels: questions.map((question) => task.level(question)),
      wrong: answers.map((answer, i) => !isRight(examiner, questions[i]!, answer)),
      items: doubts.map((doubt, i) => ({ doubt, features: features[i]! })),
    };
  } finally {
    for (const runtime of runtimes) await runtime.close();
  }
}
