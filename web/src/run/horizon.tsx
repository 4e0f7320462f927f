/** The one picture of a run, which is a table at the same time. */

import { Link } from '@tanstack/react-router';
import { percent } from '../charts/scale.ts';
import { type Cell, type Column, inkOf } from './horizon.ts';
import './horizon.css';

export interface HorizonProps {
  readonly columns: readonly Column[];
  readonly levels: number;
  readonly threshold: number;
  readonly caption: string;
}

/** So many columns have room for figures. */
const FIGURES_MAX = 14;

export function Horizon({ columns, levels, threshold, caption }: HorizonProps) {
  const downward = Array.from({ length: levels }, (_, i) => levels - i);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="wide" tabIndex={0} aria-label={caption}>
      <table className={columns.length > FIGURES_MAX ? 'horizon narrow' : 'horizon'}>
        <caption className="quiet">
          {caption}. Levels upward, iterations rightward; a level is inside the horizon once it and all below
          it reach {percent(threshold)} by the lower bound.
        </caption>
        <tbody>
          {downward.map((level) => (
            <tr key={level}>
              <th scope="row">
                <span className="quiet">level </span>
                {level}
              </th>
              {columns.map((column) => (
                <HorizonCell key={column.iteration} {...{ column, level, threshold }} />
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td className="horizon-axes" aria-hidden="true">
              level ↑ iteration →
            </td>
            {columns.map(({ iteration, isOpen, checkpoint, step }) => (
              <th key={iteration} scope="col">
                <span className="quiet">iteration </span>
                {checkpoint ? (
                  <Link to="/models/$hash" params={{ hash: checkpoint }}>
                    {iteration}
                  </Link>
                ) : (
                  iteration
                )}
                {isOpen ? (
                  <span className="horizon-step">so far</span>
                ) : (
                  step !== undefined && <span className="horizon-step">step {step.toLocaleString('en')}</span>
                )}
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function HorizonCell({
  column,
  level,
  threshold,
}: {
  readonly column: Column;
  readonly level: number;
  readonly threshold: number;
}) {
  const { horizon, before, isOpen } = column;
  const cell = column.cells[level - 1];
  const edges = [
    level === horizon && 'edge-top',
    level > before && level <= horizon && 'edge-left',
    level > horizon && level <= before && 'edge-left',
    level === 1 && horizon === 0 && 'edge-bottom',
    isOpen && 'is-open',
  ].filter(Boolean);
  const ink = cell ? inkOf(cell.value, threshold) : 0;
  const style = { '--ink-share': `${ink}%` } as React.CSSProperties;
  return (
    <td
      className={[ink > 50 ? 'on-ink' : '', ...edges].join(' ')}
      style={style}
      title={titleOf(column, level, cell)}
    >
      {cell ? <span>{short(cell.value)}</span> : <span className="quiet">not measured</span>}
      {level <= horizon && <span className="quiet"> inside the horizon</span>}
    </td>
  );
}

/** A whole percentage, and 100 of all only. */
function short(value: number): string {
  const whole = Math.round(value * 100);
  return whole === 100 && value < 1 ? '99+' : String(whole);
}

function titleOf({ iteration, isOpen }: Column, level: number, cell: Cell | undefined): string {
  const where = `level ${level} ${isOpen ? 'in' : 'after'} iteration ${iteration}`;
  if (!cell) return `${where}: not measured`;
  if (!cell.share) return `${where}: accuracy ${percent(cell.value)} so far`;
  const { value, low, high, n } = cell.share;
  return `${where}: ${cell.of} ${percent(value)} (${percent(low)} to ${percent(high)}) of ${n.toLocaleString('en')}`;
}

/** How ink is read. */
export function HorizonKey({
  threshold,
  hasOpen,
}: {
  readonly threshold: number;
  readonly hasOpen: boolean;
}) {
  const below = new Set([0, 0.25, 0.5, 0.75].map((part) => part * threshold));
  const above = new Set([threshold, (1 + threshold) / 2, 1]);
  return (
    <p className="horizon-key" aria-hidden="true">
      <span>ink: right on held-out questions, %</span>
      <span className="ink-scale">
        {[...below].map((value) => (
          <Swatch key={value} {...{ value, threshold }} />
        ))}
        <span className="ink-gate">{percent(threshold)}</span>
        {[...above].map((value) => (
          <Swatch key={value} {...{ value, threshold }} />
        ))}
      </span>
      <span>
        <i className="stairs" /> horizon
      </span>
      {hasOpen && (
        <span>
          <i className="open" /> so far
        </span>
      )}
    </p>
  );
}

function Swatch({ value, threshold }: { readonly value: number; readonly threshold: number }) {
  const style = { '--ink-share': `${inkOf(value, threshold)}%` } as React.CSSProperties;
  return <i className="swatch" style={style} />;
}
