/** The held-out questions of an evaluation, split by split: which contexts, which questions, and a name for each by its
 *  content. They follow from the task alone, so they are the same for every seed, arm and iteration. */

import { hash } from 'node:crypto';
import { Random } from '../base/random.ts';
import { drawHeld, type Exam, type Purpose } from '../core/exam.ts';
import type { Task } from '../core/task.ts';
import { testExams } from '../evaluate/accuracy.ts';
import type { Examiner } from '../evaluate/examiners.ts';
import { ANCHOR_MIN, type Split } from '../protocol/report.ts';
import type { Asked } from './sheet.ts';

/** Questions per level. */
export interface Sizes {
  readonly test: number;
  readonly anchor: number;
  readonly calibration: number;
  readonly check: number;
  /** Questions in all in whose sub-answers errors are planted, about which lies are told, and which a machine guesses at. */
  readonly planted: number;
}

export const SIZES: Sizes = { test: 1024, anchor: 256, calibration: 512, check: 512, planted: 512 };
export const QUICK: Sizes = { test: 256, anchor: 96, calibration: 128, check: 128, planted: 128 };

/** Nothing else draws from it: the final test is seen by an evaluation only. */
const FINAL = Random.seeded(0).split('evaluation');

export interface Held<Q> {
  readonly asked: readonly Asked<Q>[];
  readonly contexts: readonly string[];
  readonly sha256: string;
}

/** The final test. */
export function finalTest<Q, A>(task: Task<Q, A>, examiner: Examiner<Q, A>, questions: number): Held<Q> {
  return held(task, testExams(task, examiner, questions, FINAL.split('test')), examiner);
}

/** So many questions at each level at least, and of an anchor as many as it has to have where there are so many. */
export function heldFor<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  purpose: Purpose,
  questions: number,
): Held<Q> {
  const least = purpose === 'anchor' ? ANCHOR_MIN : 0;
  let [drawn, before] = [drawnFor(task, examiner, purpose, questions), 0];
  // Questions come twice, or are not examined, in some tasks more often than in others.
  for (let times = 2; drawn.asked.length < least && drawn.asked.length > before; times *= 2) {
    before = drawn.asked.length;
    drawn = drawnFor(task, examiner, purpose, times * questions);
  }
  return drawn;
}

function drawnFor<Q, A>(
  task: Task<Q, A>,
  examiner: Examiner<Q, A>,
  purpose: Purpose,
  questions: number,
): Held<Q> {
  const exams = Array.from({ length: task.levels }, (_, i) =>
    drawHeld(task, purpose, i + 1, questions, FINAL.split('held')),
  );
  return held(task, exams, examiner);
}

/** Each question once, with its grade where the task has grades; a question that is not examined is left out. */
function held<Q, A>(task: Task<Q, A>, exams: readonly Exam<Q>[], { grade }: Examiner<Q, A>): Held<Q> {
  const contexts = new Map<string, number>();
  const seen = new Set<string>();
  const asked: Asked<Q>[] = [];
  for (const question of exams.flat(2)) {
    const level = grade ? grade(question) : task.level(question) - 1;
    const key = task.key(question);
    if (level === undefined || seen.has(key)) continue;
    seen.add(key);
    const digest = digestOf(task, question);
    const context = contexts.get(digest) ?? contexts.size;
    contexts.set(digest, context);
    asked.push({ question, level: level + 1, context });
  }
  return { asked, contexts: [...contexts.keys()], sha256: hash('sha256', JSON.stringify([...seen])) };
}

const DIGITS = 32;

function digestOf<Q, A>({ encoding }: Task<Q, A>, question: Q): string {
  return hash('sha256', encoding.facts(question).join(' ')).slice(0, DIGITS);
}

/** As the report has them, for these held-out questions. */
export function splitsOf(
  { levels }: Pick<Task<unknown, unknown>, 'levels'>,
  held: { readonly [S in Purpose | 'test']: Held<unknown> },
  opened: { readonly test: number; readonly anchor: number },
): readonly Split[] {
  const listed = (name: Purpose | 'test', rule: string, times: number | null): Split => ({
    name,
    rule,
    questions: held[name].asked.length,
    contexts: held[name].contexts,
    sha256: held[name].sha256,
    sealed: times === 1,
    opened: times,
  });
  const unlisted = (name: 'train' | 'gate', rule: string): Split => ({
    name,
    rule,
    questions: 0,
    contexts: null,
    sha256: null,
    sealed: false,
    opened: null,
  });
  const third = `a third of the gate’s contexts, by another hash of their content; full size, levels 1 to ${levels}`;
  return [
    unlisted('train', 'contexts that a hash of their content deals to training; drawn as training goes on'),
    listed('calibration', `${third}; confidence and thresholds are fitted on it`, null),
    listed('check', `${third}; tells whether what was fitted helps`, null),
    listed('anchor', `${third}; frozen: the same questions for every iteration and seed`, opened.anchor),
    unlisted(
      'gate',
      'contexts that a hash of their content deals to gates; drawn anew at each look, so that it may meet some of the three before',
    ),
    listed(
      'test',
      `contexts that a hash of their content deals to tests, drawn for evaluations only; full size, levels 1 to ${levels}`,
      opened.test,
    ),
  ];
}
