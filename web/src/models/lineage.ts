/** Where each checkpoint stands in the picture of the lineage: iterations rightward, runs downward; who was trained on from the
 *  same parent as somebody else gets a lane of their own. */

import type { ModelRow } from '../../../src/wire/model.ts';

export interface Placed {
  readonly model: ModelRow;
  /** From 0. */
  readonly column: number;
  readonly lane: number;
}

export interface Edge {
  readonly from: Placed;
  readonly to: Placed;
}

export interface Lineage {
  readonly run: string;
  readonly lanes: number;
  readonly columns: number;
  readonly placed: readonly Placed[];
  readonly edges: readonly Edge[];
}

/** One for each run, in the order in which runs come. */
export function lineagesOf(models: readonly ModelRow[]): readonly Lineage[] {
  const runs = [...new Set(models.map(({ run }) => run))];
  return runs.map((run) =>
    lineageOf(
      run,
      models.filter((model) => model.run === run),
    ),
  );
}

function lineageOf(run: string, models: readonly ModelRow[]): Lineage {
  const placed = new Map<string, Placed>();
  /** The column of the last in each lane. */
  const ends: number[] = [];
  const edges: Edge[] = [];
  for (const model of models.toSorted((one, other) => one.iteration - other.iteration)) {
    const column = Math.max(0, model.iteration - 1);
    const from = model.parent === undefined ? undefined : placed.get(model.parent);
    const isNext = from !== undefined && ends[from.lane] === from.column && column > from.column;
    const lane = isNext ? from.lane : ends.length;
    ends[lane] = column;
    const to = { model, column, lane };
    placed.set(model.hash, to);
    if (from) edges.push({ from, to });
  }
  const all = [...placed.values()];
  const columns = 1 + all.reduce((most, { column }) => Math.max(most, column), 0);
  return { run, lanes: ends.length, columns, placed: all, edges };
}
