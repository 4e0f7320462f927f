/** The tree at an earlier time: answers in the order in which they came. */

import { useEffect, useId, useMemo, useState } from 'react';
import { count, duration } from '../figures.ts';
import { arrivalsOf, arrivedAt, type Columns } from './columns.ts';

/** A whole replay takes so many steps of so many milliseconds. */
const STEPS = 100;
const STEP_MS = 100;

export function Scrubber({
  columns,
  time,
  onTime,
}: {
  readonly columns: Columns;
  readonly time: number | undefined;
  readonly onTime: (time: number | undefined) => void;
}) {
  const id = useId();
  const arrivals = useMemo(() => arrivalsOf(columns), [columns]);
  const [isPlaying, setPlaying] = useState(false);
  const now = time === undefined ? arrivals.length : arrivedAt(arrivals, time);
  const to = (place: number) =>
    onTime(place >= arrivals.length ? undefined : place === 0 ? -1 : arrivals[place - 1]!);
  useEffect(() => {
    if (!isPlaying) return;
    if (now >= arrivals.length) return setPlaying(false);
    const step = Math.ceil(arrivals.length / STEPS);
    const timer = setTimeout(() => to(Math.min(arrivals.length, now + step)), STEP_MS);
    return () => clearTimeout(timer);
  });
  const play = () => {
    if (!isPlaying && now >= arrivals.length) to(0);
    setPlaying(!isPlaying);
  };
  const last = arrivals[now - 1];
  const words =
    `${now.toLocaleString('en')} of ${count(arrivals.length, 'answer')}` +
    (last === undefined ? '' : `, ${duration(last)} after the start`);
  return (
    <div className="scrubber">
      <button type="button" onClick={play} disabled={arrivals.length === 0}>
        <span aria-hidden="true">{isPlaying ? '❚❚' : '▶'}</span>
        <span className="quiet">{isPlaying ? 'stop the replay' : 'replay how the answers came'}</span>
      </button>
      <label htmlFor={id} className="quiet">
        Time
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={arrivals.length}
        value={now}
        aria-valuetext={words}
        onChange={(event) => {
          setPlaying(false);
          to(Number(event.target.value));
        }}
      />
      <span className="scrubber-words faint">{time === undefined ? 'now' : words}</span>
      {time !== undefined && (
        <button type="button" onClick={() => onTime(undefined)}>
          now
        </button>
      )}
    </div>
  );
}
