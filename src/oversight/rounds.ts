/** Audit, learn from it where mistakes are, audit there: rounds of one budget.
 *      f_t, π_t = functions of what the rounds before t found
 *  so that every round's estimate is unbiased by itself (estimate.ts). The first round is small and believes nobody: what the answerer
 *  doubts itself may mislead. From the second on û is learned (disagreement.ts), from that doubt and from what was found. */

import type { Random } from '../base/random.ts';
import { allocate, type Doubted, drawFixed, UNIFORM_MIN } from './allocation.ts';
import { type Design, designOf, type Features, type Labelled, predictDisagreement } from './disagreement.ts';
import type { Audit, Round } from './estimate.ts';

/** An answer that may be checked; `doubt` is what is believed before any audit. */
export interface Auditable extends Doubted {
  readonly features: Features;
}

/** Of all minutes, what is spent by the end of each round. Early ones are short, since they teach where to look; each has audits
 *  enough to estimate a variance from. */
const SPENT = [0.08, 0.16, 0.3, 0.5, 0.75, 1];

/** Share that is uniform of a round which nothing was learned before: the doubt is trusted by half. */
const UNIFORM_FIRST = 0.5;

/** What a round is to be, before anybody is asked. */
export interface Planned {
  readonly predicted: readonly number[];
  readonly weight: number;
  /** Places of the items, and the probability with which each was drawn. */
  readonly drawn: readonly { readonly item: number; readonly probability: number }[];
}

/** The next round after those. `minutes`: its own. */
export function planRound(
  items: readonly Auditable[],
  design: Design,
  past: readonly Round[],
  minutes: number,
  random: Random,
): Planned {
  const known = new Map(past.flatMap(({ audits }) => audits.map(({ item, wrong }) => [item, wrong])));
  const labelled: readonly Labelled[] = [...known].map(([item, wrong]) => ({ item, wrong }));
  const isFirst = labelled.length === 0;
  const doubts = isFirst ? items.map(({ doubt }) => doubt) : predictDisagreement(design, labelled);
  const open = items.flatMap((_, i) => (known.has(i) ? [] : [i]));
  const probabilities = allocate(
    open.map((i): Doubted => {
      const { weight = 1, minutes: cost = 1 } = items[i]!;
      return { doubt: doubts[i]!, weight, minutes: cost };
    }),
    { minutes, uniform: isFirst ? UNIFORM_FIRST : UNIFORM_MIN },
  );
  return {
    predicted: doubts.map((doubt, i) => (known.has(i) ? Number(known.get(i)) : doubt)),
    weight: minutes,
    drawn: drawFixed(probabilities, random).map((place) => ({
      item: open[place]!,
      probability: probabilities[place]!,
    })),
  };
}

/** What û is learned from. */
export function designFor(items: readonly Auditable[]): Design {
  return designOf(
    items.map(({ features }) => features),
    items.map(({ doubt }) => doubt),
  );
}

/** All rounds. `judge` says of each place whether the answer there is wrong, in order. `minutes` are spent on average: as many audits
 *  where a check takes one. */
export async function auditInRounds(
  items: readonly Auditable[],
  judge: (items: readonly number[]) => Promise<readonly boolean[]>,
  minutes: number,
  random: Random,
): Promise<readonly Round[]> {
  const design = designFor(items);
  const alike = items.map((item) => ({ ...item, doubt: 0.5 }));
  const done: Round[] = [];
  let spent = 0;
  for (const [t, share] of SPENT.entries()) {
    const size = Math.round(share * minutes) - spent;
    if (size === 0 || done.reduce((sum, { audits }) => sum + audits.length, 0) === items.length) continue;
    spent += size;
    const known = done.length === 0 ? alike : items;
    const { drawn, ...planned } = planRound(known, design, done, size, random.split(t));
    const wrong = await judge(drawn.map(({ item }) => item));
    const audits = drawn.map((one, i): Audit => ({ ...one, wrong: wrong[i]! }));
    done.push({ ...planned, audits, drawn: 'fixed' });
  }
  return done;
}
