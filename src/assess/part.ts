/** What one run tells of one KPI. */

import { figure } from '../protocol/figure.ts';
import type { Figure, Labels, Unit } from '../protocol/report.ts';
import type { Estimate } from '../statistics/estimate.ts';

export interface Part {
  /** Without seeds: those are put on by whoever knows the run. */
  readonly figures: readonly Figure[];
  /** What is missing for the rest. */
  readonly needs: readonly string[];
}

/** How intervals are made, in the words of the report. */
export const METHODS = {
  wilson: 'Wilson’s, with the design effect of contexts',
  jackknife: 'jackknife over contexts, Student’s t',
  bootstrap: 'bootstrap over contexts',
  fieller: 'Fieller’s, over contexts',
  exact: 'Clopper and Pearson’s',
  order: 'order statistics',
  counted: 'none: counted, not drawn',
  seed: 'none of one run; see the mean over seeds',
  gamma: 'Fay and Feuer’s gamma interval',
  audits: 'Wilson’s for as many plain audits as would be as sure',
  bound: 'from what is shown to what cannot be ruled out',
} as const;

/** An estimate that has no interval of its own. */
export function bare(value: number | undefined, n: number): Estimate | undefined {
  return value === undefined ? undefined : { value, low: null, high: null, n };
}

/** Many figures of one name, unit and method. */
export function figures<T>(
  name: string,
  unit: Unit,
  method: string,
  items: readonly T[],
  of: (item: T, place: number) => { readonly estimate: Estimate | undefined; readonly labels?: Labels },
): readonly Figure[] {
  return items.flatMap((item, place) => {
    const { estimate, labels } = of(item, place);
    return figure(name, unit, estimate, method, labels);
  });
}

/** 1 … count. */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
