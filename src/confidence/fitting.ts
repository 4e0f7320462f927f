/** Everything about confidence fitted for one X and one H on contexts held out for that: on one part of them the maps of X's
 *  confidence, the dependence of siblings, the combination and the budgets; on the other, which nothing was fitted on, the
 *  thresholds. What is right is what a reference says: HCH where there is no ground truth. */

import { withEnvironment } from '../amplify/environment.ts';
import { type Answer, agree } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { scopeFor } from '../core/budget.ts';
import type { Exam } from '../core/exam.ts';
import { calibrate, type Judged, type Method } from './calibration.ts';
import { combine, type Pair } from './combination.ts';
import { type Confidence, confident, type Parts, sureOf } from './escalation.ts';
import { allRight, decomposed, dependenceOf } from './propagate.ts';
import { type Contexts, type LevelThreshold, levelThresholds, plannedThreshold } from './threshold.ts';

/** Questions at one level, by context; no context is in both exams. */
export interface HeldLevel<Q> {
  readonly level: number;
  /** Of the questions to come, 0 … 1; all levels' together are 1. */
  readonly share: number;
  readonly fit: Exam<Q>;
  readonly thresholds: Exam<Q>;
}

/** All but the thresholds, which may be found anew where it stays. */
export type Fitted = Omit<Confidence, 'thresholds'>;

export interface FitOptions<Q, A> {
  /** α: of all questions, the share that may be kept and wrong. */
  readonly risk: number;
  /** Levels of H above X at most, ≥ 0. */
  readonly depth: number;
  readonly method: Method;
  readonly reference: Assistant<Q, A>;
}

/** Of α, what may be spent on answers that are kept without being taken apart. */
const DIRECT_SHARE = 0.25;

/** X and the reference are asked the same questions more than once: memos around them save most of the time. Throws
 *  «invalid» where there are too few contexts for the risk. */
export async function fitConfidence<Q, A>(
  parts: Parts<Q, A>,
  held: readonly HeldLevel<Q>[],
  options: FitOptions<Q, A>,
): Promise<Confidence> {
  const fitted = await fitMaps(parts, held, options);
  return { ...fitted, thresholds: await fitThresholds(parts, fitted, held, options) };
}

/** On `fit` alone. */
export async function fitMaps<Q, A>(
  parts: Parts<Q, A>,
  held: readonly Omit<HeldLevel<Q>, 'thresholds'>[],
  { risk, depth, method, reference }: FitOptions<Q, A>,
): Promise<Fitted> {
  const { groundTruth } = reference.origin;
  const questions = held.flatMap(({ fit }) => fit.flat());
  const truth = await asked(reference, questions);
  const own = await asked(parts.assistant, questions);
  const direct = calibrate(method, judgedBy(parts, questions, own, truth), groundTruth);
  const sure = sureOf(parts, { direct });
  const sureOwn = await asked(sure, questions);
  const planned = held.map(({ share, fit }) => ({
    share,
    planned: judgedIn(fit, questions, sureOwn, truth),
  }));
  let fitted: Fitted = {
    direct,
    dependence: 0,
    combination: combine<A>([], groundTruth),
    keep: plannedThreshold(planned, risk * DIRECT_SHARE),
    depth: 0,
  };
  // From the bottom up: how much a decomposition is worth depends on who answers its sub-questions.
  while (fitted.depth < depth) {
    const below = withEnvironment(parts.environment, confident(parts, fitted));
    const apart = await decomposed(parts.overseer, below, questions, scopeOf(questions));
    const amplified = apart.map(({ answer }) => answer);
    const right = amplified.map((answer, i) => agree(answer, truth[i]!));
    const leanings = apart.map(({ confidences }, i) => ({ confidences, right: right[i]! }));
    const dependence = dependenceOf(leanings);
    const pairs = apart.map(
      ({ answer, confidences }, i): Pair<A> => ({
        level: parts.level(questions[i]!),
        amplified:
          answer.kind === 'known' ? { ...answer, confidence: allRight(confidences, dependence) } : answer,
        direct: sureOwn[i]!,
        amplifiedRight: right[i]!,
        directRight: agree(sureOwn[i]!, truth[i]!),
      }),
    );
    fitted = { ...fitted, dependence, combination: combine(pairs, groundTruth), depth: fitted.depth + 1 };
  }
  return fitted;
}

/** For whatever was fitted: the promise is about the confidences of this X, whatever they are worth. */
export async function fitThresholds<Q, A>(
  parts: Parts<Q, A>,
  fitted: Fitted,
  held: readonly HeldLevel<Q>[],
  { risk, reference }: Pick<FitOptions<Q, A>, 'risk' | 'reference'>,
): Promise<readonly LevelThreshold[]> {
  const whole = confident(parts, fitted);
  const levels = [];
  for (const { level, share, fit, thresholds } of held)
    levels.push({
      level,
      share,
      planned: await judgedContexts(whole, reference, fit),
      contexts: await judgedContexts(whole, reference, thresholds),
    });
  return levelThresholds(levels, risk);
}

/** What the assistant says of these, judged by the reference. */
export async function judgedContexts<Q, A>(
  assistant: Assistant<Q, A>,
  reference: Assistant<Q, A>,
  exam: Exam<Q>,
): Promise<Contexts> {
  const questions = exam.flat();
  const answers = await asked(assistant, questions);
  return judgedIn(exam, questions, answers, await asked(reference, questions));
}

/** A tree may have many nodes, and here nobody pays for it. */
const PER_QUESTION = 4096;

function scopeOf(questions: readonly unknown[]) {
  return scopeFor(PER_QUESTION * questions.length);
}

async function asked<Q, A>(
  assistant: Assistant<Q, A>,
  questions: readonly Q[],
): Promise<readonly Answer<A>[]> {
  return assistant.answer(questions, scopeOf(questions));
}

function judgedBy<Q, A>(
  { level }: Parts<Q, A>,
  questions: readonly Q[],
  answers: readonly Answer<A>[],
  truth: readonly Answer<A>[],
): readonly Judged[] {
  return answers.flatMap((answer, i) => {
    if (answer.kind === 'unknown') return [];
    const right = agree(answer, truth[i]!);
    return [{ level: level(questions[i]!), confidence: answer.confidence, right }];
  });
}

/** Of an exam whose questions are among these, in this order. */
function judgedIn<Q, A>(
  exam: Exam<Q>,
  questions: readonly Q[],
  answers: readonly Answer<A>[],
  truth: readonly Answer<A>[],
): Contexts {
  const place = new Map(questions.map((question, i) => [question, i]));
  return exam.map((context) =>
    context.map((question) => {
      const i = place.get(question)!;
      const answer = answers[i]!;
      const confidence = answer.kind === 'known' ? answer.confidence : -1;
      return { confidence, right: agree(answer, truth[i]!) };
    }),
  );
}
