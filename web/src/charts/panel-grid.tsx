/** All panels of a run on one axis of steps, with one place on it that all of them tell the value at. */

import { useState } from 'react';
import { type Alarm, Panel } from './panel.tsx';
import type { Panel as PanelValue } from './panels.ts';
import { said, stepsOf } from './scale.ts';
import { ValueTable } from './value-table.tsx';

export interface PanelsProps {
  readonly panels: readonly PanelValue[];
  readonly passed?: readonly number[];
  readonly alarms?: readonly Alarm[];
  readonly names?: readonly string[];
}

export function Panels({ panels, passed, alarms, names }: PanelsProps) {
  const steps = stepsOf(panels.flatMap(({ lines }) => lines.map(({ points }) => points)));
  const [chosen, setChosen] = useState<number>();
  // Nobody has chosen: it is where the run is.
  const at = Math.min(steps[1], Math.max(steps[0], chosen ?? steps[1]));
  return (
    <>
      <label className="at-step">
        <span>Values at step</span>
        <input
          type="range"
          min={steps[0]}
          max={steps[1]}
          value={at}
          onChange={(event) => setChosen(Number(event.target.value))}
        />
        <output>{said(at, 'count')}</output>
        {chosen !== undefined && (
          <button type="button" className="plain" onClick={() => setChosen(undefined)}>
            latest
          </button>
        )}
      </label>
      {names && (
        <p className="legend">
          {names.map((name, i) => (
            <span key={name}>
              <svg width="28" height="8" aria-hidden="true" className={i > 0 ? 'line-second' : 'line-first'}>
                <path d="M0 4H28" />
              </svg>{' '}
              {name}
            </span>
          ))}
        </p>
      )}
      <div className="panels">
        {panels.map((panel) => (
          <Panel
            key={panel.name}
            {...{ panel, steps, at, onPoint: setChosen }}
            {...(passed && { passed })}
            {...(alarms && { alarms })}
            {...(names && { names })}
          />
        ))}
      </div>
      <ValueTable panels={panels} {...(names && { names })} />
    </>
  );
}
