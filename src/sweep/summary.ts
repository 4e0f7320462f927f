/** What a sweep came to: a table for people, and the record without its curves for machines (docs/sweep.schema.json). */

import { count, duration, percent, percentFigure, pointsOf } from '../report/numbers.ts';
import type { Estimate } from '../statistics/estimate.ts';
import type { GroupRecord, LineRecord, RunEntry, RunFigures, SweepRecord } from './record.ts';

export interface SweepSummary extends Omit<SweepRecord, 'groups'> {
  /** The folder of the sweep. */
  readonly sweep: string;
  readonly page: string;
  /** Runs in all, that ended, and that broke down. */
  readonly runs: { readonly planned: number; readonly ended: number; readonly failed: number };
  readonly groups: readonly (Omit<GroupRecord, 'lines'> & {
    readonly lines: readonly (Omit<LineRecord, 'runs'> & { readonly runs: readonly RunSummary[] })[];
  })[];
}

type RunSummary = Omit<RunEntry, 'figures'> & { readonly figures?: Omit<RunFigures, 'curve'> };

export function summariseSweep(record: SweepRecord, path: string, page: string): SweepSummary {
  const runs = runsOf(record);
  return {
    sweep: path,
    page: `${path}/${page}`,
    runs: {
      planned: runs.length,
      ended: runs.filter(({ figures }) => figures).length,
      failed: runs.filter(({ state }) => state === 'failed').length,
    },
    ...record,
    groups: record.groups.map((group) => ({
      ...group,
      lines: group.lines.map((line) => ({ ...line, runs: line.runs.map(withoutCurve) })),
    })),
  };
}

export function runsOf({ groups }: SweepRecord): readonly RunEntry[] {
  return groups.flatMap(({ lines }) => lines.flatMap(({ runs }) => runs));
}

function withoutCurve({ figures, ...entry }: RunEntry): RunSummary {
  if (!figures) return entry;
  const { curve: _, ...others } = figures;
  return { ...entry, figures: others };
}

const HEADS = ['', 'seeds', 'accuracy in %', 'worst', 'difference', 'steps to', 'ratio', 'time'] as const;

/** One table for each group. «steps to» is to the highest goal. */
export function summaryTable({ groups }: SweepRecord): string {
  return groups.map(groupTable).join('\n\n');
}

function groupTable({ name, baselineFinal, lines }: GroupRecord): string {
  const rows = lines.map((line) => {
    const goal = line.goals.at(-1);
    return [
      `${line.label}${line.isBaseline ? ' *' : ''}`,
      `${line.runs.filter(({ figures }) => figures).length}/${line.runs.length}`,
      spread(line.final, percentFigure),
      percentFigure(line.final?.min),
      spread(line.difference?.mean ?? null, pointsOf),
      goal ? `${count(goal.steps ?? undefined)} (${goal.reached}/${goal.of})` : '–',
      goal?.stepsRatio ? spread(goal.stepsRatio, (value) => value.toFixed(2)) : '–',
      duration(line.seconds?.value),
    ];
  });
  const goal = lines.find(({ goals }) => goals.length > 0)?.goals.at(-1);
  const heads = HEADS.map((head) =>
    head === 'steps to' && goal ? `steps to ${percent(goal.accuracy)}` : head,
  );
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)));
  const text = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const note = baselineFinal === null ? [] : [`* baseline; intervals are 95 % over seeds, by Student's t`];
  return [name, text(heads), ...rows.map(text), ...note].join('\n');
}

function spread(estimate: Estimate | null, figure: (value: number) => string): string {
  if (!estimate) return '–';
  const { value, low, high } = estimate;
  return low === null || high === null
    ? figure(value)
    : `${figure(value)} (${figure(low)} to ${figure(high)})`;
}
