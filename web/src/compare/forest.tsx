/** What each side answers to the same held-out questions, by level: the difference with its interval, and how likely one as
 *  large would be by chance. */

import type { Comparison } from '../../../src/wire/run.ts';
import { linear, percent, ticks } from '../charts/scale.ts';
import { NumberColumn } from '../column.tsx';
import { chance, points } from './difference.ts';

const WIDTH = 260;
const HEIGHT = 22;
const MIDDLE = HEIGHT / 2;
/** Of a difference that is nothing, the axis still spans a point. */
const SPAN_MIN = 0.01;

export function Forest({ rows }: Pick<Comparison, 'rows'>) {
  const span = Math.max(SPAN_MIN, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) * 1.05;
  const x = linear([-span, span], [1, WIDTH - 1]);
  const [all, ...levels] = rows.toSorted((one, other) => one.level - other.level);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-label="Paired test by level">
      <table className="rows forest">
        <thead>
          <tr>
            <th scope="col">Level</th>
            <NumberColumn>First</NumberColumn>
            <NumberColumn>Second</NumberColumn>
            <th scope="col">
              <span className="forest-ends" aria-hidden="true">
                <span>← first is better</span>
                <span>second is better →</span>
              </span>
              <span className="quiet">Drawn</span>
            </th>
            <NumberColumn>Difference, points (95 %)</NumberColumn>
            <NumberColumn>p</NumberColumn>
            <NumberColumn>Only first right</NumberColumn>
            <NumberColumn>Only second right</NumberColumn>
            <NumberColumn>of</NumberColumn>
          </tr>
        </thead>
        <tbody>
          {[...levels.toReversed(), ...(all ? [all] : [])].map((row) => (
            <tr key={row.level} className={row.level === 0 ? 'forest-all' : ''}>
              <th scope="row">{row.level === 0 ? 'all' : row.level}</th>
              <td className="number">{percent(row.first)}</td>
              <td className="number">{percent(row.second)}</td>
              <td>
                <svg width={WIDTH} height={HEIGHT} aria-hidden="true">
                  <line className="forest-zero" x1={x(0)} x2={x(0)} y1={0} y2={HEIGHT} />
                  <line x1={x(row.low)} x2={x(row.high)} y1={MIDDLE} y2={MIDDLE} />
                  {row.level === 0 ? (
                    <rect x={x(row.difference) - 4} y={MIDDLE - 4} width={8} height={8} />
                  ) : (
                    <circle cx={x(row.difference)} cy={MIDDLE} r={3.5} />
                  )}
                </svg>
              </td>
              <td className="number">
                {points(row.difference)}{' '}
                <span className="faint">
                  ({points(row.low)} to {points(row.high)})
                </span>
              </td>
              <td className="number">{chance(row.p)}</td>
              <td className="number">{row.onlyFirst}</td>
              <td className="number">{row.onlySecond}</td>
              <td className="number">{row.n.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
        <tfoot aria-hidden="true">
          <tr>
            <td colSpan={3} />
            <td>
              <svg width={WIDTH} height={16} className="axes" aria-hidden="true">
                {ticks([-0.9 * span, 0.9 * span], 5).map((value) => (
                  <text key={value} x={x(value)} y={12} textAnchor="middle">
                    {points(value)}
                  </text>
                ))}
              </svg>
            </td>
            <td colSpan={5} />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}
