/** Planted truth for what is told of overseers and trees: fidelity, drift, overrides and error propagation. */

import type { Random } from '../src/base/random.ts';
import { type AnchorItem, drift, SMOOTHING } from '../src/evaluate/drift.ts';
import { type FidelityItem, fidelity, proxyFidelity } from '../src/evaluate/fidelity.ts';
import { overrides, type Review } from '../src/evaluate/override.ts';
import {
  distillationRatio,
  type NodeOutcome,
  propagation,
  sensitivity,
} from '../src/evaluate/propagation.ts';
import { jensenShannon, kullbackLeibler, totalVariation } from '../src/statistics/divergence.ts';
import { inContexts, kindOf, overContexts, type Plant, type Study, studyOf } from './estimators.ts';

const [CONTEXTS, EACH] = [40, 8];

/** H's answers, not equally often; what X says instead when it slips; how often H says the same again. */
const SAID = [0.4, 0.3, 0.2, 0.1] as const;
const [AGREES, AGAIN] = [0.9, 0.96];
/** p_e of κ: X says what H says, or slips to the next answer. */
const BY_CHANCE = SAID.reduce(
  (sum, share, k) => sum + share * (AGREES * share + (1 - AGREES) * SAID[(k + 3) % 4]!),
  0,
);
/** Of a belief in the answer given, by how sure one is; the rest is spread over the other. */
const SURE = [0.55, 0.8, 0.97] as const;
const SURENESS = [0.2, 0.3, 0.5] as const;

function said(random: Random, agrees: number): readonly FidelityItem[] {
  return inContexts(CONTEXTS, EACH, (cluster) => {
    const [answers, slips, again] = [kindOf(random), kindOf(random), kindOf(random)];
    return (): FidelityItem => {
      const truth = answers.which(SAID);
      const other = (truth + 1) % SAID.length;
      const [x, h] = [kindOf(random), kindOf(random)].map((kind) => belief(kind.which(SURENESS)));
      return {
        ...{ cluster, level: 1, overseer: `${truth}` },
        assistant: `${slips.happens(agrees) ? truth : other}`,
        ...(random.uniform() < 0.5 ? { again: `${again.happens(AGAIN) ? truth : other}` } : {}),
        beliefs: { assistant: x!, overseer: h! },
      };
    };
  });
}

function belief(sureness: number): readonly [number, number] {
  return [SURE[sureness]!, 1 - SURE[sureness]!];
}

/** The mean of what depends on two independent beliefs. */
function overBeliefs(figure: (p: readonly number[], q: readonly number[]) => number): number {
  let sum = 0;
  SURENESS.forEach((a, i) => {
    SURENESS.forEach((b, j) => {
      sum += a * b * figure(belief(i), belief(j));
    });
  });
  return sum;
}

/** X strays from what it says rightly, comes back, or strays on; at first it is right in so many. */
const [FIRST_RIGHT, STRAYS, RETURNS, WANDERS] = [0.9, 0.05, 0.15, 0.1];
const ITERATIONS = 5;

function anchors(random: Random, strays: number, returns: number): readonly AnchorItem[] {
  return inContexts(100, 4, (cluster) => {
    const first = kindOf(random);
    const moves = Array.from({ length: ITERATIONS }, () => kindOf(random));
    return () => {
      let now = first.happens(FIRST_RIGHT) ? 0 : 1;
      const assistants = [`${now}`];
      for (const kind of moves) {
        if (now === 0) now = kind.happens(strays) ? 1 : 0;
        else now = [0, 3 - now, now][kind.which([returns, WANDERS, 1 - returns - WANDERS])]!;
        assistants.push(`${now}`);
      }
      return { cluster, level: 1, overseer: '0', assistants };
    };
  });
}

/** The same by arithmetic, at the last iteration. */
function strayed(strays: number, returns: number) {
  let [right, path, step, misaligned] = [FIRST_RIGHT, 0, 0, 0];
  for (let i = 0; i < ITERATIONS; i++) {
    step = right * strays + (1 - right) * (returns + WANDERS);
    misaligned = 1000 * (right * strays - (1 - right) * returns);
    right = right * (1 - strays) + (1 - right) * returns;
    path += step;
  }
  const cumulative = FIRST_RIGHT - right;
  return { step, path, cumulative, ratio: cumulative / path, misaligned };
}

function believers(random: Random): readonly AnchorItem[] {
  return inContexts(CONTEXTS, EACH, (cluster) => {
    const kinds = [kindOf(random), kindOf(random), kindOf(random)];
    return () => {
      const [first, second, h] = kinds.map((kind) => belief(kind.which(SURENESS)));
      // H leans the other way.
      const beliefs = { assistants: [first!, second!], overseer: [h![1], h![0]] };
      return { cluster, level: 1, overseer: '1', assistants: ['0', '0'], beliefs };
    };
  });
}

/** Escalated where doubtful; people change more of what is doubtful. */
const [ESCALATED, SHADOW] = [0.1, 0.1];
const CHANGED = { escalated: 0.3, others: 0.03 };
const CHANGED_ALL = ESCALATED * CHANGED.escalated + (1 - ESCALATED) * CHANGED.others;
const POLICY = 0.25;
const [DECISIONS, PRECISE, MISSED] = [50, 0.9, 0.2];

function reviewed(random: Random) {
  const reviews: Review[] = [];
  const decisions = Array.from({ length: CONTEXTS }, (_, cluster) => {
    const [doubt, changes, ends] = [kindOf(random), kindOf(random), kindOf(random)];
    let escalated = 0;
    for (let i = 0; i < DECISIONS; i++) {
      const isEscalated = doubt.happens(ESCALATED);
      if (isEscalated) escalated++;
      if (!isEscalated && random.uniform() >= SHADOW) continue;
      const overridden = changes.happens(isEscalated ? CHANGED.escalated : CHANGED.others);
      reviews.push({
        ...{ cluster, level: 1, escalated: isEscalated, overridden },
        probability: isEscalated ? 1 : SHADOW,
        reason: random.uniform() < POLICY ? 'policy' : 'sub-answer',
        endedRight: ends.happens(PRECISE),
      });
    }
    return { cluster, level: 1, decisions: DECISIONS, escalated };
  });
  const found = inContexts(CONTEXTS, 3, (cluster) => {
    const kind = kindOf(random);
    return () => ({ cluster, level: 1, later: kind.happens(MISSED) });
  });
  return overrides(reviews, decisions, found);
}

/** A leaf errs; a node over two of them errs by itself, or lets mistakes through unless it masks them. */
const [LEAF, LOCAL, MASKED, CHANGES] = [0.08, 0.05, 0.3, 0.4];
const ALL_RIGHT = overContexts(LEAF, (chance) => (1 - chance) ** 2);
const ERROR = LOCAL * ALL_RIGHT + (1 - MASKED) * (1 - ALL_RIGHT);

function nodes(random: Random): readonly NodeOutcome[] {
  return inContexts(CONTEXTS, EACH, (cluster) => {
    const [leaves, own, masks] = [kindOf(random), kindOf(random), kindOf(random)];
    return (): readonly NodeOutcome[] => {
      const children = [0, 1].map(() => !leaves.happens(LEAF));
      const right = children.every(Boolean) ? !own.happens(LOCAL) : masks.happens(MASKED);
      return [
        { cluster, level: 2, right, children },
        ...children.map((child) => ({ cluster, level: 1, right: child, children: [] })),
      ];
    };
  }).flat();
}

const SINGLE: readonly Plant[] = [
  {
    name: 'K1 agreement .985',
    truth: 0.985,
    study: (random) => fidelity(said(random, 0.985))?.agreement,
  },
  {
    name: 'K4 sensitivity by injection',
    truth: CHANGES,
    study: (random) =>
      sensitivity(
        inContexts(20, 6, (cluster) => {
          const kind = kindOf(random);
          return () => ({ cluster, level: 1, rootChanged: kind.happens(CHANGES) });
        }),
      )[0]!.figure,
  },
  ...(
    [
      [0.05, 0.1],
      [0.1, 0.1],
      [0.005, 0.05],
    ] as const
  ).map(
    ([student, teacher]): Plant => ({
      name: `K4 distillation ratio r, ${student} of ${teacher}`,
      truth: student / teacher,
      study: (random) =>
        distillationRatio(
          inContexts(CONTEXTS, 16, (cluster) => {
            const kind = kindOf(random);
            const right = (error: number) => !kind.happens(error);
            return () => ({ cluster, level: 1, student: right(student), teacher: right(teacher) });
          }),
        ),
    }),
  ),
];

export const STUDIES: readonly Study[] = [
  ...SINGLE.map(studyOf),
  {
    truths: {
      'K1 agreement .9': AGREES,
      'K1 Cohen’s κ, 4 answers': (AGREES - BY_CHANCE) / (1 - BY_CHANCE),
      'K1 human–human agreement, half asked again': AGAIN,
      'K1 agreement over human–human': AGREES / AGAIN,
      'K1 overlap of beliefs, 1 − JS/ln 2': 1 - overBeliefs(jensenShannon) / Math.LN2,
    },
    carryOut(random) {
      const found = fidelity(said(random, AGREES))!;
      return {
        'K1 agreement .9': found.agreement,
        'K1 Cohen’s κ, 4 answers': found.kappa,
        'K1 human–human agreement, half asked again': found.ceiling,
        'K1 agreement over human–human': found.normalised,
        'K1 overlap of beliefs, 1 − JS/ln 2': found.overlap,
      };
    },
  },
  {
    truths: { 'K1 H′ exact match': 0.9, 'K1 H′ functional match': 0.97, 'K1 H′ loss per decision': 0.2 },
    carryOut(random) {
      const found = proxies(random);
      return {
        'K1 H′ exact match': found?.exact,
        'K1 H′ functional match': found?.functional,
        'K1 H′ loss per decision': found?.loss,
      };
    },
  },
  ...(
    [
      ['drifting', STRAYS, RETURNS],
      ['churn alone', 0.01, 0.09],
    ] as const
  ).map(([name, strays, returns]): Study => {
    const truth = strayed(strays, returns);
    return {
      truths: {
        [`K2 step, ${name}`]: truth.step,
        [`K2 cumulative, ${name}`]: truth.cumulative,
        [`K2 path length, ${name}`]: truth.path,
        [`K2 drift ratio, ${name}`]: truth.ratio,
        [`K2 misaligned drift per 1000, ${name}`]: truth.misaligned,
      },
      carryOut(random) {
        const last = drift(anchors(random, strays, returns)).at(-1)!;
        return {
          [`K2 step, ${name}`]: last.step,
          [`K2 cumulative, ${name}`]: last.cumulative,
          [`K2 path length, ${name}`]: last.path,
          [`K2 drift ratio, ${name}`]: last.ratio,
          [`K2 misaligned drift per 1000, ${name}`]: last.misaligned,
        };
      },
    };
  }),
  {
    truths: {
      'K2 step of beliefs, total variation': overBeliefs(totalVariation),
      'K2 step of beliefs, KL': overBeliefs((p, q) => kullbackLeibler(p, q, SMOOTHING)),
      'K2 cumulative of beliefs, KL': 0,
    },
    carryOut(random) {
      const { step, kl } = drift(believers(random))[0]!;
      return {
        'K2 step of beliefs, total variation': step,
        'K2 step of beliefs, KL': kl?.step,
        'K2 cumulative of beliefs, KL': kl?.cumulative,
      };
    },
  },
  {
    truths: {
      'K3 override frequency, shadow audits': CHANGED_ALL,
      'K3 overrides for policy': CHANGED_ALL * POLICY,
      'K3 overrides among escalated': CHANGED.escalated,
      'K3 bias of escalated only': CHANGED.escalated - CHANGED_ALL,
      'K3 escalation rate': ESCALATED,
      'K3 override precision': PRECISE,
      'K3 miss rate': MISSED,
    },
    carryOut(random) {
      const found = reviewed(random);
      return {
        'K3 override frequency, shadow audits': found.frequency,
        'K3 overrides for policy': found.reasons?.policy,
        'K3 overrides among escalated': found.escalatedOnly,
        'K3 bias of escalated only': found.bias,
        'K3 escalation rate': found.escalationRate,
        'K3 override precision': found.precision,
        'K3 miss rate': found.missRate,
      };
    },
  },
  {
    truths: {
      'K4 local error ε': LOCAL,
      'K4 masking m': MASKED,
      'K4 error e': ERROR,
      'K4 inherited': (1 - MASKED) * (1 - ALL_RIGHT),
      'K4 gain g': ERROR / (1 - (1 - LEAF) ** 2),
      'K4 error ratio of levels': ERROR / LEAF,
    },
    carryOut(random) {
      const { local, masking, error, inherited, gain, ratio } = propagation(nodes(random))[1]!;
      return {
        'K4 local error ε': local,
        'K4 masking m': masking,
        'K4 error e': error,
        'K4 inherited': inherited,
        'K4 gain g': gain,
        'K4 error ratio of levels': ratio,
      };
    },
  },
];

/** H′ that replies the same in .97, and asks the same in .9 besides. */
function proxies(random: Random) {
  return proxyFidelity(
    inContexts(CONTEXTS, EACH, (cluster) => {
      const [replies, asks] = [kindOf(random), kindOf(random)];
      const shared = Math.exp(0.3 * random.normal() - 0.045);
      return () => {
        const decisions = 1 + random.below(3);
        const nats = Array.from({ length: decisions }, () => -0.2 * Math.log(1 - random.uniform()));
        const asked = [{ question: 'q', answer: '1' }];
        return {
          ...{ cluster, level: 2, overseer: { asked, reply: 'a' } },
          proxy: { asked: asks.happens(0.9) ? asked : [], reply: replies.happens(0.97) ? 'a' : 'b' },
          loss: { nats: shared * nats.reduce((sum, x) => sum + x, 0), decisions },
        };
      };
    }),
  );
}
