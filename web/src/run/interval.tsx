/** A share with its interval, drawn and in figures, against what was asked for. */

import type { Share } from '../../../src/wire/value.ts';
import { linear, percent } from '../charts/scale.ts';
import './interval.css';

const WIDTH = 140;
const HEIGHT = 12;

export interface IntervalProps {
  readonly share: Share;
  readonly threshold: number;
  /** Where all that stand below each other begin. */
  readonly from: number;
}

export function Interval({ share, threshold, from }: IntervalProps) {
  const { value, low, high } = share;
  const x = linear([from, 1], [1, WIDTH - 1]);
  const middle = HEIGHT / 2;
  return (
    <span className="interval">
      <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
        <line className="interval-gate" x1={x(threshold)} x2={x(threshold)} y1={0} y2={HEIGHT} />
        <line x1={x(low)} x2={x(high)} y1={middle} y2={middle} />
        <circle cx={x(value)} cy={middle} r={2.5} />
      </svg>{' '}
      {percent(value)}{' '}
      <span className="faint">
        ({percent(low)} to {percent(high)})
      </span>
    </span>
  );
}
