/** A figure at each level of questions. Level 1 is primitive, the highest is the root's. */

export interface Levelled {
  readonly level: number;
}

export interface AtLevel<F> extends Levelled {
  readonly figure: F;
}

/** The figure of the items of each level that occurs, lowest first. */
export function perLevel<T extends Levelled, F>(
  items: readonly T[],
  figure: (items: readonly T[]) => F,
): readonly AtLevel<F>[] {
  return levelsOf(items).map((level) => ({
    level,
    figure: figure(items.filter((item) => item.level === level)),
  }));
}

export function levelsOf(items: readonly Levelled[]): readonly number[] {
  return [...new Set(items.map(({ level }) => level))].sort((a, b) => a - b);
}
