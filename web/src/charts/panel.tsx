/** One measure over the steps of a run, drawn small. Dashes, not colours, tell two lines apart. */

import type { Panel as PanelValue } from './panels.ts';
import { linear, type Place, type Point, pathOf, pointAt, said, spanOf, thinned, ticks } from './scale.ts';
import './charts.css';
import { useWidth } from './width.ts';

const HEIGHT = 128;
const TOP = 8;
const BOTTOM = 22;
const LEFT = 44;
const RIGHT = 8;
const TICKS_X = 4;
const TICKS_Y = 3;
const DOTS_MAX = 12;

export interface Alarm {
  readonly step: number;
  readonly text: string;
  /** Opens what caused it. */
  readonly open?: (() => void) | undefined;
}

export interface PanelProps {
  readonly panel: PanelValue;
  /** All panels have the same. */
  readonly steps: readonly [number, number];
  /** Where gates passed. */
  readonly passed?: readonly number[];
  readonly alarms?: readonly Alarm[];
  readonly at: number;
  readonly onPoint: (step: number) => void;
  /** Of the lines, where there are several. */
  readonly names?: readonly string[];
}

export function Panel({ panel, steps, passed = [], alarms = [], at, onPoint, names }: PanelProps) {
  const [ref, width] = useWidth<HTMLElement>();
  const { name, unit, lines, levels } = panel;
  const all = [...lines, ...levels].map(({ points }) => points);
  const span = spanOf(all, unit);
  const x = linear(steps, [LEFT, Math.max(LEFT + 1, width - RIGHT)]);
  const y = linear(span, [HEIGHT - BOTTOM, TOP]);
  const point = (event: React.PointerEvent<SVGSVGElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const step = linear([LEFT, Math.max(LEFT + 1, width - RIGHT)], steps)(event.clientX - left);
    onPoint(Math.round(Math.min(steps[1], Math.max(steps[0], step))));
  };
  return (
    <figure className="panel" ref={ref}>
      <figcaption>
        <span className="panel-name">{name}</span>
        <span className="panel-value">
          {lines.map((line, i) => {
            const found = pointAt(line.points, at);
            return (
              <span key={names?.[i] ?? name} title={names?.[i]}>
                {found ? said(found.value, unit) : '–'}
              </span>
            );
          })}
        </span>
      </figcaption>
      <svg
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={summaryOf(panel, names)}
        onPointerMove={point}
        onPointerDown={point}
      >
        <Axes {...{ x, y, steps, span, unit, width }} />
        {[...new Set(passed)].map((step) => (
          <line key={step} className="at-gate" x1={x(step)} x2={x(step)} y1={TOP} y2={HEIGHT - BOTTOM} />
        ))}
        {levels.map(({ level, points }) => (
          <path key={level} className="line-level" d={pathOf(thinned(points, width || 1), x, y)} />
        ))}
        {lines.map(({ points }, i) => (
          <Line key={names?.[i] ?? name} {...{ points, x, y, width, isSecond: i > 0 }} />
        ))}
        <line className="cursor" x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} />
        {alarms.map(({ step, text, open }, i) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: below the panels there is a link for each
          // biome-ignore lint/suspicious/noArrayIndexKey: they are only ever added
          <text key={i} className="alarm" x={x(step)} y={HEIGHT - BOTTOM + 5} onClick={open}>
            ✕<title>{text}</title>
          </text>
        ))}
        {levels.map(({ level, points }) => (
          <EndLabel key={level} {...{ points, x, y, level: level! }} />
        ))}
      </svg>
    </figure>
  );
}

interface LineProps {
  readonly points: readonly Point[];
  readonly x: Place;
  readonly y: Place;
  readonly width: number;
  readonly isSecond: boolean;
}

function Line({ points, x, y, width, isSecond }: LineProps) {
  return (
    <g className={isSecond ? 'line-second' : 'line-first'}>
      {points.map(
        ({ step, low, high }, i) =>
          low !== undefined &&
          high !== undefined && (
            // biome-ignore lint/suspicious/noArrayIndexKey: points are only ever added
            <line key={i} className="whisker" x1={x(step)} x2={x(step)} y1={y(low)} y2={y(high)} />
          ),
      )}
      <path d={pathOf(thinned(points, width || 1), x, y)} />
      {points.length <= DOTS_MAX &&
        points.map(({ step, value }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: points are only ever added
          <circle key={i} cx={x(step)} cy={y(value)} r={1.8} />
        ))}
    </g>
  );
}

/** The level, where its line is in the middle of the way: lines end together. */
function EndLabel({
  points,
  x,
  y,
  level,
}: Pick<LineProps, 'points' | 'x' | 'y'> & { readonly level: number }) {
  const steepest = points.findIndex(({ value }) => value >= 0.6);
  const where = points[steepest];
  if (!where || steepest === 0) return null;
  return (
    <text className="level-label" x={x(where.step) + 3} y={y(where.value) + 10}>
      {level}
    </text>
  );
}

interface AxesProps {
  readonly x: Place;
  readonly y: Place;
  readonly steps: readonly [number, number];
  readonly span: readonly [number, number];
  readonly unit: PanelValue['unit'];
  readonly width: number;
}

function Axes({ x, y, steps, span, unit, width }: AxesProps) {
  return (
    <g className="axes">
      {ticks(span, TICKS_Y).map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
          <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">
            {unit === 'share' ? Math.round(value * 100) : said(value, unit)}
          </text>
        </g>
      ))}
      {ticks(steps, TICKS_X).map((step) => (
        <text key={step} x={x(step)} y={HEIGHT - 6} textAnchor={x(step) > width - 24 ? 'end' : 'middle'}>
          {said(step, 'count')}
        </text>
      ))}
    </g>
  );
}

function summaryOf({ name, unit, lines }: PanelValue, names?: readonly string[]): string {
  const each = lines.map(({ points }, i) => {
    const [first, last] = [points[0], points.at(-1)];
    const whose = names?.[i] === undefined ? '' : `${names[i]}: `;
    if (!first || !last) return `${whose}nothing yet`;
    return `${whose}from ${said(first.value, unit)} at step ${first.step} to ${said(last.value, unit)} at step ${last.step}`;
  });
  return `${name}, ${each.join('; ')}`;
}
