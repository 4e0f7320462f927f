/** A test that asks each assistant what tells most about it (K14): item response with two parameters per item.
 *      P(right) = σ(a · (θ − b))          information a² P (1 − P)               (Birnbaum 1968; Lord 1980, §4 and §10)
 *  θ is the ability, b the difficulty on the same scale, a how sharply the item tells the able from the less able. The next
 *  item is the most informative one at the θ believed so far, until its standard error is small enough, as in arXiv 2511.04689.
 *  θ is the weighted likelihood estimate (Warm 1989), which has less bias than the likeliest and exists when all is right.
 *  What is asked adapts, so a sealed `core` that everybody is asked comes first and keeps comparisons honest. */

import { CapstanError } from '../base/errors.ts';
import type { Estimate } from '../statistics/estimate.ts';
import { logisticFit } from '../statistics/regression.ts';

export interface Item {
  /** a, above 0. */
  readonly discrimination: number;
  /** b */
  readonly difficulty: number;
}

/** An item that was asked. */
export interface Response extends Item {
  readonly isRight: boolean;
}

export interface AdaptiveOptions {
  /** Standard error of θ at which asking stops, above 0; .3 in the papers. */
  readonly errorMax: number;
  readonly itemsMax: number;
  /** Places in the bank that everybody is asked first. */
  readonly core: readonly number[];
}

/** 0 … 1. */
export function chanceOf({ discrimination, difficulty }: Item, ability: number): number {
  return 1 / (1 + Math.exp(-discrimination * (ability - difficulty)));
}

/** Of an answer about θ, Fisher's: 1 / variance. */
export function informationOf(item: Item, ability: number): number {
  const chance = chanceOf(item, ability);
  return item.discrimination ** 2 * chance * (1 - chance);
}

/** θ with its 95 % interval, on n responses; its standard error is 1/√information. Undefined of no responses. */
export function abilityOf(responses: readonly Response[]): Estimate | undefined {
  if (responses.length === 0) return undefined;
  const value = warm(responses);
  const spread = Z * errorAt(responses, value);
  return { value, low: value - spread, high: value + spread, n: responses.length };
}

/** The place in the bank of what to ask next; undefined: θ is known well enough, or nothing more may be asked. `answered`: what
 *  was asked so far, by place. */
export function nextItem(
  bank: readonly Item[],
  answered: ReadonlyMap<number, boolean>,
  { errorMax, itemsMax, core }: AdaptiveOptions,
): number | undefined {
  if (answered.size >= Math.min(itemsMax, bank.length)) return undefined;
  const first = core.find((place) => !answered.has(place));
  if (first !== undefined) return first;
  const responses = responsesTo(bank, answered);
  const ability = responses.length === 0 ? 0 : warm(responses);
  if (responses.length > 0 && errorAt(responses, ability) < errorMax) return undefined;
  let [best, most] = [undefined as number | undefined, -1];
  for (const [place, item] of bank.entries()) {
    const information = answered.has(place) ? -1 : informationOf(item, ability);
    if (information > most) [best, most] = [place, information];
  }
  return best;
}

export interface Adapted {
  /** Places in the bank, in the order asked, and whether the answer was right. */
  readonly answered: ReadonlyMap<number, boolean>;
  readonly ability: Estimate;
}

/** Asks by place until `nextItem` has no more. */
export async function adaptiveTest(
  bank: readonly Item[],
  options: AdaptiveOptions,
  isRight: (place: number) => Promise<boolean>,
): Promise<Adapted> {
  if (bank.length === 0) throw new CapstanError('invalid', 'bank: expected at least one item, got none');
  const wrong = bank.find(({ discrimination }) => !(discrimination > 0));
  if (wrong)
    throw new CapstanError('invalid', `item: expected a discrimination above 0, got ${wrong.discrimination}`);
  const answered = new Map<number, boolean>();
  for (let place = nextItem(bank, answered, options); place !== undefined; ) {
    answered.set(place, await isRight(place));
    place = nextItem(bank, answered, options);
  }
  return { answered, ability: abilityOf(responsesTo(bank, answered))! };
}

/** An item from the answers of assistants of known ability. Undefined where they do not tell it, or the less able do better:
 *  such an item is more often a wrong key than a hard question. */
export function itemFrom(
  answers: readonly { readonly ability: number; readonly isRight: boolean }[],
): Item | undefined {
  const trials = answers.map(({ ability, isRight }, cluster) => ({
    cluster,
    features: [1, ability],
    isRight,
  }));
  const [constant, discrimination] = logisticFit(trials)?.coefficients ?? [0, 0];
  if (!(discrimination! > 0)) return undefined;
  return { discrimination: discrimination!, difficulty: -constant! / discrimination! };
}

const Z = 1.959964;
const HALVINGS = 60;
/** θ is looked for this many times 1/a away from the easiest and the hardest item. */
const REACH = 20;

function responsesTo(bank: readonly Item[], answered: ReadonlyMap<number, boolean>): readonly Response[] {
  return [...answered].map(([place, isRight]) => ({ ...bank[place]!, isRight }));
}

function errorAt(responses: readonly Item[], ability: number): number {
  return 1 / Math.sqrt(responses.reduce((sum, item) => sum + informationOf(item, ability), 0));
}

/** Where Σ a (right − P) + J / 2I = 0, J = Σ a³ P (1 − P)(1 − 2P) (Warm 1989, eq. 10): above 0 far below, below 0 far above. */
function warm(responses: readonly Response[]): number {
  const pull = (ability: number) => {
    let [score, skew, information] = [0, 0, 0];
    for (const item of responses) {
      const chance = chanceOf(item, ability);
      const variance = chance * (1 - chance);
      score += item.discrimination * (Number(item.isRight) - chance);
      skew += item.discrimination ** 3 * variance * (1 - 2 * chance);
      information += item.discrimination ** 2 * variance;
    }
    return score + skew / (2 * information);
  };
  const difficulties = responses.map(({ difficulty }) => difficulty);
  const reach = REACH / Math.min(...responses.map(({ discrimination }) => discrimination));
  let [low, high] = [Math.min(...difficulties) - reach, Math.max(...difficulties) + reach];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (pull(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
