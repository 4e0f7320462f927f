/** How far a sweep has come, in words: what has ended, what is running, and about how long it will take. */

import { duration, percent } from '../report/numbers.ts';
import type { Glimpse } from './folder.ts';
import type { RunStanding } from './gather.ts';
import type { PlannedRun } from './plan.ts';

/** A run at work. */
export interface AtWork {
  readonly planned: PlannedRun;
  readonly glimpse?: Glimpse | undefined;
  /** It waits for the process that holds its folder. */
  readonly waits?: boolean;
}

export interface SweepProgress {
  readonly standings: readonly RunStanding[];
  readonly atWork: readonly AtWork[];
  readonly jobs: number;
  /** Since this process started. */
  readonly elapsedSeconds: number;
}

export function progressLines(progress: SweepProgress): readonly string[] {
  const { standings, atWork, elapsedSeconds } = progress;
  const ended = standings.filter(({ record }) => record !== undefined).length;
  const failed = standings.filter(({ state }) => state === 'failed').length;
  const left = secondsLeft(progress);
  const head = [
    `${ended} of ${standings.length} runs${failed > 0 ? `, ${failed} failed` : ''}`,
    duration(elapsedSeconds),
    ...(left === undefined ? [] : [`about ${duration(left)} left`]),
  ];
  return [head.join(', '), ...atWork.map(workLine)];
}

function workLine({ planned, glimpse, waits }: AtWork): string {
  const where = glimpse ? `step ${glimpse.step} of at most ${stepsMax(planned)}` : 'no save yet';
  const accuracy = glimpse?.accuracy === undefined ? '' : `, accuracy ${percent(glimpse.accuracy)}`;
  return `  ${planned.label}, seed ${planned.seed}: ${waits ? 'waits for another process' : `${where}${accuracy}`}`;
}

/** What is left at the pace so far: a run takes as long as those of its label took, else as its own pace says, else as
 *  all others on the mean. Undefined while nothing is known. */
export function secondsLeft({ standings, atWork, jobs }: SweepProgress): number | undefined {
  const open = standings.filter(
    ({ state }) => state !== 'finished' && state !== 'gate-failed' && state !== 'failed',
  );
  const known = new Map<string, number[]>();
  for (const { planned, record } of standings) {
    const seconds = record?.arms[0]?.seconds;
    if (seconds !== undefined) append(known, keyOf(planned), seconds);
  }
  const glimpses = new Map(atWork.map(({ planned, glimpse }) => [planned, glimpse]));
  const paces = new Map<string, number[]>();
  for (const [planned, glimpse] of glimpses)
    if (glimpse && glimpse.step > 0)
      append(paces, keyOf(planned), (glimpse.seconds / glimpse.step) * stepsMax(planned));
  const everywhere = mean([...known.values(), ...paces.values()].map((seconds) => mean(seconds)!));
  if (everywhere === undefined) return undefined;
  const lefts = open.map(({ planned }) => {
    const key = keyOf(planned);
    const whole = mean(known.get(key) ?? []) ?? mean(paces.get(key) ?? []) ?? everywhere;
    return Math.max(0, whole - (glimpses.get(planned)?.seconds ?? 0));
  });
  // No schedule is shorter than its longest run.
  return Math.max(0, ...lefts, lefts.reduce((sum, left) => sum + left, 0) / Math.max(1, jobs));
}

function stepsMax({ configuration }: PlannedRun): number {
  return configuration.training.stepsMax;
}

function keyOf({ group, label }: PlannedRun): string {
  return JSON.stringify([group, label]);
}

function append(lists: Map<string, number[]>, key: string, value: number): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
