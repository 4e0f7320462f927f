/** How well a score tells right from wrong: the area under the receiver operating characteristic, which is the chance that
 *  what is right scores above what is wrong, a tie counting half (Hanley & McNeil 1982). Its variance is that of structural
 *  components (DeLong, DeLong & Clarke-Pearson 1988), summed over clusters (Obuchowski 1997). */

import { byCluster, type Clustered } from './clustered.ts';
import type { Estimate } from './estimate.ts';
import { studentQuantile } from './student.ts';

const HALVINGS = 50;

export interface Scored extends Clustered {
  /** Any scale; higher is surer. */
  readonly score: number;
  readonly right: boolean;
}

/** 0 … 1, one half of no use. The interval is symmetric in the logit, with Student's t over clusters; where nothing
 *  overlaps, Clopper and Pearson's for as many pairs as are independent. Undefined unless there is something right and
 *  something wrong; without an interval where only one cluster has either. */
export function areaUnderRoc(items: readonly Scored[]): Estimate | undefined {
  const rights = items.filter(({ right }) => right).length;
  const wrongs = items.length - rights;
  if (rights === 0 || wrongs === 0) return undefined;
  const components = componentsOf(items);
  const value = items.reduce((sum, item) => sum + (item.right ? components.get(item)! : 0), 0) / rights;
  const groups = byCluster(items).map((group) => {
    const over = (isRight: boolean) => {
      const kept = group.filter(({ right }) => right === isRight);
      return { n: kept.length, residual: kept.reduce((sum, item) => sum + components.get(item)! - value, 0) };
    };
    return { right: over(true), wrong: over(false) };
  });
  const having = [
    groups.filter(({ right }) => right.n > 0).length,
    groups.filter(({ wrong }) => wrong.n > 0).length,
  ] as const;
  const clusters = groups.length;
  const least = Math.min(...having);
  const bare: Estimate = { value, low: null, high: null, n: items.length };
  if (least < 2) return bare;
  const ofRight = groups.reduce((sum, { right }) => sum + right.residual ** 2, 0);
  const ofWrong = groups.reduce((sum, { wrong }) => sum + wrong.residual ** 2, 0);
  const ofBoth = groups.reduce((sum, { right, wrong }) => sum + right.residual * wrong.residual, 0);
  const observed =
    ofRight * scale(having[0], rights, rights) +
    ofWrong * scale(having[1], wrongs, wrongs) +
    2 * ofBoth * scale(clusters, rights, wrongs);
  const usual = expectedVariance(value, rights, wrongs);
  const effect = usual > 0 ? Math.max(1, observed / usual) : Math.max(1, items.length / clusters);
  const quantile = studentQuantile(least - 1);
  const fits = (area: number) =>
    (area - value) ** 2 <= quantile ** 2 * effect * expectedVariance(area, rights, wrongs);
  return { ...bare, low: value - reach(value, 0, fits), high: value + reach(value, 1, fits) };
}

/** Variance of the area, were scores exponential: Hanley & McNeil 1982, as Newcombe 2006, method 5, balances it. */
function expectedVariance(area: number, rights: number, wrongs: number): number {
  const usual = (rights + wrongs) / 2 - 1;
  const pairs = 1 + usual * ((1 - area) / (2 - area) + area / (1 + area));
  return (area * (1 - area) * pairs) / (rights * wrongs);
}

/** How far from the value towards an end areas fit. */
function reach(value: number, end: number, fits: (area: number) => boolean): number {
  let [near, far] = [value, end];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (near + far) / 2;
    if (fits(middle)) near = middle;
    else far = middle;
  }
  return Math.abs(near - value);
}

function scale(clusters: number, n: number, other: number): number {
  return clusters / ((clusters - 1) * n * other);
}

/** Of what is right, the share of wrong items below it; of what is wrong, the share of right items above it. */
function componentsOf(items: readonly Scored[]): ReadonlyMap<Scored, number> {
  const sorted = [...items].sort((a, b) => a.score - b.score);
  const rights = items.filter(({ right }) => right).length;
  const wrongs = items.length - rights;
  const components = new Map<Scored, number>();
  let [rightsBelow, wrongsBelow] = [0, 0];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (end < sorted.length && sorted[end]!.score === sorted[start]!.score) end++;
    const tied = sorted.slice(start, end);
    const rightsTied = tied.filter(({ right }) => right).length;
    const wrongsTied = tied.length - rightsTied;
    for (const item of tied)
      components.set(
        item,
        item.right
          ? (wrongsBelow + wrongsTied / 2) / wrongs
          : (rights - rightsBelow - rightsTied / 2) / rights,
      );
    rightsBelow += rightsTied;
    wrongsBelow += wrongsTied;
    start = end;
  }
  return components;
}
