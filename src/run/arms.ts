/** The arms of an experiment. IDA comes first; each baseline changes one thing and is told the cost to match. */

import type { Task } from '../core/task.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { oracle } from '../evaluate/oracle.ts';
import type { ArmPlan } from './arm.ts';
import type { Configuration } from './configuration.ts';

export function idaPlan<Q, A>(task: Task<Q, A>, { training }: Configuration): ArmPlan<Q, A> {
  return { key: 'ida', kind: 'ida', name: 'IDA', overseer: task.overseer, training };
}

/** `steps`: what IDA took. */
export function baselinePlans<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  { training }: Configuration,
  steps: number,
): readonly ArmPlan<Q, A>[] {
  const matched = { ...training, stepsMax: steps, stepsPerIteration: steps, endless: true };
  const control = (levelMax: number): ArmPlan<Q, A> => ({
    key: `control-${levelMax}`,
    kind: 'control',
    name: `Trained up to level ${levelMax} only`,
    levelMax,
    overseer: task.overseer,
    training: { ...matched, curriculum: { ...training.curriculum, levelMax } },
  });
  return [
    {
      key: 'supervised',
      kind: 'supervised',
      name: 'Supervised on ground truth',
      overseer: oracle(examiner),
      training,
    },
    {
      key: 'no-curriculum',
      kind: 'no-curriculum',
      name: 'No curriculum',
      overseer: task.overseer,
      training: { ...matched, curriculum: { ...training.curriculum, byLevel: false } },
    },
    ...Array.from({ length: task.levels - task.levelsOfPrimitives }, (_, i) =>
      control(task.levelsOfPrimitives + i),
    ),
  ];
}
