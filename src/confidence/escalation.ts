/** When to ask whom: X's answer is kept from a confidence on; below it the question is taken apart, and so are its
 *  sub-questions; and below the threshold of its level a person is asked.
 *
 *      X ──kept──►                 kept: calibrated confidence ≥ κ
 *      └─► Amplify^H(…) ──kept──►  kept: combined confidence ≥ λ̂_ℓ
 *                       └─► a person
 *
 *  λ̂_ℓ comes from conformal risk control over what the first two say together, so its promise holds whatever κ is. */

import { escalating } from '../amplify/escalating.ts';
import type { Assistant, Environment, Overseer } from '../core/assistant.ts';
import { adaptive } from './adaptive-depth.ts';
import { calibratedAssistant } from './calibrated.ts';
import type { Calibration } from './calibration.ts';
import type { Combination } from './combination.ts';
import { type LevelThreshold, NOTHING_KEPT } from './threshold.ts';

/** Whose confidence it is, and who takes questions apart. */
export interface Parts<Q, A> {
  readonly overseer: Overseer<Q, A>;
  readonly environment: Environment<Q, A>;
  /** X. */
  readonly assistant: Assistant<Q, A>;
  readonly level: (question: Q) => number;
}

/** What was fitted, as plain data. */
export interface Confidence {
  /** Of X's own answers. */
  readonly direct: Calibration;
  /** ρ among siblings. */
  readonly dependence: number;
  readonly combination: Combination;
  /** κ, on the calibrated confidence of X, at every node. */
  readonly keep: number;
  /** Levels of H above X at most, ≥ 0. */
  readonly depth: number;
  readonly thresholds: readonly LevelThreshold[];
}

/** X alone with calibrated confidences. */
export function sureOf<Q, A>({ assistant, level }: Parts<Q, A>, { direct }: Pick<Confidence, 'direct'>) {
  return calibratedAssistant(assistant, direct, level);
}

/** X and its decompositions, with the probability of each answer that it is right; nobody above is asked. */
export function confident<Q, A>(
  parts: Parts<Q, A>,
  confidence: Omit<Confidence, 'thresholds'>,
): Assistant<Q, A> {
  const { dependence, combination, keep, depth } = confidence;
  const isWorth = (_: Q, own: number) => own < keep;
  const assistant = sureOf(parts, confidence);
  return adaptive({ ...parts, assistant, dependence, combination, isWorth }, depth);
}

/** The same with a person above, who is asked below the threshold of the question's level, and at a level that has none. */
export function escalation<Q, A>(
  parts: Parts<Q, A>,
  confidence: Confidence,
  person: Assistant<Q, A>,
): Assistant<Q, A> {
  const needed = thresholdsOf(confidence);
  return escalating(confident(parts, confidence), (question) => needed(parts.level(question)), person);
}

/** λ̂ of a level. */
export function thresholdsOf({ thresholds }: Pick<Confidence, 'thresholds'>): (level: number) => number {
  const known = new Map(thresholds.map(({ level, threshold }) => [level, threshold]));
  return (level) => known.get(level) ?? NOTHING_KEPT;
}
