/** Gates without ground truth: does X answer as Amplify^H(X) does on contexts that it never trained on?
 *  By induction over ALL levels that is enough: the first are compared with H's own look-ups, and where level ℓ is right,
 *  agreement on level ℓ + 1 means agreement with H combining right sub-answers. */

import type { Random } from '../base/random.ts';
import { agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import { drawExam, type Exam } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { type Proportion, proportion } from '../statistics/proportion.ts';

export interface GateOptions {
  /** Agreement at every level up to the frontier that moves it, by the lower bound; 0 … 1. Also what puts a level
   *  inside the horizon. */
  readonly advance: number;
  /** The same for the last frontier of the run. */
  readonly finish: number;
  /** Held-out questions examined at each level. */
  readonly questions: number;
  /** Agreement in training, a moving average, from which on the gate is looked at. */
  readonly attempt: number;
  /** Steps before a stage may end: */
  readonly stepsMin: number;
  /** one that warms up. */
  readonly warmUpMin: number;
  /** Steps between two looks. */
  readonly stepsBetween: number;
}

export interface Verdict {
  readonly passed: boolean;
  /** What every level had to reach. */
  readonly threshold: number;
  /** On frontier questions. */
  readonly agreement: Proportion;
  /** On every level up to the frontier, index 0 is level 1. Empty if a look failed at the frontier already. */
  readonly perLevel: readonly Proportion[];
  /** The largest ℓ such that every level up to ℓ reaches `advance`. */
  readonly horizon: number;
  /** Overseer decisions that it took. */
  readonly decisions: number;
}

export interface Sitting<Q, A> {
  readonly task: Task<Q, A>;
  readonly assistant: Assistant<Q, A>;
  readonly amplified: Assistant<Q, A>;
  readonly level: number;
  readonly threshold: number;
  readonly options: GateOptions;
}

/** Looks at the gate, and where it seems open looks again on fresh contexts: it is that second figure which counts, so
 *  that of many looks a lucky one does not pass. With `spent` every level is measured whatever the outcome. */
export async function examine<Q, A>(
  sitting: Sitting<Q, A>,
  spent: boolean,
  random: Random,
): Promise<Verdict> {
  const look = await measure(sitting, spent, random.split('look'));
  if (!look.passed) return look;
  const confirmed = await measure(sitting, true, random.split('confirm'));
  return { ...confirmed, decisions: look.decisions + confirmed.decisions };
}

async function measure<Q, A>(sitting: Sitting<Q, A>, thorough: boolean, random: Random): Promise<Verdict> {
  const { task, level, threshold, options } = sitting;
  const draw = (at: number): Exam<Q> => drawExam(task, 'gate', at, options.questions, random);
  const frontier = await agreement(sitting, [draw(level)]);
  const figure = frontier.perLevel[0]!;
  const failed = {
    passed: false,
    threshold,
    agreement: figure,
    perLevel: [],
    horizon: 0,
    decisions: frontier.decisions,
  };
  if (figure.low < threshold && !thorough) return failed;
  const lower = await agreement(
    sitting,
    Array.from({ length: level - 1 }, (_, i) => draw(i + 1)),
  );
  const perLevel = [...lower.perLevel, figure];
  return {
    ...failed,
    passed: perLevel.every(({ low }) => low >= threshold),
    perLevel,
    horizon: horizonOf(perLevel, options.advance),
    decisions: frontier.decisions + lower.decisions,
  };
}

/** How often the two agree in each exam; "unknown" agrees with nothing. */
export async function agreement<Q, A>(
  { assistant, amplified }: Pick<Sitting<Q, A>, 'assistant' | 'amplified'>,
  exams: readonly Exam<Q>[],
): Promise<{ readonly perLevel: readonly Proportion[]; readonly decisions: number }> {
  const questions = exams.flat(2);
  const scope = scopeFor(questions.length);
  const own = await assistant.answer(questions, scope);
  const justified = await amplified.answer(questions, scope);
  let end = 0;
  const perLevel = exams.map((exam) =>
    proportion(
      exam.map((context) => {
        const start = end;
        end += context.length;
        const right = context.filter((_, i) => agree(own[start + i]!, justified[start + i]!)).length;
        return { right, n: context.length };
      }),
    ),
  );
  return { perLevel, decisions: scope.budget.spent.decisions };
}

export function horizonOf(perLevel: readonly Proportion[], threshold: number): number {
  const fallen = perLevel.findIndex(({ low }) => low < threshold);
  return fallen < 0 ? perLevel.length : fallen;
}
