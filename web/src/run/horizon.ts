/** The horizon of complexity as a grid: levels upward, iterations rightward, in each cell how right X was. */

import type { RunView } from '../../../src/wire/run.ts';
import type { Share } from '../../../src/wire/value.ts';

export interface Cell {
  readonly of: 'accuracy' | 'agreement' | 'so far';
  readonly value: number;
  /** Absent of what goes on still. */
  readonly share?: Share | undefined;
}

export interface Column {
  /** From 1. */
  readonly iteration: number;
  /** Whether it goes on still. */
  readonly isOpen: boolean;
  /** How far the horizon reached when it ended; before it, while it goes on. */
  readonly horizon: number;
  readonly before: number;
  readonly checkpoint?: string | undefined;
  /** At which its gate decided. */
  readonly step?: number | undefined;
  /** By level, from 1. */
  readonly cells: readonly (Cell | undefined)[];
}

export function columnsOf(view: RunView): readonly Column[] {
  const { levels, horizons, cells, gates } = view;
  const ended = Array.from({ length: Math.max(0, horizons.length - 1) }, (_, i): Column => {
    const iteration = i + 1;
    const gate = gates.findLast((one) => one.iteration === iteration);
    const own = cells.filter((cell) => cell.iteration === iteration);
    return {
      iteration,
      isOpen: false,
      horizon: horizons[iteration]!,
      before: horizons[i]!,
      checkpoint: gate?.checkpoint,
      step: gate?.step,
      cells: byLevel(levels, (level) => {
        const found = own.find((cell) => cell.level === level);
        return found && { of: found.of, value: found.share.value, share: found.share };
      }),
    };
  });
  return isOver(view) ? ended : [...ended, openColumn(view)];
}

/** What the curves say last of the iteration that goes on; it has its place before they say anything, so that nothing moves. */
function openColumn({ levels, horizons, series, gates }: RunView): Column {
  const lines = series.filter(({ name, level }) => level !== undefined && name === 'accuracy of X');
  // A gate is on the ledger some moments before its iteration is among those that ended.
  const began = gates.findLast(({ iteration }) => iteration < horizons.length)?.step ?? 0;
  const horizon = horizons.at(-1) ?? 0;
  return {
    ...{ iteration: horizons.length, isOpen: true, horizon, before: horizon },
    cells: byLevel(levels, (level) => {
      const point = lines.find((line) => line.level === level)?.points.at(-1);
      return point && point.step > began ? { of: 'so far', value: point.value } : undefined;
    }),
  };
}

function isOver({ row }: RunView): boolean {
  return row.state === 'finished' || row.state === 'gate-failed' || row.state === 'damaged';
}

function byLevel<T>(levels: number, of: (level: number) => T): readonly T[] {
  return Array.from({ length: levels }, (_, i) => of(i + 1));
}

/** In hundredths of ink: it leaps where the threshold is, so that what would pass is told from what would not at a glance,
 *  and so that no cell is of a grey on which neither paper nor ink can be read. */
export function inkOf(value: number, threshold: number): number {
  const [faint, strong, full] = [38, 64, 92];
  if (value < threshold) return Math.round(faint * Math.max(0, value / threshold));
  if (threshold >= 1) return full;
  return Math.round(strong + (full - strong) * Math.min(1, (value - threshold) / (1 - threshold)));
}
