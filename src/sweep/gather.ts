/** From the records of runs to the record of their sweep. */

import { CapstanError } from '../base/errors.ts';
import { accuracyNow, mainOf, overallAt, overallNow } from '../report/arms.ts';
import { isNumber } from '../report/numbers.ts';
import type { RunRecord } from '../report/record.ts';
import { baselineFinal, compareLine, type Ended } from './compare.ts';
import type { PlannedRun } from './plan.ts';
import type { GroupRecord, LineRecord, Look, RunEntry, RunFigures, SweepRecord } from './record.ts';

/** Where a planned run stands; the record is there if it has ended. */
export interface RunStanding {
  readonly planned: PlannedRun;
  readonly state: RunEntry['state'];
  readonly error?: string;
  readonly record?: RunRecord;
}

export type Origin = Pick<
  SweepRecord,
  'name' | 'started' | 'version' | 'command' | 'machine' | 'seeds' | 'against'
>;

export function sweepRecord(origin: Origin, standings: readonly RunStanding[]): SweepRecord {
  const groups = [...new Set(standings.map(({ planned }) => planned.group))];
  return {
    ...origin,
    groups: groups.map((name) =>
      groupRecord(
        name,
        origin.against,
        standings.filter(({ planned }) => planned.group === name),
      ),
    ),
  };
}

function groupRecord(name: string, against: string | null, standings: readonly RunStanding[]): GroupRecord {
  const labels = [...new Set(standings.map(({ planned }) => planned.label))];
  const entries = new Map(
    labels.map((label) => [label, standings.filter(({ planned }) => planned.label === label).map(entryOf)]),
  );
  const baseline = against === null ? undefined : entries.get(against);
  const beside = baseline && endedOf(baseline);
  const record = standings.find((standing) => standing.record)?.record;
  return {
    name,
    task: standings[0]!.planned.configuration.task,
    grades: record ? gradesOf(record) : [],
    baselineFinal: (beside && baselineFinal(beside)) ?? null,
    lines: [...entries].map(([label, runs]): LineRecord => {
      const isBaseline = runs === baseline;
      return { label, isBaseline, runs, ...compareLine(endedOf(runs), beside, isBaseline) };
    }),
  };
}

function endedOf(runs: readonly RunEntry[]): readonly Ended[] {
  return runs.flatMap(({ seed, figures }) => (figures ? [{ seed, figures }] : []));
}

function entryOf({ planned: { seed, folder }, state, error, record }: RunStanding): RunEntry {
  return {
    seed,
    folder,
    state,
    ...(error !== undefined && { error }),
    ...(record && { figures: figuresOf(record) }),
  };
}

function gradesOf({ grades, levels }: RunRecord): readonly string[] {
  return grades ?? Array.from({ length: levels }, (_, i) => `level ${i + 1}`);
}

/** Of the arm that the run is about. */
export function figuresOf(record: RunRecord): RunFigures {
  const arm = mainOf(record);
  if (!arm) throw new CapstanError('corrupt', 'record of a run: expected an arm, got none');
  return {
    steps: arm.steps,
    seconds: arm.seconds,
    operations: arm.operations,
    decisions: arm.decisions,
    final: overallNow(arm) ?? 0,
    perGrade: accuracyNow(arm).map(({ value }) => (isNumber(value) ? value : null)),
    fidelity: arm.fidelity?.functional.value ?? null,
    curve: arm.points.flatMap((point): readonly Look[] => {
      const accuracy = overallAt(point);
      return isNumber(accuracy) ? [{ step: point.step, seconds: point.seconds, accuracy }] : [];
    }),
  };
}
