/** Rows of a sheet as figures take them: what one context is about goes together. */

import { shareOf } from '../statistics/clustered.ts';
import type { Proportion } from '../statistics/proportion.ts';
import type { Observed, Sheet } from './observed.ts';
import type { Said } from './sheet.ts';

export interface Row {
  /** The context. */
  readonly cluster: number;
  readonly level: number;
  /** Its place in the sheet. */
  readonly place: number;
}

export function rowsOf({ asked }: Sheet): readonly Row[] {
  return asked.map(({ context, level }, place) => ({ cluster: context, level, place }));
}

/** Levels, or grades, that figures are told apart by. */
export function levelsOf({ task, grades }: Pick<Observed, 'task' | 'grades'>): number {
  return grades?.length ?? task.levels;
}

/** The share of right answers among the rows. */
export function rightIn(rows: readonly Row[], said: readonly Said[]): Proportion | undefined {
  return shareOf(rows, ({ place }) => said[place]!.right);
}

/** The same by level, from 1, and of all; a level that nobody asked has none. */
export function accuraciesOf(
  sheet: Sheet,
  said: readonly Said[],
  levels: number,
): readonly { readonly level?: number; readonly accuracy: Proportion | undefined }[] {
  const rows = rowsOf(sheet);
  return [
    { accuracy: rightIn(rows, said) },
    ...Array.from({ length: levels }, (_, i) => ({
      level: i + 1,
      accuracy: rightIn(
        rows.filter((row) => row.level === i + 1),
        said,
      ),
    })),
  ];
}
