/** The words of a task: consecutive ranges, one for each sort of thing, in the order given. */

/** The words of one sort: thing i is word `first + i`. */
export interface Words {
  readonly first: number;
  readonly last: number;
  /** The word of thing `index`. */
  at(index: number): number;
  /** The thing of a word; undefined for a word of another sort. */
  of(word: number): number | undefined;
}

/** `counts`: how many things there are of each sort. */
export function vocabulary<Sort extends string>(
  counts: Readonly<Record<Sort, number>>,
): Readonly<Record<Sort, Words>> & { readonly size: number } {
  let size = 0;
  const sorts = {} as Record<Sort, Words>;
  for (const sort of Object.keys(counts) as Sort[]) {
    const [first, count] = [size, counts[sort]];
    sorts[sort] = {
      first,
      last: first + count - 1,
      at: (index) => first + index,
      of: (word) => (word >= first && word < first + count ? word - first : undefined),
    };
    size += count;
  }
  return { ...sorts, size };
}
