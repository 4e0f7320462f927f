/** Gates without ground truth: does X answer as Amplify^H(X) does on contexts that it never trained on?
 *  By induction that is enough: the first levels are compared with H's own look-ups, and where level ℓ is right,
 *  agreement on level ℓ + 1 means agreement with H combining right sub-answers. */

import { type Proportion, proportion } from '../base/proportion.ts';
import type { Random } from '../base/random.ts';
import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import { drawExam, type Exam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import type { Stage } from './curriculum.ts';

export interface GateOptions {
  /** Agreement at the frontier that moves it, by the lower bound; 0 … 1. */
  readonly advance: number;
  /** Agreement at every level that ends the last iteration, by the lower bound. */
  readonly finish: number;
  /** Agreement that puts a level inside the horizon, by the lower bound. */
  readonly horizon: number;
  /** Held-out questions examined at each level. */
  readonly questions: number;
  /** Agreement in training, a moving average, from which on the gate is looked at. */
  readonly attempt: number;
  /** Steps before a stage may end. */
  readonly stepsMin: number;
  /** Steps between two looks: looking often would let chance through. */
  readonly stepsBetween: number;
}

export interface Verdict {
  readonly passed: boolean;
  /** What `agreement` had to reach. */
  readonly threshold: number;
  /** On frontier questions. */
  readonly agreement: Proportion;
  /** On every level up to the frontier, index 0 is level 1; empty where the frontier failed already. */
  readonly perLevel: readonly Proportion[];
  /** The largest ℓ such that every level up to ℓ reaches the horizon's threshold. */
  readonly horizon: number;
}

export interface Sitting {
  readonly stage: Stage;
  /** Whether it is the last frontier of the run: there every level has to reach `finish`. */
  readonly last: boolean;
  /** Whether the iteration ends here in any case, so that every level is to be measured. */
  readonly spent: boolean;
}

export async function examine<Q, A>(
  task: Task<Q, A>,
  assistant: Assistant<Q, A>,
  amplified: Assistant<Q, A>,
  { stage, last, spent }: Sitting,
  options: GateOptions,
  random: Random,
): Promise<Verdict> {
  const draw = (level: number): Exam<Q> => drawExam(task, 'gate', level, options.questions, random);
  const threshold = last ? options.finish : options.advance;
  const [frontier] = (await agreement(assistant, amplified, [draw(stage.level)])) as [Proportion];
  const failed: Verdict = { passed: false, threshold, agreement: frontier, perLevel: [], horizon: 0 };
  if (frontier.low < threshold && !spent) return failed;
  const lower = Array.from({ length: stage.level - 1 }, (_, i) => draw(i + 1));
  const perLevel = [...(await agreement(assistant, amplified, lower)), frontier];
  const held = last ? perLevel : [frontier];
  return {
    ...failed,
    passed: stage.gated && held.every(({ low }) => low >= threshold),
    perLevel,
    horizon: horizonOf(perLevel, options.horizon),
  };
}

/** How often the two agree in each exam; "unknown" agrees with nothing. */
export async function agreement<Q, A>(
  assistant: Assistant<Q, A>,
  amplified: Assistant<Q, A>,
  exams: readonly Exam<Q>[],
): Promise<readonly Proportion[]> {
  const questions = exams.flat(2);
  const own = await assistant.answer(questions, scope());
  const justified = await amplified.answer(questions, scope());
  let place = 0;
  return exams.map((exam) =>
    proportion(
      exam.map((context) => {
        const start = place;
        place += context.length;
        return {
          right: context.filter((_, i) => agree(own[start + i]!, justified[start + i]!)).length,
          n: context.length,
        };
      }),
    ),
  );
}

export function horizonOf(perLevel: readonly Proportion[], threshold: number): number {
  const fallen = perLevel.findIndex(({ low }) => low < threshold);
  return fallen < 0 ? perLevel.length : fallen;
}
