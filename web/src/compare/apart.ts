/** What two runs have in pairs: the cells of their horizons and the gates of their iterations. */

import type { Gate, RunView } from '../../../src/wire/run.ts';
import { type Difference, differenceOf } from './difference.ts';

export interface CellPair {
  readonly iteration: number;
  readonly level: number;
  readonly difference: Difference;
}

/** Where both were measured in the same way. */
export function cellPairs(first: RunView, second: RunView): readonly CellPair[] {
  return first.cells.flatMap(({ iteration, level, of, share }) => {
    const other = second.cells.find(
      (cell) => cell.iteration === iteration && cell.level === level && cell.of === of,
    );
    return other ? [{ iteration, level, difference: differenceOf(share, other.share) }] : [];
  });
}

export interface GatePair {
  readonly iteration: number;
  readonly first: Gate | undefined;
  readonly second: Gate | undefined;
  /** Of the agreement, where both had a gate for the same level. */
  readonly difference: Difference | undefined;
}

/** The last look at each. */
export function gatePairs(first: RunView, second: RunView): readonly GatePair[] {
  const most = Math.max(0, ...[...first.gates, ...second.gates].map(({ iteration }) => iteration));
  const lastOf = ({ gates }: RunView, iteration: number) =>
    gates.findLast((gate) => gate.iteration === iteration);
  return Array.from({ length: most }, (_, i): GatePair => {
    const [one, other] = [lastOf(first, i + 1), lastOf(second, i + 1)];
    const isPair = one && other && one.level === other.level;
    return {
      ...{ iteration: i + 1, first: one, second: other },
      difference: isPair ? differenceOf(one.agreement, other.agreement) : undefined,
    };
  });
}
