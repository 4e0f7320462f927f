/** Slices: rules in words that name questions whose answers are wrong more often than others of their level. Networks average
 *  out mistakes without a rule and copy a rule completely (overseers/noisy.ts), so a rule is what people have to know of.
 *
 *  Half of the audits are searched: of all conjunctions of at most two traits, by a beam, those that explain mistakes best,
 *      gain = max_p Σ w log P(y | p inside, p_level outside) − Σ w log P(y | p_level)        w = 1/π, scaled
 *  and on the other half, which the search never saw, each is tested: if mistakes have nothing to do with the rule, then of the
 *  mistakes in a stratum (level and round of audits) those inside are a draw without replacement, so their number has an exact
 *  distribution (Fisher 1935; Mantel & Haenszel 1959). Of `CANDIDATES` tests each is made at α / CANDIDATES (Bonferroni), so the
 *  chance of any slice at all where there is none is at most α. */

import type { Random } from '../base/random.ts';
import type { Bounded } from '../statistics/estimate.ts';
import { weightedShare } from '../statistics/weighted.ts';
import type { Trait } from './traits.ts';

/** An audited answer, with what can be said of its question. */
export interface Seen {
  readonly traits: readonly Trait[];
  readonly level: number;
  /** Of audits: what was drawn later may follow from what was found before. */
  readonly round: number;
  readonly wrong: boolean;
  /** π: above 0, at most 1. */
  readonly probability: number;
}

/** One or two traits, all of which hold. */
export type Rule = readonly Trait[];

export interface Slice {
  readonly rule: Rule;
  /** On the half that the search never saw: share of wrong answers inside and outside, and chance of so many inside if the
   *  rule had nothing to do with it. */
  readonly inside: Bounded;
  readonly outside: Bounded;
  readonly p: number;
}

/** Chance at most that a slice is named where mistakes follow no rule. */
export const FALSE_MAX = 0.05;

/** Rules that are tested. */
const CANDIDATES = 3;
/** Single traits that are tried with a second one. */
const BEAM = 12;
/** Audits, and mistakes among them, that a rule must have inside to be looked at. */
const [INSIDE_MIN, WRONG_MIN] = [5, 3];

export function holds(rule: Rule, traits: readonly Trait[]): boolean {
  return rule.every((trait) => traits.includes(trait));
}

/** «word 3 and level 2 or above» */
export function ruleText(rule: Rule): string {
  return rule.join(' and ');
}

/** The slices there are, those that explain most first. */
export function findSlices(seen: readonly Seen[], random: Random): readonly Slice[] {
  const shuffled = random.shuffle(seen);
  const half = Math.floor(shuffled.length / 2);
  let [searched, held] = [shuffled.slice(0, half), shuffled.slice(half)];
  const slices: Slice[] = [];
  for (let k = 0; k < CANDIDATES; k++) {
    const rule = bestRule(searched);
    if (!rule) break;
    const isOutside = ({ traits }: Seen) => !holds(rule, traits);
    const p = chanceOf(held, rule);
    if (p <= FALSE_MAX / CANDIDATES) {
      const [inside, outside] = [held.filter((one) => !isOutside(one)), held.filter(isOutside)].map(shareOf);
      slices.push({ rule, p, inside: inside!, outside: outside! });
      held = held.filter(isOutside); // what is explained explains no other rule
    }
    searched = searched.filter(isOutside);
  }
  return slices;
}

function shareOf(seen: readonly Seen[]): Bounded {
  const audits = seen.map(({ wrong, probability }, cluster) => ({
    value: Number(wrong),
    probability,
    cluster,
  }));
  return weightedShare(audits) ?? { value: 0, low: 0, high: 1, n: 0 };
}

/** That gains most, if any has what it takes. */
function bestRule(seen: readonly Seen[]): Rule | undefined {
  const scorer = scorerOf(seen);
  const traits = [...new Set(seen.flatMap((one) => one.traits))].sort();
  const scored = (rules: readonly Rule[]) =>
    rules
      .map((rule) => ({ rule, gain: scorer(rule) }))
      .filter(({ gain }) => gain > 0)
      .sort((a, b) => b.gain - a.gain);
  const singles = scored(traits.map((trait) => [trait]));
  const pairs = singles
    .slice(0, BEAM)
    .flatMap(({ rule: [first] }) =>
      traits.filter((trait) => trait !== first).map((trait): Rule => [first!, trait]),
    );
  return scored([...singles.map(({ rule }) => rule), ...pairs])[0]?.rule;
}

/** The gain in log-likelihood of a rule; 0 where too little is inside, or mistakes are no more frequent there. */
function scorerOf(seen: readonly Seen[]): (rule: Rule) => number {
  const weights = seen.map(({ probability }) => 1 / probability);
  const [sum, squares] = [1, 2].map((power) => weights.reduce((total, w) => total + w ** power, 0));
  const scale = sum! / squares!; // as many as would be as sure without weights (Kish 1965)
  const having = new Map<Trait, Set<number>>();
  seen.forEach(({ traits }, i) => {
    for (const trait of traits) having.set(trait, (having.get(trait) ?? new Set()).add(i));
  });
  const levels = [...new Set(seen.map(({ level }) => level))];
  const whole = new Map(levels.map((level) => [level, { n: 0, wrong: 0 }]));
  seen.forEach(({ level, wrong }, i) => {
    const one = whole.get(level)!;
    one.n += scale * weights[i]!;
    one.wrong += wrong ? scale * weights[i]! : 0;
  });
  const before = [...whole.values()].reduce((total, { n, wrong }) => total + likelihood(wrong, n), 0);
  return (rule) => {
    const [first, second] = rule.map((trait) => having.get(trait) ?? new Set<number>());
    const outside = new Map([...whole].map(([level, one]) => [level, { ...one }]));
    const inside = { n: 0, wrong: 0 };
    let [audits, mistakes, expected] = [0, 0, 0];
    for (const i of first!) {
      if (second && !second.has(i)) continue;
      const { level, wrong } = seen[i]!;
      const weight = scale * weights[i]!;
      const rest = outside.get(level)!;
      const all = whole.get(level)!;
      audits++;
      mistakes += Number(wrong);
      expected += (weight * all.wrong) / all.n;
      inside.n += weight;
      rest.n -= weight;
      if (!wrong) continue;
      inside.wrong += weight;
      rest.wrong -= weight;
    }
    if (audits < INSIDE_MIN || mistakes < WRONG_MIN || inside.wrong <= expected) return 0;
    const after = [...outside.values()].reduce((total, { n, wrong }) => total + likelihood(wrong, n), 0);
    return after + likelihood(inside.wrong, inside.n) - before;
  };
}

/** Σ y log p + (1 − y) log(1 − p) at its greatest. */
function likelihood(wrong: number, n: number): number {
  const part = (count: number) => (count <= 0 || n <= 0 ? 0 : count * Math.log(Math.min(1, count / n)));
  return part(wrong) + part(n - wrong);
}

/** P(at least as many mistakes inside), given how many audits and mistakes there are in each stratum and how many inside. */
export function chanceOf(seen: readonly Seen[], rule: Rule): number {
  const strata = new Map<string, { n: number; wrong: number; inside: number }>();
  let observed = 0;
  for (const { traits, level, round, wrong } of seen) {
    const key = `${level}/${round}`;
    const stratum = strata.get(key) ?? { n: 0, wrong: 0, inside: 0 };
    strata.set(key, stratum);
    const isInside = holds(rule, traits);
    stratum.n++;
    stratum.wrong += Number(wrong);
    stratum.inside += Number(isInside);
    observed += Number(wrong && isInside);
  }
  let distribution = [1];
  for (const stratum of strata.values()) distribution = convolved(distribution, hypergeometric(stratum));
  return Math.min(
    1,
    distribution.slice(observed).reduce((sum, one) => sum + one, 0),
  );
}

function convolved(a: readonly number[], b: readonly number[]): number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      result[i + j]! += x * y;
    });
  });
  return result;
}

/** P(k of the `inside` drawn are wrong), at index k = 0 … min(wrong, inside). */
function hypergeometric({
  n,
  wrong,
  inside,
}: {
  readonly n: number;
  readonly wrong: number;
  readonly inside: number;
}): readonly number[] {
  return Array.from({ length: Math.min(wrong, inside) + 1 }, (_, k) =>
    inside - k > n - wrong
      ? 0
      : Math.exp(logChoose(wrong, k) + logChoose(n - wrong, inside - k) - logChoose(n, inside)),
  );
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const LOG_FACTORIALS = [0];

function logFactorial(n: number): number {
  while (LOG_FACTORIALS.length <= n)
    LOG_FACTORIALS.push(LOG_FACTORIALS.at(-1)! + Math.log(LOG_FACTORIALS.length));
  return LOG_FACTORIALS[n]!;
}
