/** Names by order of appearance. What H does with one element it does with any: a workspace in which «7» stands wherever
 *  another has «3» is the same to it. So H′ reads every name as the first, the second, … of its sort in the workspace, as
 *  bound variables are numbered (de Bruijn 1972), and need not learn from H that names are names. */

/** First and last word of a sort. */
type Sort = readonly [first: number, last: number];

export interface Naming {
  /** What a word is read as. A name that was not met yet is the next one of its sort. */
  alias(word: number): number;
  /** The word that is read so; NaN for a name that nobody has. */
  named(alias: number): number;
}

/** `words`: those of the workspace, in the order in which they are read. */
export function byAppearance(sorts: readonly Sort[], words: readonly number[]): Naming {
  const aliases = new Map<number, number>();
  const names = new Map<number, number>();
  const next = sorts.map(([first]) => first);
  const sortOf = (word: number) => sorts.findIndex(([first, last]) => word >= first && word <= last);
  const alias = (word: number): number => {
    const sort = sortOf(word);
    if (sort < 0) return word;
    let met = aliases.get(word);
    if (met === undefined) {
      met = next[sort]!++;
      aliases.set(word, met);
      names.set(met, word);
    }
    return met;
  };
  for (const word of words) alias(word);
  return { alias, named: (word) => (sortOf(word) < 0 ? word : (names.get(word) ?? Number.NaN)) };
}
