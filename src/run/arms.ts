/** The arms of an experiment. IDA comes first; each baseline changes one thing and is told the cost to match. */

import { CapstanError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import type { Overseer } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { oracle } from '../evaluate/oracle.ts';
import type { IterateOptions } from '../iterate/iterate.ts';
import { noisy } from '../overseers/noisy.ts';
import type { Configuration, NoiseOptions } from './configuration.ts';
import { taskAt } from './norms.ts';
import type { ArmPlan } from './plan.ts';
import { slipWord } from './slice.ts';

/** The arm that a run is about: IDA, or supervised learning where the overseer is the ground truth. */
export function mainPlan<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  configuration: Configuration,
): ArmPlan<Q, A> {
  const { overseer, noise, defence, seed, training, norms } = configuration;
  if (overseer === 'truth') return supervisedPlan(examiner, training);
  const scripts = (own: Task<Q, A>) =>
    overseersOf(own, noise, defence?.kind === 'vote' ? defence.voters : 1, seed);
  const changed = taskAt(task, configuration, norms?.iteration ?? 1);
  return {
    key: 'ida',
    kind: 'ida',
    name: 'IDA',
    overseers: overseer === 'person' ? [PERSON] : scripts(task),
    ...(norms && {
      change: { iteration: norms.iteration, task: changed, overseers: scripts(changed) },
    }),
    ...(defence && { defence }),
    learned: overseer === 'predictor' || overseer === 'person',
    training,
  };
}

/** Asked through the inbox alone: nobody waits for a person with a batch in hand. */
const PERSON: Overseer<never, never> = {
  origin: { name: 'person', groundTruth: false },
  act: async () => {
    throw new CapstanError('refused', 'person: expected to be asked through the inbox');
  },
};

/** So many of H, who err independently of each other unless by the same rule. */
function overseersOf<Q, A>(
  task: Task<Q, A>,
  noise: NoiseOptions | undefined,
  count: number,
  seed: number,
): readonly Overseer<Q, A>[] {
  const root = Random.seeded(seed).split('noise');
  return Array.from({ length: count }, (_, i) => {
    if (!noise) return task.overseer;
    const { kind, rate } = noise;
    if (kind !== 'systematic')
      return noisy(task.overseer, { kind, rate, seed: root.split(i).uint32() }, task);
    return noisy(task.overseer, { kind, word: slipWord(task, rate, seed) }, task);
  });
}

function supervisedPlan<Q, A>(examiner: Examiner<Q, A>, training: IterateOptions): ArmPlan<Q, A> {
  return {
    key: 'supervised',
    kind: 'supervised',
    name: 'Supervised on ground truth',
    overseers: [oracle(examiner)],
    learned: false,
    training,
  };
}

/** `steps`: what IDA took. */
export function baselinePlans<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  { training }: Configuration,
  steps: number,
): readonly ArmPlan<Q, A>[] {
  const first = Math.max(1, task.levelsOfPrimitives);
  const matched = { ...training, stepsMax: steps, stepsPerIteration: steps, endless: true };
  const control = (levelMax: number): ArmPlan<Q, A> => ({
    key: `control-${levelMax}`,
    kind: 'control',
    name: `Trained up to level ${levelMax} only`,
    levelMax,
    overseers: [task.overseer],
    learned: false,
    training: { ...matched, curriculum: { ...training.curriculum, levelMax } },
  });
  return [
    supervisedPlan(examiner, training),
    {
      key: 'no-curriculum',
      kind: 'no-curriculum',
      name: 'No curriculum',
      overseers: [task.overseer],
      learned: false,
      training: {
        ...matched,
        curriculum: { ...training.curriculum, byLevel: false, sizeStart: task.sizeMax },
      },
    },
    ...Array.from({ length: task.levels - first }, (_, i) => control(first + i)),
  ];
}
