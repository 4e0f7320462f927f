/** Audit, learn from it where mistakes are, audit there: rounds of one budget.
 *      f_t, π_t = functions of what the rounds before t found
 *  so that every round's estimate is unbiased by itself (estimate.ts). The first round has but a prior doubt to go by, such as
 *  the answerer's own, and trusts it by half; from the second on û is learned (disagreement.ts), which takes back a doubt that
 *  misled. */

import type { Random } from '../base/random.ts';
import { allocate, type Doubted, drawFixed, UNIFORM_MIN } from './allocation.ts';
import { type Design, designOf, type Features, type Labelled, predictDisagreement } from './disagreement.ts';
import type { Audit, Round } from './estimate.ts';

/** An answer that may be checked; `doubt` is what is believed before any audit. */
export interface Auditable extends Doubted {
  readonly features: Features;
}

export interface RoundsOptions {
  /** Spent on average, over all rounds: as many audits where a check takes the unit. */
  readonly minutes: number;
  /** How many rounds, ≥ 1. */
  readonly rounds: number;
}

/** Few enough that each has audits to estimate a variance from. */
export const ROUNDS = 4;

/** Share of the first round that is uniform. */
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

/** All rounds. `judge` says of each place whether the answer there is wrong, in order. */
export async function auditInRounds(
  items: readonly Auditable[],
  judge: (items: readonly number[]) => Promise<readonly boolean[]>,
  { minutes, rounds }: RoundsOptions,
  random: Random,
): Promise<readonly Round[]> {
  const design = designOf(items.map(({ features }) => features));
  const done: Round[] = [];
  const edge = (round: number) => Math.round((minutes * round) / rounds);
  for (let t = 0; t < rounds; t++) {
    const size = edge(t + 1) - edge(t);
    if (size === 0 || done.reduce((sum, { audits }) => sum + audits.length, 0) === items.length) continue;
    const { drawn, ...planned } = planRound(items, design, done, size, random.split(t));
    const wrong = await judge(drawn.map(({ item }) => item));
    const audits = drawn.map((one, i): Audit => ({ ...one, wrong: wrong[i]! }));
    done.push({ ...planned, audits, drawn: 'fixed' });
  }
  return done;
}
