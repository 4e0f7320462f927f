/** Two answers to one question, X's own and Amplify^H(X)'s, made one with the probability that it is right. Whether they
 *  agree tells most: X errs by what it has not learned yet, Amplify^H(X) by what its sub-answers have not.
 *      agree   P(right)            = σ(β · [1, logit p, logit d])        p propagated, d X's own
 *      differ  P(amplified right)  = σ(β′ · [1, logit p, logit d]),  P(X right) = σ(β″ · …), the likelier is believed
 *      X does not know             = σ(β‴ · [1, logit p])
 *  Each level has its own coefficients, drawn to those of all levels together. */

import { invariant } from '../base/errors.ts';
import { type Answer, agree, known } from '../core/answer.ts';
import type { Assistant } from '../core/assistant.ts';
import { type Case, logistic, logit, predicted } from '../statistics/logistic.ts';

/** A question of the calibration pile with both answers. */
export interface Pair<A> {
  readonly level: number;
  /** Its confidence is propagated. */
  readonly amplified: Answer<A>;
  readonly direct: Answer<A>;
  readonly amplifiedRight: boolean;
  readonly directRight: boolean;
}

/** What the two answers are to each other. */
const RELATIONS = ['agree', 'differ', 'alone'] as const;
type Relation = (typeof RELATIONS)[number];

type Coefficients = readonly number[];

/** For each relation the coefficients of P(amplified right), and where they differ those of P(direct right). */
export type Weights = {
  readonly [R in Relation]: { readonly amplified: Coefficients; readonly direct: Coefficients };
};

/** Plain data, as it is written down. */
export interface Combination {
  /** Whether ground truth said what is right. */
  readonly groundTruth: boolean;
  readonly levels: { readonly [level: string]: Weights };
  readonly otherwise: Weights;
}

/** Before anything is seen, agreement is two independent pieces of evidence, and who differs is as likely as he says. */
const PRIOR: Weights = {
  agree: { amplified: [0, 1, 1], direct: [0, 1, 1] },
  differ: { amplified: [0, 1, 0], direct: [0, 0, 1] },
  alone: { amplified: [0, 1], direct: [0, 1] },
};
/** How many standard units a coefficient may leave its prior for free; the levels stay near to all together. */
const [STRENGTH, LEVEL_STRENGTH] = [0.1, 1];

export function combine<A>(pairs: readonly Pair<A>[], groundTruth: boolean): Combination {
  const otherwise = weightsOf(pairs, PRIOR, STRENGTH);
  const levels = [...new Set(pairs.map(({ level }) => level))].sort((a, b) => a - b);
  const own = levels.map((level) => {
    const some = pairs.filter((pair) => pair.level === level);
    return [String(level), weightsOf(some, otherwise, LEVEL_STRENGTH)] as const;
  });
  return { groundTruth, levels: Object.fromEntries(own), otherwise };
}

/** The answer to believe, with its probability of being right; unknown where the amplified one is, unless X knows. */
export function combined<A>(
  { levels, otherwise }: Combination,
  level: number,
  amplified: Answer<A>,
  direct: Answer<A>,
): Answer<A> {
  if (amplified.kind === 'unknown') return direct;
  const relation = relationOf(amplified, direct);
  const weights = (levels[level] ?? otherwise)[relation];
  const features = featuresOf(amplified, direct);
  const own = predicted(weights.amplified, features);
  if (relation !== 'differ' || direct.kind === 'unknown') return known(amplified.value, own);
  const other = predicted(weights.direct, features);
  return other > own ? known(direct.value, other) : known(amplified.value, own);
}

/** Both are asked everything; a memo around `direct` keeps it from being paid twice where `amplified` asks it too. */
export function combining<Q, A>(
  amplified: Assistant<Q, A>,
  direct: Assistant<Q, A>,
  combination: Combination,
  level: (question: Q) => number,
): Assistant<Q, A> {
  return {
    origin: {
      name: `Combined(${amplified.origin.name}, ${direct.origin.name})`,
      groundTruth: amplified.origin.groundTruth || direct.origin.groundTruth || combination.groundTruth,
    },
    async answer(questions, scope) {
      const own = await direct.answer(questions, scope);
      const answers = await amplified.answer(questions, scope);
      invariant(own.length === questions.length, `${direct.origin.name}: one answer per question`);
      invariant(answers.length === questions.length, `${amplified.origin.name}: one answer per question`);
      return questions.map((question, i) => combined(combination, level(question), answers[i]!, own[i]!));
    },
  };
}

function relationOf<A>(amplified: Answer<A>, direct: Answer<A>): Relation {
  if (direct.kind === 'unknown') return 'alone';
  return agree(amplified, direct) ? 'agree' : 'differ';
}

function featuresOf<A>(amplified: Answer<A>, direct: Answer<A>): readonly number[] {
  const said = [amplified, direct].flatMap((one) => (one.kind === 'known' ? [logit(one.confidence)] : []));
  return [1, ...said];
}

function weightsOf<A>(pairs: readonly Pair<A>[], prior: Weights, strength: number): Weights {
  const known = pairs.filter(({ amplified }) => amplified.kind === 'known');
  const fitted = (relation: Relation) => {
    const own = known.filter(({ amplified, direct }) => relationOf(amplified, direct) === relation);
    const cases = (right: (pair: Pair<A>) => boolean): readonly Case[] =>
      own.map((pair) => ({ features: featuresOf(pair.amplified, pair.direct), right: right(pair) }));
    return {
      amplified: logistic(
        cases((pair) => pair.amplifiedRight),
        prior[relation].amplified,
        strength,
      ),
      direct: logistic(
        cases((pair) => pair.directRight),
        prior[relation].direct,
        strength,
      ),
    };
  };
  return { agree: fitted('agree'), differ: fitted('differ'), alone: fitted('alone') };
}
