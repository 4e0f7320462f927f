/** One side of a comparison as addresses have it: «run» for its last iteration, «run@3» for the third. */

export interface SideName {
  readonly run: string;
  readonly iteration: number | undefined;
}

export function parseSide(text: string): SideName {
  const at = text.lastIndexOf('@');
  const iteration = at < 0 ? Number.NaN : Number(text.slice(at + 1));
  if (!Number.isInteger(iteration) || iteration < 1) return { run: text, iteration: undefined };
  return { run: text.slice(0, at), iteration };
}

export function formatSide({ run, iteration }: SideName): string {
  return iteration === undefined ? run : `${run}@${iteration}`;
}
