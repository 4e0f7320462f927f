/** Which two are side by side. */

import type { RunRow } from '../../../src/wire/run.ts';
import { useRun } from '../run/queries.ts';
import { formatSide, parseSide } from './side.ts';

export interface PickersProps {
  readonly runs: readonly RunRow[];
  readonly first: string | undefined;
  readonly second: string | undefined;
  readonly onChoose: (first: string | undefined, second: string | undefined) => void;
}

export function Pickers({ runs, first, second, onChoose }: PickersProps) {
  return (
    <div className="pickers">
      <Picker {...{ runs }} name="First" value={first} onChoose={(next) => onChoose(next, second)} />
      <Picker {...{ runs }} name="Second" value={second} onChoose={(next) => onChoose(first, next)} />
      <button type="button" onClick={() => onChoose(second, first)}>
        Swap
      </button>
    </div>
  );
}

interface PickerProps {
  readonly runs: readonly RunRow[];
  readonly name: string;
  readonly value: string | undefined;
  readonly onChoose: (value: string | undefined) => void;
}

function Picker({ runs, name, value, onChoose }: PickerProps) {
  const side = value === undefined ? undefined : parseSide(value);
  const { data } = useRun(side?.run);
  const iterations = Array.from({ length: Math.max(0, (data?.horizons.length ?? 1) - 1) }, (_, i) => i + 1);
  const isKnown = side === undefined || runs.some((run) => run.name === side.run);
  return (
    <fieldset>
      <legend>{name}</legend>
      <label>
        <span className="quiet">{name} run</span>
        <select value={side?.run ?? ''} onChange={(event) => onChoose(event.target.value || undefined)}>
          <option value="">choose a run</option>
          {!isKnown && <option value={side.run}>{side.run}</option>}
          {runs.map((run) => (
            <option key={run.name} value={run.name}>
              {run.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span className="quiet">{name} iteration</span>
        <select
          value={side?.iteration ?? ''}
          disabled={!side}
          onChange={(event) => {
            const iteration = Number(event.target.value) || undefined;
            if (side) onChoose(formatSide({ run: side.run, iteration }));
          }}
        >
          <option value="">its last iteration</option>
          {iterations.map((iteration) => (
            <option key={iteration} value={iteration}>
              iteration {iteration}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}
