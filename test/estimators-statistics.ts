/** Planted truth for the estimators that everybody shares: proportions, means, the jackknife and the bootstrap, weighted audits,
 *  areas under curves, quantiles. */

import type { Random } from '../src/base/random.ts';
import { quantile } from '../src/evaluate/cost.ts';
import { exactProportion } from '../src/statistics/beta.ts';
import { bootstrap } from '../src/statistics/bootstrap.ts';
import { meanOfItems, meanWithin, shareOf } from '../src/statistics/clustered.ts';
import { jackknifeOfSums } from '../src/statistics/jackknife.ts';
import { normalCdf } from '../src/statistics/normal.ts';
import {
  areaUnderRiskCoverage,
  coverageAtRisk,
  excessAreaUnderRiskCoverage,
  riskCoverageArea,
} from '../src/statistics/risk-coverage.ts';
import { areaUnderRoc, type Scored } from '../src/statistics/roc.ts';
import { weightedMean, weightedShare } from '../src/statistics/weighted.ts';
import { CORRELATION, inContexts, kindOf, type Plant, studyOf } from './estimators.ts';

function events(random: Random, chance: number, contexts: number, each: number) {
  return inContexts(contexts, each, (cluster) => {
    const kind = kindOf(random);
    return () => ({ cluster, right: kind.happens(chance) });
  });
}

const isRight = ({ right }: { readonly right: boolean }) => right;

/** What is right scores higher by that many standard deviations; contexts move scores and verdicts. */
function scores(
  random: Random,
  apart: number,
  base: number,
  contexts: number,
  each: number,
): readonly Scored[] {
  return inContexts(contexts, each, (cluster) => {
    const kind = kindOf(random);
    const shared = Math.sqrt(CORRELATION) * random.normal();
    return () => {
      const right = kind.happens(base);
      const score = shared + Math.sqrt(1 - CORRELATION) * random.normal() + (right ? apart : 0);
      return { cluster, right, score };
    };
  });
}

/** Risk and coverage of what scores at least t, where right scores N(apart, 1) and wrong N(0, 1). */
function riskAt(t: number, apart: number, base: number) {
  const [right, wrong] = [base * (1 - normalCdf(t - apart)), (1 - base) * (1 - normalCdf(t))];
  return { coverage: right + wrong, risk: wrong / (right + wrong) };
}

/** ∫ risk d coverage. */
function areaOf(apart: number, base: number): number {
  let [area, before] = [0, riskAt(8, apart, base)];
  for (let t = 8; t >= -8; t -= 0.002) {
    const now = riskAt(t, apart, base);
    area += ((now.risk + before.risk) / 2) * (now.coverage - before.coverage);
    before = now;
  }
  return area;
}

function coverageTruth(risk: number, apart: number, base: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (riskAt(middle, apart, base).risk > risk) low = middle;
    else high = middle;
  }
  return riskAt(high, apart, base).coverage;
}

const [APART, BASE] = [1.5, 0.8];
/** Least possible area at a base risk r, with endless data: r + (1 − r) ln(1 − r). */
const best = (risk: number) => risk + (1 - risk) * Math.log1p(-risk);

/** Decisions that are each audited with a chance of their own: the riskier, the likelier. */
function audited(random: Random, rate: number, contexts: number, each: number) {
  return inContexts(contexts, each, (cluster) => {
    const kind = kindOf(random);
    return () => {
      const risk = random.uniform();
      const [value, probability] = [kind.happens(2 * rate * risk) ? 1 : 0, 0.05 + 0.25 * risk];
      return { cluster, value, probability, drawn: random.uniform() < probability };
    };
  });
}

const PLANTS: readonly Plant[] = [
  ...[0.03, 0.5].map(
    (chance): Plant => ({
      name: `Clopper–Pearson, ${chance} of 60 independent`,
      truth: chance,
      study: (random) => {
        const right = Array.from({ length: 60 }, () => random.uniform() < chance).filter(Boolean).length;
        return exactProportion(right, 60);
      },
    }),
  ),
  ...(
    [
      [0.95, 40, 8],
      [0.95, 100, 4],
      [0.5, 40, 8],
      [0.8, 10, 16],
      [0.01, 60, 8],
    ] as const
  ).map(
    ([chance, contexts, each]): Plant => ({
      name: `Wilson with design effect, ${chance}, ${contexts} × ${each}`,
      truth: chance,
      study: (random) => shareOf(events(random, chance, contexts, each), isRight),
    }),
  ),
  {
    name: 'mean over contexts of unequal size, jackknife, 30 contexts',
    truth: 3,
    study: (random) =>
      meanOfItems(
        Array.from({ length: 30 }, (_, cluster) => {
          const shared = random.normal();
          return Array.from({ length: 2 + random.below(10) }, () => ({
            cluster,
            x: 3 + shared + random.normal(),
          }));
        }).flat(),
        ({ x }) => x,
      ),
  },
  {
    name: 'mean of skewed shares, jackknife in the logit, 40 × 8',
    truth: 0.1,
    study: (random) =>
      meanWithin(
        inContexts(40, 8, (cluster) => {
          const kind = kindOf(random);
          return () => ({ cluster, x: [0, 0.2, 0.8][kind.which([0.7, 0.2, 0.1])]! * (1 / 1.2) });
        }),
        ({ x }) => x,
      ),
  },
  {
    name: 'BCa bootstrap of a mean, 20 skewed clusters',
    truth: Math.exp(0.5 * 0.5 ** 2),
    study: (random) =>
      bootstrap(
        Array.from({ length: 20 }, () => Math.exp(0.5 * random.normal())),
        average,
        random,
        { draws: 1000 },
      ),
  },
  {
    name: 'BCa bootstrap of a median, 41 clusters',
    truth: 1,
    study: (random) =>
      bootstrap(
        Array.from({ length: 41 }, () => Math.exp(random.normal())),
        (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)],
        random,
        { draws: 500 },
      ),
  },
  {
    name: 'jackknife of a ratio in the logarithm, 40 skewed clusters',
    truth: 2,
    study: (random) =>
      jackknifeOfSums(
        Array.from({ length: 40 }, () => {
          const [x, y] = [random.normal(), random.normal()];
          return [2 * Math.exp(0.7 * (0.6 * x + 0.8 * y)), Math.exp(0.7 * x)];
        }),
        ([above, below]) => above! / below!,
        { scale: 'log' },
      ),
  },
  {
    name: 'weighted audits, Hájek with t, rate .2',
    truth: 0.2,
    study: (random) => weightedMean(audited(random, 0.2, 60, 30).filter(({ drawn }) => drawn)),
  },
  ...[0.2, 0.02].map(
    (rate): Plant => ({
      name: `weighted audits, Korn–Graubard, rate ${rate}`,
      truth: rate,
      study: (random) => weightedShare(audited(random, rate, 60, 30).filter(({ drawn }) => drawn)),
    }),
  ),
  ...(
    [
      [1.5, 0.8, 40, 8],
      [0, 0.5, 40, 8],
      [2.5, 0.9, 40, 8],
      [1.5, 0.8, 80, 1],
    ] as const
  ).map(
    ([apart, base, contexts, each]): Plant => ({
      name: `AUROC ${normalCdf(apart / Math.SQRT2).toFixed(2)}, ${100 * base} % right, ${contexts} × ${each}`,
      truth: normalCdf(apart / Math.SQRT2),
      study: (random) => areaUnderRoc(scores(random, apart, base, contexts, each)),
    }),
  ),
  {
    name: 'AURC, jackknife, 40 × 8',
    truth: areaOf(APART, BASE),
    study: (random) => riskCoverageArea(scores(random, APART, BASE, 40, 8), areaUnderRiskCoverage),
  },
  {
    name: 'excess AURC, jackknife, 40 × 8',
    truth: areaOf(APART, BASE) - best(1 - BASE),
    study: (random) => riskCoverageArea(scores(random, APART, BASE, 40, 8), excessAreaUnderRiskCoverage),
  },
  ...[0.01, 0.02, 0.05].map(
    (risk): Plant => ({
      name: `coverage at ${100 * risk} % risk, 40 × 8`,
      truth: coverageTruth(risk, 2, 0.9),
      study: (random) => coverageAtRisk(scores(random, 2, 0.9, 40, 8), risk),
    }),
  ),
  ...[0.5, 0.95].map(
    (share): Plant => ({
      name: `quantile ${share} of latency, Woodruff, 40 × 8`,
      truth: Math.exp(share === 0.5 ? 0 : 1.6448536),
      study: (random) =>
        quantile(
          inContexts(40, 8, (cluster) => {
            const shared = Math.sqrt(CORRELATION) * random.normal();
            return () => ({
              cluster,
              value: Math.exp(shared + Math.sqrt(1 - CORRELATION) * random.normal()),
            });
          }),
          share,
        ),
    }),
  ),
];

export const STUDIES = PLANTS.map(studyOf);

function average(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
