/** The difficulty at which an assistant is right in 79.4 % (K14), found by questions that follow it: after three right answers
 *  in a row the next is harder, after a wrong one easier.
 *      at rest p³ = ½, so p = ½^⅓ = .794                                                          (Levitt 1971, table I)
 *  Unlike accuracy on fixed questions it does not saturate: whoever gets better is asked harder ones. Two estimates of d_79: the
 *  mean of the turning points, by no model of the assistant but drawn towards the start (by a tenth of a step where that is near,
 *  in simulation), and a logistic curve through all trials, with its interval. */

import type { Clustered } from '../statistics/clustered.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { fieller } from '../statistics/fieller.ts';
import { meanOf } from '../statistics/mean.ts';
import { logisticFit } from '../statistics/regression.ts';
import { studentQuantile } from '../statistics/student.ts';

/** Where three rights in a row are as likely as not. */
export const TARGET = 0.5 ** (1 / 3);

export interface StaircaseOptions {
  /** Difficulty of the first question, and between neighbours. */
  readonly start: number;
  readonly step: number;
  /** The easiest and the hardest that there are. */
  readonly least: number;
  readonly most: number;
}

export interface Staircase {
  /** Of the next question. */
  readonly difficulty: number;
  /** Right answers since the difficulty last changed, 0 … 2. */
  readonly rights: number;
  readonly direction: 'harder' | 'easier' | undefined;
  /** Difficulties at which the direction turned. */
  readonly turns: readonly number[];
}

export function staircase({ start }: StaircaseOptions): Staircase {
  return { difficulty: start, rights: 0, direction: undefined, turns: [] };
}

/** After one more answer. */
export function climbed(stairs: Staircase, isRight: boolean, options: StaircaseOptions): Staircase {
  const { difficulty, rights, direction, turns } = stairs;
  if (isRight && rights < RIGHTS - 1) return { ...stairs, rights: rights + 1 };
  const now = isRight ? 'harder' : 'easier';
  const moved = difficulty + (isRight ? options.step : -options.step);
  return {
    difficulty: Math.min(options.most, Math.max(options.least, moved)),
    rights: 0,
    direction: now,
    turns: direction !== undefined && direction !== now ? [...turns, difficulty] : turns,
  };
}

/** The mean over independent staircases of the mean of each one's turning points after the first `skipped`, of which an even
 *  number is taken, so that upper and lower ones balance; n staircases. Undefined where none has two such. */
export function turningDifficulty(stairs: readonly Staircase[], skipped: number): Estimate | undefined {
  const means = stairs.flatMap(({ turns }) => {
    const rest = turns.slice(skipped + ((turns.length - skipped) % 2));
    return turns.length - skipped < 2 ? [] : [rest.reduce((sum, one) => sum + one, 0) / rest.length];
  });
  return meanOf(means);
}

/** One question; `cluster` is its context. */
export interface Asked extends Clustered {
  readonly difficulty: number;
  readonly isRight: boolean;
}

/** d_79: where the logistic curve through all trials is at `TARGET`, with Fieller's interval over clusters; n trials. `guess`:
 *  how often chance alone is right, 0 … TARGET. Undefined where no curve falls through the trials. */
export function thresholdDifficulty(trials: readonly Asked[], guess: number): Estimate | undefined {
  const fit = logisticFit(
    trials.map(({ cluster, difficulty, isRight }) => ({ cluster, features: [1, -difficulty], isRight })),
    guess,
  );
  if (!fit || fit.clusters < 2) return undefined;
  const [constant, slope] = fit.coefficients as readonly [number, number];
  const [[v11, v12], [, v22]] = fit.covariance as readonly [
    readonly [number, number],
    readonly [number, number],
  ];
  if (slope <= 0) return undefined;
  const share = (TARGET - guess) / (1 - guess);
  const logit = Math.log(share / (1 - share));
  // constant − slope · d = logit
  const together = {
    above: constant - logit,
    below: slope,
    variances: { above: v11, below: v22, both: v12 },
  };
  return fieller(together, studentQuantile(fit.clusters - 1), trials.length);
}

const RIGHTS = 3;
