/** Simulated candidates of known fidelity before a gate of audits, for `npm run prove gates` and its short test. Whether an audit agrees is
 *  drawn by chance; the auditors are nobody. */

import { Random } from '../src/base/random.ts';
import {
  AUDIT_GATE,
  type AuditGateOptions,
  audited,
  errorRateOf,
  levelTest,
  unaudited,
} from '../src/oversight/audit-gate.ts';
import { Evidence } from '../src/statistics/evidence.ts';
import { fixedSize, sprt } from '../src/statistics/sprt.ts';

/** How candidates that are just too bad are told from good ones: fidelity `exceeds` from fidelity `sought`. */
export interface Setting {
  readonly exceeds: number;
  readonly sought: number;
}

export const SETTINGS: readonly Setting[] = [
  { exceeds: 0.85, sought: 0.95 },
  { exceeds: 0.9, sought: 0.95 },
  { exceeds: 0.94, sought: 0.97 },
];
export const ERROR_RATE = 0.05;
export const MISS_RATE = 0.1;
export const BUDGET = 400;

export interface Decided {
  readonly isPassed: boolean;
  /** Numbers looked at: audits, or contexts. */
  readonly audits: number;
}

/** One number after the other, each the agreement of one audit, or of one context. */
export type Numbers = () => number;
export type Method = (numbers: Numbers, setting: Setting) => Decided;

export const optionsOf = (setting: Setting, audits = BUDGET): AuditGateOptions => ({
  ...AUDIT_GATE,
  ...setting,
  audits,
});

/** The gate of one level at the whole error rate, which is that of an iteration of its own. */
export const gate =
  (errorRate = ERROR_RATE, budget = BUDGET): Method =>
  (numbers, setting) => {
    const test = levelTest(errorRate, optionsOf(setting, budget));
    let level = unaudited(1);
    while (level.verdict === 'open' && level.audits < budget) level = audited(level, numbers(), test);
    return { isPassed: level.verdict === 'passed', audits: level.audits };
  };

/** The stakes of the ratchet, which follow the numbers. */
export const adaptive =
  (errorRate = ERROR_RATE, budget = BUDGET): Method =>
  (numbers, { exceeds }) => {
    const evidence = new Evidence({ exceeds, least: 0 });
    while (evidence.log < Math.log(1 / errorRate) && evidence.count < budget) evidence.add(numbers());
    return { isPassed: evidence.log >= Math.log(1 / errorRate), audits: evidence.count };
  };

export const wald: Method = (numbers, { exceeds, sought }) => {
  const test = sprt({ low: exceeds, high: sought, errorRate: ERROR_RATE, missRate: MISS_RATE });
  let [ratio, audits] = [0, 0];
  while (ratio > test.refuse && ratio < test.pass) {
    ratio += numbers() === 1 ? test.agreed : test.disagreed;
    audits++;
  }
  return { isPassed: ratio >= test.pass, audits };
};

export const fixed: Method = (numbers, { exceeds, sought }) => {
  const test = fixedSize({ low: exceeds, high: sought, errorRate: ERROR_RATE, missRate: MISS_RATE });
  let agreed = 0;
  for (let i = 0; i < test.numbers; i++) agreed += numbers();
  return { isPassed: agreed >= test.atLeast, audits: test.numbers };
};

/** Audits that agree with H independently of each other. */
export const independent =
  (fidelity: number, random: Random): Numbers =>
  () =>
    Number(random.uniform() < fidelity);

/** Questions of one context, which stand or fall together: in this share of the contexts X knows nothing at all, so that it is
 *  right about all the others. One number is a context's share of `each` questions. */
export const clustered =
  (fidelity: number, each: number, random: Random): Numbers =>
  () => {
    // A context is lost altogether half as often as a question is answered wrongly; the rest errs question by question.
    const lost = (1 - fidelity) / 2;
    if (random.uniform() < lost) return 0;
    const right = fidelity / (1 - lost);
    return (
      Array.from({ length: each }, () => Number(random.uniform() < right)).reduce((a, b) => a + b, 0) / each
    );
  };

/** The same, question by question, as if they were independent: what must not be done. */
export const unclustered = (fidelity: number, each: number, random: Random): Numbers => {
  let waiting: number[] = [];
  const contexts = clustered(fidelity, each, random);
  return () => {
    if (waiting.length === 0) {
      const right = Math.round(each * contexts());
      waiting = random.shuffle(Array.from({ length: each }, (_, i) => Number(i < right)));
    }
    return waiting.pop()!;
  };
};

export function decide(
  method: Method,
  numbersOf: (random: Random) => Numbers,
  setting: Setting,
  runs: number,
  seed: number,
): readonly Decided[] {
  const root = Random.seeded(seed).split('gates');
  return Array.from({ length: runs }, (_, i) => method(numbersOf(root.split(i)), setting));
}

export const passed = (decided: readonly Decided[]): number =>
  decided.filter(({ isPassed }) => isPassed).length / decided.length;

/** A candidate at each of so many iterations, each with levels of these fidelities; the first iteration that is promoted, if any. */
export function promotedAt(
  perLevel: readonly number[],
  iterations: number,
  setting: Setting,
  random: Random,
): number | undefined {
  for (let n = 1; n <= iterations; n++) {
    const method = gate(errorRateOf(n, ERROR_RATE));
    const isPassed = perLevel.every(
      (fidelity, i) => method(independent(fidelity, random.split(n).split(i)), setting).isPassed,
    );
    if (isPassed) return n;
  }
  return undefined;
}
