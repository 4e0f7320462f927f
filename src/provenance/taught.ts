/** Where X has a wrong answer from: the iteration since which it says it, what the teacher would have had it say then, and the
 *  lessons that taught it.
 *      X_1 … X_n are asked in turn; X_k is the first of those up to the last that say what X_n says
 *      its target: Amplify^H(X_k), since the teacher is the student's own moving average
 *      lessons: those of iteration k that ask the very question, and those that ask the same words about other facts
 *  Most contexts that people ask about were in no lesson; what X knows of them it learned from the lessons that read alike. */

import { withEnvironment } from '../amplify/environment.ts';
import { CapstanError } from '../base/errors.ts';
import { type Answer, agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope } from '../core/budget.ts';
import type { Task } from '../core/task.ts';
import { leavesOf, sameFacts, targetsAlike, targetsIfAsked } from '../distill/examples.ts';
import { keptState } from '../run/state.ts';
import type { Folder } from '../storage/folder.ts';
import { shardIn } from './taint.ts';

/** A checkpoint, oldest first in a list. */
export interface Learner<Q, A> {
  readonly hash: string;
  readonly iteration: number;
  readonly level: number;
  /** Lessons that it had learned from. */
  readonly dataCount: number;
  readonly assistant: Assistant<Q, A>;
}

export interface TaughtOptions<Q, A> {
  /** Targets as they were made: H with its mistakes, and what is done against them. */
  targets(assistant: Assistant<Q, A>): Assistant<Q, A>;
  isRight(question: Q, answer: Answer<A>): boolean;
  /** Lists of questions, of which an example has asked one (`run/drawn.ts`). */
  readonly drawn: (index: number) => readonly (readonly Q[])[];
}

export interface Saying<A> {
  readonly hash: string;
  readonly iteration: number;
  /** The highest that it had been taught. */
  readonly level: number;
  readonly answer: Answer<A>;
  /** What its lessons would have said. */
  readonly target: Answer<A>;
  readonly isTargetRight: boolean;
}

export interface Taught<A> {
  /** Oldest first. */
  readonly sayings: readonly Saying<A>[];
  /** The first since which all say what the last says. */
  readonly since: Saying<A>;
  /** Taught: the target was wrong too. Unlearned: it was right. Unasked: of a level that came later. */
  readonly cause: 'taught' | 'unlearned' | 'unasked';
  /** Lessons of that iteration. */
  readonly lessons: number;
  /** Targets for the very question in them, and how many of them are wrong. */
  readonly itself: Counted;
  /** Targets for questions that read alike, of some lessons drawn evenly where there are too many. */
  readonly alike: Counted & { readonly lookedAt: number };
}

export interface Counted {
  readonly asked: number;
  readonly wrong: number;
}

/** Lessons of which the questions are drawn again: a few milliseconds each. */
const DRAWN_MAX = 100;

/** `folder`: of the arm. Throws «corrupt» where a file that it takes to tell is damaged. */
export async function taughtBy<Q, A>(
  folder: Folder,
  task: Task<Q, A>,
  question: Q,
  learners: readonly Learner<Q, A>[],
  options: TaughtOptions<Q, A>,
): Promise<Taught<A>> {
  const sayings: Saying<A>[] = [];
  for (const { hash, iteration, level, assistant } of learners) {
    const [answer] = await assistant.answer([question], scope());
    const [target] = await options
      .targets(withEnvironment(task.environment, assistant))
      .answer([question], scope());
    const isTargetRight = options.isRight(question, target!);
    sayings.push({ hash, iteration, level, answer: answer!, target: target!, isTargetRight });
  }
  const last = sayings.at(-1);
  if (!last) throw new CapstanError('not-found', `${folder.path}: expected a checkpoint, found none`);
  const other = sayings.findLastIndex(({ answer }) => !isSameAnswer(answer, last.answer));
  const place = other + 1;
  const since = sayings[place]!;
  const unasked = task.level(question) > since.level;
  const cause = unasked ? 'unasked' : since.isTargetRight ? 'unlearned' : 'taught';
  const [from, to] = [learners[place - 1]?.dataCount ?? 0, learners[place]!.dataCount];
  return { sayings, since, cause, ...lessonsOn(folder, task, question, [from, to], options) };
}

function isSameAnswer<A>(a: Answer<A>, b: Answer<A>): boolean {
  return agree(a, b) || (a.kind === 'unknown' && b.kind === 'unknown');
}

/** What lessons number `from` up to `to` taught. */
function lessonsOn<Q, A>(
  folder: Folder,
  { encoding }: Task<Q, A>,
  question: Q,
  [from, to]: readonly [number, number],
  { drawn, isRight }: TaughtOptions<Q, A>,
): Pick<Taught<A>, 'lessons' | 'itself' | 'alike'> {
  const alikeIn = targetsAlike(encoding, question);
  const isAbout = sameFacts(encoding, question);
  const of = (word: number): Answer<A> => {
    const value = encoding.answerOf(word);
    return value === undefined
      ? { kind: 'unknown', reason: 'unsure' }
      : { kind: 'known', value, confidence: 1 };
  };
  const itself = { asked: 0, wrong: 0 };
  const alike: { readonly index: number; readonly leaf: Uint8Array }[] = [];
  let count = 0;
  for (const shard of keptState(folder)?.state.examples.shards ?? [])
    for (const leaf of leavesOf(shardIn(folder, shard))) {
      const index = count++;
      if (index < from || index >= to) continue;
      const targets = alikeIn(leaf).filter(({ word }) => word !== encoding.blank);
      if (targets.length === 0) continue;
      if (!isAbout(leaf)) alike.push({ index, leaf });
      else
        for (const { word } of targets) {
          itself.asked++;
          if (!isRight(question, of(word))) itself.wrong++;
        }
    }
  const every = Math.max(1, Math.ceil(alike.length / DRAWN_MAX));
  const some = alike.filter((_, i) => i % every === 0);
  const near = { asked: 0, wrong: 0, lookedAt: some.length };
  for (const { index, leaf } of some)
    for (const questions of drawn(index)) {
      if (!targetsIfAsked(encoding, questions, leaf)) continue;
      for (const { place, word } of alikeIn(leaf)) {
        if (word === encoding.blank) continue;
        near.asked++;
        if (!isRight(questions[place]!, of(word))) near.wrong++;
      }
      break;
    }
  return { lessons: to - from, itself, alike: near };
}
