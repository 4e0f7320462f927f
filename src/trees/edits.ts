/** How far two texts are apart: insertions, deletions and substitutions of characters (Levenshtein 1966), by the algorithm of
 *  Wagner & Fischer 1974 on two rows. */

export function edits(a: string, b: string): number {
  const [short, long] = a.length < b.length ? [[...a], [...b]] : [[...b], [...a]];
  let row = Array.from({ length: short.length + 1 }, (_, i) => i);
  for (const [j, letter] of long.entries()) {
    const next = [j + 1];
    for (let i = 0; i < short.length; i++)
      next.push(Math.min(next[i]! + 1, row[i + 1]! + 1, row[i]! + (short[i] === letter ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
