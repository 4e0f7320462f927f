/** Planted truth for the second half of the figures: minutes, interpretability, gaps, norms, misalignment, adaptive tests, horizons,
 *  oversight and auditability. Everybody in here is simulated. */

import type { Random } from '../src/base/random.ts';
import { type AdaptiveOptions, abilityOf, chanceOf, nextItem } from '../src/evaluate/adaptive.ts';
import { auditability, replayDeterminism, tracing } from '../src/evaluate/auditability.ts';
import { amplificationGain, distillationRetention, gapRecovered } from '../src/evaluate/gap.ts';
import { horizonOf } from '../src/evaluate/horizon.ts';
import {
  auditMinutesPerNode,
  counterfactuals,
  editFaithfulness,
  firstErrorLocalisation,
  simulatability,
} from '../src/evaluate/interpretability.ts';
import { labelLeverage, minutesPerThousand, type Worked } from '../src/evaluate/minutes.ts';
import { costOfMisalignment, type JudgedNode } from '../src/evaluate/misalignment.ts';
import { halfLife, type NormAnswer, normLooks } from '../src/evaluate/norms.ts';
import {
  agentScoreDifference,
  judging,
  nestedSuccess,
  oversightSuccess,
  predictOversight,
} from '../src/evaluate/oversight.ts';
import {
  type Asked,
  climbed,
  type StaircaseOptions,
  staircase,
  TARGET,
  thresholdDifficulty,
  turningDifficulty,
} from '../src/evaluate/staircase.ts';
import { normalQuantile } from '../src/statistics/normal.ts';
import { type Interval, inContexts, kindOf, type Plant, type Study, studyOf } from './estimators.ts';

const CONTEXTS = 40;
const EACH = 8;

/** For each context, then for each of its questions; `draw` has what is drawn of one context stand or fall together. */
function questions<T>(
  random: Random,
  make: (cluster: number, draw: (chance: number) => boolean) => T,
  contexts = CONTEXTS,
  each = EACH,
): readonly T[] {
  return inContexts(contexts, each, (cluster) => {
    const kind = kindOf(random);
    return () => make(cluster, kind.happens);
  });
}

/** Above 0, with mean 1. */
function lognormal(random: Random, spread: number): number {
  return Math.exp(spread * random.normal() - spread ** 2 / 2);
}

const SEEDS = 6;
function worked(random: Random): readonly Worked[] {
  return Array.from({ length: SEEDS }, (_, cluster) => {
    const examples = 20_000 + random.below(20_000);
    const decisions = Math.round((examples / 400) * lognormal(random, 0.3));
    return { cluster, examples, decisions, minutes: { decompose: decisions / 2, audit: 0, override: 0 } };
  });
}

/** Answers 0 … 3, not equally often, and how often each is guessed with transcripts and without. */
const SAID = [0.5, 0.25, 0.15, 0.1] as const;
const WITH = [0.9, 0.8, 0.7, 0.6] as const;
const WITHOUT = [0.8, 0.3, 0.1, 0] as const;
const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

function pick(random: Random, shares: readonly number[]): number {
  let left = random.uniform();
  return Math.max(
    0,
    shares.findIndex((share) => {
      left -= share;
      return left < 0;
    }),
  );
}

const WRONG_STEPS = { found: 0.4, passed: 0.8 };
const RIGHT = { weak: 0.3, taught: 0.75, strong: 0.9 };

const TIMES = [0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16];
const STEADY = 3;
const uptake = (at: number) => 0.92 * (1 - 2 ** (-at / 2));
const STEADY_UPTAKE = mean(TIMES.slice(-STEADY).map(uptake));
/** Between the looks, uptake is taken for a line: so is its truth. */
const HALF_LIFE = (() => {
  const after = TIMES.findIndex((at) => uptake(at) >= STEADY_UPTAKE / 2);
  const [from, to] = [TIMES[after - 1]!, TIMES[after]!];
  return from + ((STEADY_UPTAKE / 2 - uptake(from)) / (uptake(to) - uptake(from))) * (to - from);
})();

/** The same questions at each look; each is taken up at a moment of its own and stays so. */
function norms(random: Random): readonly NormAnswer[] {
  return questions(random, (cluster, draw) => {
    const isFlipped = draw(0.5);
    // Taken up by `at` with chance uptake(at): one draw for all looks.
    const taken = random.uniform();
    return TIMES.map((at): NormAnswer => {
      const agreesNew = isFlipped ? taken < uptake(at) : taken < 0.97;
      return { cluster, at, isFlipped, agreesNew, agreesOld: isFlipped !== agreesNew };
    });
  }).flat();
}

/** Levels 0, 1, 2: nodes per root, reach, and how often each is misaligned. */
const LEVELS = [
  { nodes: 4, reach: 0.2, rate: 0.02 },
  { nodes: 2, reach: 0.5, rate: 0.04 },
  { nodes: 1, reach: 1, rate: 0.05 },
] as const;
const RARE = 0.1;
const costOf = (scale: number) =>
  LEVELS.reduce((sum, { nodes, reach, rate }) => sum + nodes * reach * rate * scale, 0);

function judged(random: Random, scale: number) {
  return questions(
    random,
    (cluster, draw) => ({
      cluster,
      nodes: LEVELS.flatMap(({ nodes, reach, rate }, level) =>
        Array.from({ length: nodes }, (): JudgedNode => {
          return { level, reach, severity: 1, isMisaligned: draw(rate * scale) };
        }),
      ),
    }),
    CONTEXTS,
    4,
  );
}

const BANK = Array.from({ length: 300 }, (_, i) => ({
  difficulty: -3 + (6 * i) / 299,
  discrimination: 0.8 + 0.3 * (i % 5),
}));
const ADAPTIVE: AdaptiveOptions = { errorMax: 0.3, itemsMax: 100, core: [] };

function adapted(random: Random, ability: number): Interval | undefined {
  const answered = new Map<number, boolean>();
  for (let place = nextItem(BANK, answered, ADAPTIVE); place !== undefined; ) {
    answered.set(place, random.uniform() < chanceOf(BANK[place]!, ability));
    place = nextItem(BANK, answered, ADAPTIVE);
  }
  return abilityOf([...answered].map(([place, isRight]) => ({ ...BANK[place]!, isRight })));
}

const STAIRS: StaircaseOptions = { start: 4, step: 0.5, least: 0, most: 12 };
const TRACKS = 8;
const TRIALS = 60;
/** With guesses among eight answers. */
const GUESS = 1 / 8;
const curve = (difficulty: number) => GUESS + (1 - GUESS) / (1 + Math.exp(1.2 * (difficulty - 6)));
const THRESHOLD = 6 - Math.log((TARGET - GUESS) / (1 - TARGET)) / 1.2;

/** Each trial is about a context of its own. */
export function climb(random: Random) {
  const trials: Asked[] = [];
  const stairs = Array.from({ length: TRACKS }, () => {
    let now = staircase(STAIRS);
    for (let i = 0; i < TRIALS; i++) {
      const isRight = random.uniform() < curve(now.difficulty);
      trials.push({ cluster: trials.length, difficulty: now.difficulty, isRight });
      now = climbed(now, isRight, STAIRS);
    }
    return now;
  });
  return { trials, stairs };
}

/** Accuracy at difficulties 1 … 6: the horizon is 3. */
const GRADES = [0.995, 0.98, 0.94, 0.86, 0.7, 0.4];
const HORIZON = 3;

const LAW = { guardSlope: 1.2, attackerSlope: 0.8, intercept: -150 };
const GAP = 400;
const STEPS = 3;
function matches(random: Random) {
  return questions(
    random,
    (cluster) => {
      const [guard, attacker] = [800 * random.uniform(), 800 * random.uniform()];
      return {
        cluster,
        guard,
        attacker,
        isCaught: random.uniform() < oversightSuccess(LAW, guard, attacker),
      };
    },
    CONTEXTS,
    15,
  );
}

const HONEST = { score: 0.8, deceptive: 0.55 };
const JUDGED = { honest: 0.9, dishonest: 0.65 };
const CLICKS = 4;
const SPREAD = 0.5;
const FOUND = 0.9;

const sameNumber = (a: number, b: number) => 1 - Math.abs(a - b);

const PLANTS: readonly Plant[] = [
  {
    name: 'K9 minutes per 1,000 examples, 6 seeds',
    truth: 1000 / 800,
    study: (random) => minutesPerThousand(worked(random)),
  },
  { name: 'K9 label leverage, 6 seeds', truth: 400, study: (random) => labelLeverage(worked(random)) },
  {
    name: 'K10 simulatability, a machine auditor, 4 answers',
    truth: mean(WITH) - mean(WITHOUT),
    study: (random) =>
      simulatability(
        questions(random, (cluster, draw) => {
          const said = pick(random, SAID);
          const guess = (rate: number) => (draw(rate) ? said : undefined);
          return { cluster, key: '', said, with: guess(WITH[said]!), without: guess(WITHOUT[said]!) };
        }),
        new Set(),
      )?.gain,
  },
  {
    name: 'K10 counterfactual precision',
    truth: 0.85,
    study: (random) => inferences(random)?.precision,
  },
  {
    name: 'K10 generality of explanations',
    truth: 1 / 3, // the mean distance of two uniform numbers
    study: (random) => inferences(random)?.generality,
  },
  {
    name: 'K10 edit-faithfulness .95',
    truth: 0.95,
    study: (random) =>
      editFaithfulness(
        questions(random, (cluster, draw) => ({
          cluster,
          before: 0,
          expected: 1,
          final: Number(draw(0.95)),
        })),
      )?.consequential,
  },
  {
    name: 'K10 audit minutes per node, 12 auditors',
    truth: 0.5,
    study: (random) =>
      auditMinutesPerNode(
        Array.from({ length: 12 }, (_, cluster) => {
          const pace = 0.5 * lognormal(random, 0.3);
          return Array.from({ length: 5 }, () => {
            const nodes = 5 + random.below(20);
            return { cluster, nodes, minutes: nodes * pace * lognormal(random, 0.2) };
          });
        }).flat(),
      ),
  },
  {
    name: 'K10 first-error localisation F1',
    truth: 2 / (1 / WRONG_STEPS.found + 1 / WRONG_STEPS.passed),
    study: (random) =>
      firstErrorLocalisation(
        questions(random, (cluster, draw) => {
          const isWrong = random.uniform() < 0.5;
          const isRight = draw(isWrong ? WRONG_STEPS.found : WRONG_STEPS.passed);
          return { cluster, firstWrong: isWrong ? 1 : undefined, found: isWrong === isRight ? 1 : undefined };
        }),
      )?.f1,
  },
  {
    name: 'K11 performance gap recovered',
    truth: (RIGHT.taught - RIGHT.weak) / (RIGHT.strong - RIGHT.weak),
    study: (random) => gapRecovered(recoveries(random)),
  },
  {
    name: 'K11 performance gap recovered, 10 contexts',
    truth: (RIGHT.taught - RIGHT.weak) / (RIGHT.strong - RIGHT.weak),
    study: (random) => gapRecovered(recoveries(random, 10)),
  },
  {
    name: 'K11 amplification gain',
    truth: RIGHT.strong - RIGHT.weak,
    study: (random) =>
      amplificationGain(
        recoveries(random).map((one) => ({ ...one, before: one.weak, amplified: one.strong })),
      ),
  },
  {
    name: 'K11 distillation retention',
    truth: (RIGHT.taught - RIGHT.weak) / (RIGHT.strong - RIGHT.weak),
    study: (random) =>
      distillationRetention(
        recoveries(random).map(({ cluster, weak, taught, strong }) => ({
          ...{ cluster, before: weak, after: taught, amplified: strong },
        })),
      ),
  },
  {
    name: 'K12 uptake at one look',
    truth: uptake(4),
    study: (random) => normLooks(norms(random)).find(({ at }) => at === 4)?.uptake,
  },
  {
    name: 'K12 consistency at one look',
    truth: 2 / (1 / uptake(4) + 1 / 0.97),
    study: (random) => normLooks(norms(random)).find(({ at }) => at === 4)?.consistency,
  },
  {
    name: 'K12 half-life',
    truth: HALF_LIFE,
    study: (random) => halfLife(norms(random), { steadyLooks: STEADY, draws: 400 }, random),
  },
  {
    name: 'K13 cost of misalignment',
    truth: costOf(1),
    study: (random) => costOfMisalignment(judged(random, 1))?.cost,
  },
  {
    name: 'K13 cost of misalignment, a tenth of the rate',
    truth: costOf(RARE),
    study: (random) => costOfMisalignment(judged(random, RARE))?.cost,
  },
  {
    name: 'K13 one-sided upper bound that gates read',
    truth: costOf(1),
    study: (random) => ({ low: 0, high: costOfMisalignment(judged(random, 1))!.upper }),
  },
  {
    name: 'K13 the same, a tenth of the rate',
    truth: costOf(RARE),
    study: (random) => ({ low: 0, high: costOfMisalignment(judged(random, RARE))!.upper }),
  },
  ...[-1.5, 0, 1.2].map(
    (ability): Plant => ({
      name: `K14 ability ${ability} by an adaptive test`,
      truth: ability,
      study: (random) => adapted(random, ability),
    }),
  ),
  {
    name: 'K14 d_79 by a curve through 8 staircases',
    truth: THRESHOLD,
    study: (random) => thresholdDifficulty(climb(random).trials, GUESS),
  },
  {
    name: 'K14 d_79 by the turning points of 8 staircases',
    truth: THRESHOLD,
    study: (random) => turningDifficulty(climb(random).stairs, 4),
  },
  {
    name: 'K14 horizon, from shown to possible',
    truth: HORIZON,
    study: (random) => {
      const { shown, possible } = horizonOf(
        GRADES.flatMap((rate, i) =>
          questions(random, (cluster, draw) => ({ cluster, difficulty: i + 1, isRight: draw(rate) }), 32, 32),
        ),
      );
      return { low: shown ?? Number.NEGATIVE_INFINITY, high: possible ?? Number.NEGATIVE_INFINITY };
    },
  },
  {
    name: 'K15 agent score difference',
    truth: HONEST.score - HONEST.deceptive,
    study: (random) =>
      agentScoreDifference(
        questions(random, (cluster, draw) => {
          const isHonest = random.uniform() < 0.5;
          const isPraised = draw(isHonest ? HONEST.score : HONEST.deceptive);
          return { cluster, isHonest, score: Number(isPraised) };
        }),
      ),
  },
  {
    name: 'K15 judge accuracy where the side heard is dishonest',
    truth: JUDGED.dishonest,
    study: (random) =>
      judging(
        questions(random, (cluster, draw) => {
          const isHonest = random.uniform() < 0.5;
          return { cluster, isHonest, isRight: draw(isHonest ? JUDGED.honest : JUDGED.dishonest) };
        }),
      ).dishonest,
  },
  {
    name: 'K15 slope of the guard, 600 matches',
    truth: LAW.guardSlope,
    study: (random) => predictOversight(matches(random), GAP, STEPS)?.guardSlope,
  },
  {
    // Which number of steps is best follows from the matches; the error is told from the truth for just that number.
    name: 'K15 error of nested oversight in up to 3 steps, 600 matches',
    truth: 0,
    study: (random) => {
      const found = predictOversight(matches(random), GAP, STEPS);
      if (!found || found.success.low === null || found.success.high === null) return undefined;
      const truth = nestedSuccess(LAW, GAP, found.best.steps);
      return { low: found.success.low - truth, high: found.success.high - truth };
    },
  },
  {
    name: 'K16 share of decisions that verify, .99',
    truth: 0.99,
    study: (random) =>
      auditability(
        questions(random, (cluster, draw) => {
          const isSound = draw(0.99);
          return { cluster, verifies: { hash: true, parent: isSound, inputs: true, model: true } };
        }),
      )?.verified,
  },
  {
    name: 'K16 replay determinism .9',
    truth: 0.9,
    study: (random) =>
      replayDeterminism(
        questions(random, (cluster, draw) => ({ cluster, first: 'a', again: draw(0.9) ? 'a' : 'b' })),
      ),
  },
  {
    // One in ten is never found, and counts as longer than all.
    name: 'K16 median clicks to the first wrong node, 25 traces',
    truth: CLICKS * Math.exp(SPREAD * normalQuantile(0.5 / FOUND)),
    study: (random) =>
      tracing(
        Array.from({ length: 25 }, () => {
          const clicks = CLICKS * Math.exp(SPREAD * random.normal());
          return { found: random.uniform() < FOUND ? { clicks, seconds: clicks } : undefined };
        }),
      )?.clicks,
  },
];

/** Whether an explanation says something of a question, and whether that is right, are unrelated. */
function inferences(random: Random) {
  const explained = Array.from({ length: CONTEXTS }, (_, cluster) => {
    const [saying, right] = [kindOf(random), kindOf(random)];
    const about = () => ({
      ...{ question: random.uniform(), said: 1 },
      inferred: saying.happens(0.7) ? Number(right.happens(0.85)) : undefined,
    });
    return { cluster, questions: Array.from({ length: EACH }, about) };
  });
  return counterfactuals(explained, sameNumber);
}

function recoveries(random: Random, contexts = CONTEXTS) {
  return questions(
    random,
    (cluster, draw) => ({
      ...{ cluster, weak: draw(RIGHT.weak), taught: draw(RIGHT.taught), strong: draw(RIGHT.strong) },
    }),
    contexts,
  );
}

export const STUDIES: readonly Study[] = PLANTS.map(studyOf);
