/** What a proof is: a claim with a number in it, and the runs that bear it out or do not. */

export interface Proof {
  /** In a sentence, with its thresholds. */
  readonly claim: string;
  readonly defaults: { readonly seeds: readonly number[]; readonly sizes: readonly number[] };
  prove(options: Options): Promise<Finding>;
}

export interface Options {
  readonly seeds: readonly number[];
  /** Facts in a context; most proofs look at the first only. */
  readonly sizes: readonly number[];
  /** Runs everything again, whatever was kept. */
  readonly fresh: boolean;
}

export interface Finding {
  /** Markdown. */
  readonly text: string;
  /** What speaks against the claim; empty if nothing does. */
  readonly failures: readonly string[];
}

/** Collects what does not hold. */
export class Checks {
  readonly failures: string[] = [];

  hold(condition: boolean, otherwise: string): void {
    if (!condition) this.failures.push(otherwise);
  }
}

/** Each in turn: two runs at once would take each other's time. */
export async function inTurn<T, R>(
  items: readonly T[],
  act: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const [i, item] of items.entries()) results.push(await act(item, i));
  return results;
}
