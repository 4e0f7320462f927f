/** A run whose overseers change their minds: from one iteration on H follows a second version of its norms, by which it answers the
 *  compound questions that hold a certain word otherwise, and whatever follows from those changes with them. A rule, since
 *  that can be learned; the word is one that about the demanded share of the questions hold, as of systematic noise. */

import { hash } from 'node:crypto';
import type { Assistant } from '../core/assistant.ts';
import type { Task } from '../core/task.ts';
import type { Replaying } from '../iterate/replaying.ts';
import { revised } from '../overseers/simulated.ts';
import { changed, changeOn, type Norms } from '../oversight/norms.ts';
import { allTheWayDown } from './judge.ts';
import type { Change } from './plan.ts';
import { slipWord } from './slice.ts';

export interface NormsOptions {
  /** The first by the second version, ≥ 2. */
  readonly iteration: number;
  /** Of the questions, above 0, at most 1: the nearest that a word has. Answers to those that are not simple change. */
  readonly share: number;
}

interface Setting {
  readonly norms?: NormsOptions;
  readonly seed: number;
}

/** The task with H by the norms in force in that iteration. */
export function taskAt<Q, A>(task: Task<Q, A>, { norms, seed }: Setting, iteration: number): Task<Q, A> {
  if (!norms || iteration < norms.iteration) return task;
  const word = slipWord(task, norms.share, seed)!; // a share above 0 has one
  const isFlipped = (question: Q) =>
    task.environment(question) === undefined && task.encoding.sentence(question).includes(word);
  return {
    ...task,
    overseer: revised(task.overseer, { version: `2, another answer at word ${word}`, isFlipped }, task),
  };
}

/** What names the policy that H follows. */
function policyOf<Q, A>({ name, overseer: { origin } }: Task<Q, A>): string {
  return hash('sha256', JSON.stringify([name, origin.name, origin.version ?? '1']));
}

export interface Changed {
  readonly norms: Norms;
  /** Targets that are not taught again. */
  readonly dropped: number;
}

/** When H has made so many decisions. Of the lessons that are taught again just those targets are dropped that the change flips,
 *  which the two versions tell by themselves, down to the facts; `x` makes guesses where there is no way down. */
export async function changeNorms<Q, A>(
  task: Task<Q, A>,
  { task: after, iteration }: Change<Q, A>,
  x: Assistant<Q, A>,
  replaying: Replaying<Q, A>,
  decisions: number,
): Promise<Changed> {
  const first = changed([], { policy: policyOf(task), iteration: 1, decisions: 0 });
  const [old, now] = [allTheWayDown(task, x), allTheWayDown(after, x)];
  const judged = await changeOn(replaying.questions(), old, now);
  const flipped = new Set(judged.filter((one) => one.isFlipped).map(({ question }) => task.key(question)));
  return {
    norms: changed(first, { policy: policyOf(after), iteration, decisions }),
    dropped: replaying.drop((question) => flipped.has(task.key(question))),
  };
}
