/** The difference of two shares of separate questions, with Newcombe's hybrid score interval (Statistics in Medicine 17, 1998,
 *  method 10): the ends of each share's own interval carry over, whatever they have taken account of. */

import type { Share } from '../../../src/wire/value.ts';

export interface Difference {
  /** second − first */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function differenceOf(first: Share, second: Share): Difference {
  const value = second.value - first.value;
  return {
    value,
    low: value - Math.hypot(second.value - second.low, first.high - first.value),
    high: value + Math.hypot(second.high - second.value, first.value - first.low),
  };
}

/** Whether chance alone is an unlikely reason. */
export function isTold({ low, high }: Difference): boolean {
  return low > 0 || high < 0;
}

/** In points of a percentage: «+1.2», «−0.3», «0» */
export function points(share: number): string {
  const rounded = (Math.abs(share) * 100).toFixed(1);
  if (rounded === '0.0') return share === 0 ? '0' : '±0.0';
  return `${share < 0 ? '−' : '+'}${rounded}`;
}

/** A probability as it is written: none is 0. */
export function chance(p: number): string {
  if (p < 0.001) return '< .001';
  return p >= 0.9995 ? '1' : p.toFixed(3).replace(/^0/, '');
}
