/** The lineage as a picture: from parent to child, left to right. */

import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { percent } from '../charts/scale.ts';
import type { Lineage, Placed } from './lineage.ts';
import { MODEL_STATES } from './states.ts';

const COLUMN = 172;
const NODE = 146;
const LANE = 50;
const NODE_HEIGHT = 40;

const leftOf = ({ column }: Placed): number => column * COLUMN;
const middleOf = ({ lane }: Placed): number => lane * LANE + NODE_HEIGHT / 2;

export function Graph({
  lineage,
  chosen,
}: {
  readonly lineage: Lineage;
  readonly chosen: string | undefined;
}) {
  const { run, lanes, columns, placed, edges } = lineage;
  const width = (columns - 1) * COLUMN + NODE;
  const height = (lanes - 1) * LANE + NODE_HEIGHT;
  return (
    <section aria-label={`Checkpoints of ${run}`}>
      <h2 className="said">
        <Link to="/runs/$run" params={{ run }}>
          {run}
        </Link>
      </h2>
      <div className="wide">
        <div className="lineage" style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true">
            {edges.map(({ from, to }) => (
              <path key={to.model.hash} d={curve(from, to)} />
            ))}
          </svg>
          <ol>
            {placed.map((one) => (
              <li key={one.model.hash} style={{ left: leftOf(one), top: one.lane * LANE }}>
                <Checkpoint placed={one} isChosen={one.model.hash === chosen} />
              </li>
            ))}
          </ol>
        </div>
      </div>
    </section>
  );
}

function curve(from: Placed, to: Placed): string {
  const [x1, y1, x2, y2] = [leftOf(from) + NODE, middleOf(from), leftOf(to), middleOf(to)];
  const half = (x1 + x2) / 2;
  return `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`;
}

function Checkpoint({
  placed: { model },
  isChosen,
}: {
  readonly placed: Placed;
  readonly isChosen: boolean;
}) {
  const { hash, iteration, level, state, agreement, tainted, parent } = model;
  const [shape, word, colour] = MODEL_STATES[state];
  const ref = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isChosen) ref.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [isChosen]);
  return (
    <Link
      ref={ref}
      to="/models/$hash"
      params={{ hash }}
      className={`checkpoint is-${state}`}
      aria-current={isChosen ? 'true' : undefined}
      title={`${hash}${parent === undefined ? '' : `, from ${parent.slice(0, 8)}`}`}
    >
      <span className="checkpoint-name">
        <span aria-hidden="true" className={colour}>
          {shape}
        </span>{' '}
        X<sub>{iteration}</sub> <span className="faint">level {level}</span>
        {tainted.length > 0 && (
          <span className="mark-uncertain" title="learned from an answer that was corrected">
            {' '}
            <span aria-hidden="true">↑</span>
            <span className="quiet">tainted</span>
          </span>
        )}
      </span>
      <span className="checkpoint-more">
        {word}
        {agreement && state !== 'revoked' && `, ${percent(agreement.value)}`}
      </span>
    </Link>
  );
}
