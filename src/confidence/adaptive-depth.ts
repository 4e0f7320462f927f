/** Adaptive depth: a question is taken apart only where that is worth its cost, and so is each of its sub-questions.
 *      decompose q  ⇔  (p̂_amp(q) − p̂_dir(q)) · value > η · (cost of decomposing)
 *  p̂_dir is X's calibrated confidence. Before it is decomposed, p̂_amp is what decompositions at that level came to on the
 *  calibration pile, given p̂_dir:  σ(β · [1, logit p̂_dir]). The multiplier η says what a unit of cost is worth in right
 *  answers, and is tuned to a mean cost or an accuracy there. As needed, like ADaPT (Prasad et al. 2023, arXiv 2311.05772), but
 *  by a price. The cheap form is a threshold for each level: X is believed from it on. */

import { withEnvironment } from '../amplify/environment.ts';
import { CapstanError, invariant } from '../base/errors.ts';
import type { Answer } from '../core/answer.ts';
import type { Assistant, Environment, Overseer } from '../core/assistant.ts';
import { logistic, logit, predicted } from '../statistics/logistic.ts';
import { meanOf } from '../statistics/mean.ts';
import { type Combination, combined } from './combination.ts';
import { propagating } from './propagate.ts';

export interface AdaptiveParts<Q, A> {
  readonly overseer: Overseer<Q, A>;
  readonly environment: Environment<Q, A>;
  /** X, its confidences calibrated. */
  readonly assistant: Assistant<Q, A>;
  readonly level: (question: Q) => number;
  /** ρ among siblings. */
  readonly dependence: number;
  /** How the two answers to a question that was taken apart are made one; without it the amplified one is the answer. */
  readonly combination?: Combination;
  /** Whether to take apart a question that X answers with that confidence, 0 where it does not know. */
  readonly isWorth: (question: Q, confidence: number) => boolean;
}

/** X, and where that is worth it Amplify^H of this again, at most `depth` levels deep. Each question is asked of X once. */
export function adaptive<Q, A>(parts: AdaptiveParts<Q, A>, depth: number): Assistant<Q, A> {
  const { overseer, environment, assistant, level, dependence, combination, isWorth } = parts;
  if (!Number.isInteger(depth) || depth < 0)
    throw new CapstanError('invalid', `adaptive depth: expected an integer ≥ 0, got ${depth}`);
  if (depth === 0) return assistant;
  const below = withEnvironment(environment, adaptive(parts, depth - 1));
  const amplified = propagating(overseer, below, { dependence });
  return {
    origin: {
      name: `Adaptive^${overseer.origin.name}(${assistant.origin.name})`,
      groundTruth: amplified.origin.groundTruth || (combination?.groundTruth ?? false),
    },
    async answer(questions, scope) {
      const own = await assistant.answer(questions, scope);
      invariant(own.length === questions.length, `${assistant.origin.name}: one answer per question`);
      const isTaken = own.map((answer, i) => isWorth(questions[i]!, confidenceOf(answer)));
      const taken = questions.filter((_, i) => isTaken[i]!);
      const answers = taken.length > 0 ? await amplified.answer(taken, scope) : [];
      let next = 0;
      return own.map((answer, i) => {
        if (!isTaken[i]) return answer;
        const other = answers[next++]!;
        return combination ? combined(combination, level(questions[i]!), other, answer) : other;
      });
    },
  };
}

function confidenceOf(answer: Answer<unknown>): number {
  return answer.kind === 'known' ? answer.confidence : 0;
}

/** What things cost, in one unit: answers of X, decisions of H. */
export interface Prices {
  readonly answer: number;
  readonly decision: number;
}

/** A question of the calibration pile that was taken apart. */
export interface TakenApart {
  /** Of X's own answer, 0 where it does not know. */
  readonly confidence: number;
  readonly directRight: boolean;
  readonly amplifiedRight: boolean;
}

/** What decomposing is worth at a level; plain data. */
export interface LevelGain {
  readonly level: number;
  /** β of p̂_amp. */
  readonly coefficients: readonly number[];
  /** Of decomposing, beyond X's own answer. */
  readonly cost: number;
  /** Of right answers, upper end of its 95 % interval over contexts: at 0 or below nothing is taken apart at this level. */
  readonly gainHigh: number;
}

/** Confidence is believed to tell nothing of the amplified answer until it is seen to. */
const STRENGTH = 1;

/** By context, of which there are two at least; `cost` is the mean cost of decomposing one of them. */
export function gainAt(level: number, contexts: readonly (readonly TakenApart[])[], cost: number): LevelGain {
  const all = contexts.flat();
  const share = all.filter(({ amplifiedRight }) => amplifiedRight).length / all.length;
  const cases = all.map((one) => ({ features: [1, logit(one.confidence)], right: one.amplifiedRight }));
  const gains = contexts.map(
    (context) =>
      context.reduce((sum, one) => sum + Number(one.amplifiedRight) - Number(one.directRight), 0) /
      context.length,
  );
  return {
    level,
    coefficients: logistic(cases, [logit(share), 0], STRENGTH),
    cost,
    gainHigh: meanOf(gains)?.high ?? 0,
  };
}

/** The rule above; a level that nothing is known of is not taken apart. `multiplier` is η / value, ≥ 0. */
export function worthwhile(
  gains: readonly LevelGain[],
  multiplier: number,
): (level: number, confidence: number) => boolean {
  const byLevel = new Map(gains.map((gain) => [gain.level, gain]));
  return (level, confidence) => {
    const gain = byLevel.get(level);
    if (!gain || gain.gainHigh <= 0) return false;
    const amplified = predicted(gain.coefficients, [1, logit(confidence)]);
    return amplified - confidence > multiplier * gain.cost;
  };
}

/** How a multiplier fared on the calibration pile. */
export interface Trial {
  readonly multiplier: number;
  readonly accuracy: number;
  /** Mean per question. */
  readonly cost: number;
}

/** The most accurate within that mean cost; the cheapest of those that are equally accurate. Undefined if none is. */
export function withinCost(trials: readonly Trial[], cost: number): Trial | undefined {
  return best(
    trials.filter((trial) => trial.cost <= cost),
    (a, b) => b.accuracy - a.accuracy || a.cost - b.cost,
  );
}

/** The cheapest that is at least so accurate; undefined if none is. */
export function atAccuracy(trials: readonly Trial[], accuracy: number): Trial | undefined {
  return best(
    trials.filter((trial) => trial.accuracy >= accuracy),
    (a, b) => a.cost - b.cost || b.accuracy - a.accuracy,
  );
}

function best(trials: readonly Trial[], order: (a: Trial, b: Trial) => number): Trial | undefined {
  return [...trials].sort(order)[0];
}
