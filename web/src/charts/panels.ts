/** Which lines share a panel: those of a name; the one of all levels together leads, those of single levels stand behind. */

import type { Series } from '../../../src/wire/run.ts';

export interface Panel {
  readonly name: string;
  readonly unit: Series['unit'];
  /** One, or one for each side of a comparison. */
  readonly lines: readonly Series[];
  readonly levels: readonly Series[];
}

/** In the order in which the names come. */
export function panelsOf(series: readonly Series[]): readonly Panel[] {
  const names = [...new Set(series.map(({ name }) => name))];
  return names.map((name) => {
    const own = series.filter((one) => one.name === name);
    const lines = own.filter(({ level }) => level === undefined);
    const levels = own.filter(({ level }) => level !== undefined);
    return { name, unit: own[0]!.unit, lines, levels };
  });
}

export function pairedPanels(
  pairs: readonly { readonly first: Series; readonly second: Series }[],
): readonly Panel[] {
  return pairs
    .filter(({ first }) => first.level === undefined)
    .map(({ first, second }) => ({
      ...{ name: first.name, unit: first.unit },
      ...{ lines: [first, second], levels: [] },
    }));
}
