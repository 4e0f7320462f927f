/** Whether X follows where H changes its norms, and keeps the rest (K12): X of the iteration before the change and of each from it
 *  on is asked the anchors up to the level that was learned by then, which H answers by both versions, all the way down. */

import { memo } from '../amplify/memo.ts';
import type { Random } from '../base/random.ts';
import type { Assistant } from '../core/assistant.ts';
import { halfLife, normLooks } from '../evaluate/norms.ts';
import { changeOn, type Look, lookAt } from '../oversight/norms.ts';
import { figure } from '../protocol/figure.ts';
import type { Checkpoint } from '../registry/checkpoint.ts';
import type { NormsOptions } from '../run/norms.ts';
import type { AnyAnswer, AnyQuestion, AnyTask } from '../tasks/tasks.ts';
import type { Observed } from './observed.ts';
import { METHODS, type Part } from './part.ts';
import { type Asked, allTheWay, type Reading } from './sheet.ts';

type X = Assistant<AnyQuestion, AnyAnswer>;

export interface Changing {
  readonly norms: NormsOptions;
  /** With H before, and after. */
  readonly before: AnyTask;
  readonly after: AnyTask;
  /** X_1, X_2, … as checkpoints, and as they answer. */
  readonly checkpoints: readonly Checkpoint[];
  readonly xs: readonly X[];
}

/** `at` in iterations since the one before the change. None where the run ended before. */
export async function looksOf(
  { norms: { iteration }, before, after, checkpoints, xs }: Changing,
  { examiner }: Reading<AnyQuestion, AnyAnswer>,
  anchors: readonly Asked<AnyQuestion>[],
): Promise<readonly Look[]> {
  if (checkpoints.length < iteration) return [];
  // What was not learned by then can be neither kept nor given up.
  const { level } = checkpoints[iteration - 2]!.lineage;
  const asked = anchors.filter(({ question }) => before.level(question) <= level);
  const [old, now] = [before, after].map(
    (task) => allTheWay({ task, examiner }, task.overseer, asked).assistant,
  ) as [X, X];
  const change = await changeOn(contextsOf(asked), old, now);
  const looks: Look[] = [];
  for (const [at, x] of xs.slice(iteration - 2).entries())
    looks.push(...(await lookAt(change, memo(x, before.key), at)));
  return looks;
}

/** One list of questions for each context. */
function contextsOf<Q>(asked: readonly Asked<Q>[]): readonly (readonly Q[])[] {
  const contexts = new Map<number, Q[]>();
  for (const { context, question } of asked)
    contexts.set(context, [...(contexts.get(context) ?? []), question]);
  return [...contexts.values()];
}

/** The last look counts as settled; with one look more than that after the change, half of it is another. */
const STEADY_LOOKS = 1;
const LOOKS_LEAST = 3;

/** K12, on the anchor. */
export function normsPart({ configuration: { norms }, norms: looks }: Observed, random: Random): Part {
  if (!norms)
    return {
      figures: [],
      needs: [
        'a run in which H changes its norms on a known set of questions: «capstan run --norms 2:0.125»',
      ],
    };
  if (looks.length === 0) return { figures: [], needs: ['an iteration after H changed its norms'] };
  const seen = normLooks(looks);
  const isEnough = seen.length >= LOOKS_LEAST;
  const half = isEnough ? halfLife(looks, { steadyLooks: STEADY_LOOKS }, random) : undefined;
  return {
    figures: [
      ...seen.flatMap(({ at, uptake, stale, retention, consistency }) => {
        const labels = { iteration: norms.iteration - 1 + at };
        return [
          ...figure('uptake', 'share', uptake, METHODS.wilson, labels),
          ...figure('stale', 'share', stale, METHODS.wilson, labels),
          ...figure('retention', 'share', retention, METHODS.wilson, labels),
          ...figure('consistency', 'share', consistency, METHODS.jackknife, labels),
        ];
      }),
      ...figure('half-life in iterations', 'number', half, METHODS.bootstrap),
    ],
    needs: [
      'people who change their minds: the norms of a script change by a rule',
      'looks within an iteration: between two X a half-life is drawn along a line',
      ...(isEnough ? [] : ['two iterations from the change on, for a half-life']),
      ...(isEnough && !half ? ['more uptake at the end than before the change, for a half-life'] : []),
    ],
  };
}
