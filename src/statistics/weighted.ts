/** Means over all items, told from those that were audited. Each item was drawn with a probability of its own, π, so each
 *  that was audited stands for 1/π (Horvitz & Thompson 1952; Särndal, Swensson & Wretman 1992, §5.7 and §6.3). */

import { CapstanError } from '../base/errors.ts';
import { exactProportion } from './beta.ts';
import { byCluster, type Clustered } from './clustered.ts';
import type { Bounded, Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

/** An item that was audited; `cluster` is what was drawn independently, the item's own number where each was. */
export interface Audit extends Clustered {
  /** What was found: 1 for a mistake, minutes, … */
  readonly value: number;
  /** The chance with which it was to be audited, above 0 and at most 1. */
  readonly probability: number;
}

/** Hájek's: Σ y/π / Σ 1/π, with se² = C/(C − 1) · Σ (Σ (y − ȳ)/π)² / (Σ 1/π)² over clusters, and Student's t. Undefined of no
 *  audits, without an interval of one cluster. */
export function weightedMean(audits: readonly Audit[]): Estimate | undefined {
  const found = hajek(audits);
  if (!found) return undefined;
  const { value, variance, clusters } = found;
  const bare: Estimate = { value, low: null, high: null, n: audits.length };
  if (clusters < 2) return bare;
  const spread = studentQuantile(clusters - 1) * Math.sqrt(variance);
  return { ...bare, low: value - spread, high: value + spread };
}

/** The same of values that are 0 or 1: Clopper and Pearson's interval for as many independent audits as would be as sure
 *  (Korn & Graubard 1998), which holds for rare mistakes too. */
export function weightedShare(audits: readonly Audit[]): Bounded | undefined {
  const found = hajek(audits);
  if (!found) return undefined;
  const { value, variance, clusters } = found;
  const n = audits.length;
  if (clusters < 2) return { value, low: 0, high: 1, n };
  // Without variance, as sure as weights alone make it (Kish 1965).
  const [weights, squares] = [1, 2].map((power) =>
    audits.reduce((sum, { probability }) => sum + probability ** -power, 0),
  ) as [number, number];
  const kish = Math.min(weights ** 2 / squares, clusters);
  const raw = variance > 0 ? Math.min((value * (1 - value)) / variance, n) : kish;
  const size = raw * Math.min(1, (studentQuantile(Math.max(1, n - 1)) / studentQuantile(clusters - 1)) ** 2);
  const { low, high } = exactProportion(Math.min(value * size, size), size);
  return { value, low: Math.min(low, value), high: Math.max(high, value), n };
}

interface Hajek {
  readonly value: number;
  readonly variance: number;
  readonly clusters: number;
}

function hajek(audits: readonly Audit[]): Hajek | undefined {
  expectProbabilities(audits);
  if (audits.length === 0) return undefined;
  const weight = audits.reduce((sum, { probability }) => sum + 1 / probability, 0);
  const value = audits.reduce((sum, one) => sum + one.value / one.probability, 0) / weight;
  const groups = byCluster(audits);
  const squares = groups.reduce((sum, group) => {
    const residual = group.reduce((total, one) => total + (one.value - value) / one.probability, 0);
    return sum + residual ** 2;
  }, 0);
  const clusters = groups.length;
  return { value, variance: ((clusters / (clusters - 1)) * squares) / weight ** 2, clusters };
}

function expectProbabilities(audits: readonly Audit[]): void {
  const wrong = audits.find(({ probability }) => !(probability > 0 && probability <= 1));
  if (wrong)
    throw new CapstanError(
      'invalid',
      `audit: expected a probability above 0, at most 1, got ${wrong.probability}`,
    );
}
