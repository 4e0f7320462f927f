/** What overseers want, as it changes: norms have versions, each in force from some iteration on, and a change from H_v to H_{v+1} is
 *  known by the questions that the two answer otherwise, the flip set, and those that they answer alike, the keep set. How fast X takes a
 *  change up, and what it keeps, is told from looks at both (K12 of the KPIs: uptake, retention, half-life). Who answers as H_v
 *  and as H_{v+1} is an argument: people who were asked by either policy, or scripts. */

import { CapstanError } from '../base/errors.ts';
import { type Answer, agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scope, scopeFor } from '../core/budget.ts';
import type { Exam } from '../core/exam.ts';

export interface NormVersion {
  /** 1, 2, … */
  readonly version: number;
  /** What names the policy: the hash of its text. */
  readonly policy: string;
  /** The first iteration whose targets follow from it, and decisions of H before that. */
  readonly iteration: number;
  readonly decisions: number;
}

/** Oldest first; nothing is ever taken out. */
export type Norms = readonly NormVersion[];

/** With one more version. Throws «invalid» where it comes before the last one, or says the same. */
export function changed(norms: Norms, { policy, iteration, decisions }: Omit<NormVersion, 'version'>): Norms {
  const last = norms.at(-1);
  if (last && (iteration < last.iteration || decisions < last.decisions))
    throw new CapstanError(
      'invalid',
      `norms: expected a version not before iteration ${last.iteration} and decision ${last.decisions}, got ${iteration} and ${decisions}`,
    );
  if (last?.policy === policy)
    throw new CapstanError('invalid', `norms: expected another policy than the last, got «${policy}» again`);
  return [...norms, { version: (last?.version ?? 0) + 1, policy, iteration, decisions }];
}

/** The version by which targets of that iteration are made; undefined before the first. */
export function inForce(norms: Norms, iteration: number): NormVersion | undefined {
  return norms.findLast((version) => version.iteration <= iteration);
}

/** A question with what H_v and H_{v+1} say; `cluster` is its context. */
export interface Judged<Q, A> {
  readonly question: Q;
  readonly cluster: number;
  readonly before: Answer<A>;
  readonly after: Answer<A>;
  /** Whether they differ. */
  readonly isFlipped: boolean;
}

/** What a change flips and what it keeps. Questions that either does not know are left out: nobody can tell. */
export async function changeOn<Q, A>(
  exam: Exam<Q>,
  before: Assistant<Q, A>,
  after: Assistant<Q, A>,
): Promise<readonly Judged<Q, A>[]> {
  const asked = exam.flatMap((context, cluster) => context.map((question) => ({ question, cluster })));
  const questions = asked.map(({ question }) => question);
  const [old, now] = [await before.answer(questions, scope()), await after.answer(questions, scope())];
  return asked.flatMap(({ question, cluster }, i) => {
    const [one, two] = [old[i]!, now[i]!];
    if (one.kind === 'unknown' || two.kind === 'unknown') return [];
    return [{ question, cluster, before: one, after: two, isFlipped: !agree(one, two) }];
  });
}

/** One question at one look, as K12 takes it (`evaluate/norms`). */
export interface Look {
  readonly cluster: number;
  /** Iterations, or labels, since the change. */
  readonly at: number;
  readonly isFlipped: boolean;
  readonly agreesNew: boolean;
  readonly agreesOld: boolean;
}

/** What X says of them now. */
export async function lookAt<Q, A>(
  change: readonly Judged<Q, A>[],
  x: Assistant<Q, A>,
  at: number,
): Promise<readonly Look[]> {
  const questions = change.map(({ question }) => question);
  const answers = await x.answer(questions, scopeFor(questions.length));
  return change.map(({ cluster, isFlipped, before, after }, i) => ({
    cluster,
    at,
    isFlipped,
    agreesNew: agree(answers[i]!, after),
    agreesOld: agree(answers[i]!, before),
  }));
}
