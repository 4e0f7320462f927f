/** Student's t, exact for every number of degrees of freedom. */

import { invariant } from '../base/errors.ts';

const CONFIDENCE = 0.95;
/** Halvings of an angle: more than a float64 can tell apart. */
const HALVINGS = 60;

/** t with P(|T| < t) = 0.95 for so many degrees of freedom. */
export function studentQuantile(freedom: number): number {
  invariant(Number.isInteger(freedom) && freedom > 0, `${freedom} degrees of freedom`);
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, freedom) < CONFIDENCE) low = middle;
    else high = middle;
  }
  return Math.tan(low) * Math.sqrt(freedom);
}

/** P(|T| < √freedom · tan angle): finite sums (Abramowitz & Stegun 26.7.3 and 26.7.4). */
function studentWithin(angle: number, freedom: number): number {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  if (freedom === 1) return (2 * angle) / Math.PI;
  let term = isOdd ? cos : 1;
  let sum = term;
  for (let k = isOdd ? 3 : 2; k < freedom; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sin * sum) : sin * sum;
}
