/** Answers whose mistakes are known, to be audited again and again: simulated ones, and what language models are on record as
 *  having answered to GSM8K. How wide intervals are and how often they hold the truth, by where people look. For the proof
 *  «audits», and a short form of it. */

import { recordedAssistant } from '../src/assistants/recorded.ts';
import type { Random } from '../src/base/random.ts';
import { showRational } from '../src/base/rational.ts';
import { scopeFor } from '../src/core/budget.ts';
import { GSM8K_MODELS, importGsm8k } from '../src/corpora/gsm8k.ts';
import { isRight } from '../src/evaluate/accuracy.ts';
import { sealGsm8k, textExaminer } from '../src/evaluate/sealed.ts';
import { errorRate } from '../src/oversight/estimate.ts';
import { type Auditable, auditInRounds } from '../src/oversight/rounds.ts';

import { finalAnswer, finalNumber } from '../src/text/final.ts';
import type { TextQuestion } from '../src/text/question.ts';
import { questionOf } from '../src/text/task.ts';
import { calculator } from '../src/verifiers/calculator.ts';
import { conclusion } from '../src/verifiers/conclusion.ts';
import { coverage } from '../src/verifiers/coverage.ts';
import type { NamedText } from './corpora.ts';

/** Answers that could be audited, and which of them are wrong. */
export interface Population {
  readonly name: string;
  readonly items: readonly Auditable[];
  readonly levels: readonly number[];
  readonly wrong: readonly boolean[];
}

export const DOUBTS = ['informative', 'misleading', 'useless'] as const;

/** Mistakes in 7.5 % on average, at odds that vary from answer to answer by a normal variable on the scale of logits; doubt is
 *  that variable with noise, the same turned around, or another variable. */
export function simulated(doubt: (typeof DOUBTS)[number], count: number, random: Random): Population {
  const drawn = Array.from({ length: count }, () => random.normal());
  const base = interceptOf(drawn);
  const own = drawn.map((x) => {
    if (doubt === 'informative') return base + SPREAD * x + NOISE * random.normal();
    return base + SPREAD * (doubt === 'misleading' ? -x : random.normal());
  });
  const levels = drawn.map((_, i) => 1 + (i % LEVELS));
  return {
    name: `simulated, doubt ${doubt}`,
    levels,
    wrong: drawn.map((x) => random.uniform() < sigmoid(base + SPREAD * x)),
    items: own.map((x, i) => ({
      doubt: sigmoid(x),
      features: Array.from({ length: LEVELS }, (_, level) => Number(levels[i] === level + 1)),
    })),
  };
}

const LEVELS = 4;
const RATE = 0.075;
/** In logits. */
const [SPREAD, NOISE] = [2.5, 0.7];
const HALVINGS = 50;

function interceptOf(drawn: readonly number[]): number {
  let [low, high] = [-20, 5];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const mean = drawn.reduce((sum, x) => sum + sigmoid(middle + SPREAD * x), 0) / drawn.length;
    if (mean < RATE) low = middle;
    else high = middle;
  }
  return low;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** All answers of the four models to the test questions, those of each, and the answer that most of them give. What is known without a judge:
 *  what verifiers say, and which of the other models say the same. */
export async function recorded(questions: NamedText, solutions: NamedText): Promise<readonly Population[]> {
  const tasks = importGsm8k({ questions, solutions }, 'test');
  const asked = tasks.map(questionOf);
  const examiner = textExaminer(sealGsm8k(asked, questions, solutions), 'truth');
  const verifiers = [calculator<TextQuestion>(), conclusion<TextQuestion>(), coverage()];
  const models = await Promise.all(
    GSM8K_MODELS.map(async (name) => {
      const answers = await recordedAssistant(tasks, `model:${name}`).answer(asked, scopeFor(asked.length));
      const claims = asked.map((question, i) => {
        const answer = answers[i]!;
        return { question, answer: answer.kind === 'known' ? answer.value : '' };
      });
      const verdicts = await Promise.all(
        verifiers.map((verifier) => verifier.verify(claims, scopeFor(claims.length))),
      );
      return {
        name,
        finals: claims.map(({ answer }) => finalOf(answer)),
        wrong: answers.map((answer, i) => !isRight(examiner, asked[i]!, answer)),
        verdicts: claims.map((_, i) => verdicts.map((one) => one[i]!.kind)),
      };
    }),
  );
  const agreeing = (final: string, i: number) => models.map(({ finals }) => Number(finals[i] === final));
  const itemOf = (of: number, i: number): Auditable => {
    const { finals, verdicts } = models[of]!;
    const same = agreeing(finals[i]!, i);
    const share = same.reduce((sum, one) => sum + one, 0) / same.length;
    const said = verdicts[i]!.flatMap((kind) => [Number(kind === 'pass'), Number(kind === 'fail')]);
    return { doubt: Math.min(0.95, 1.05 - share), features: [...same, share, ...said] };
  };
  const each = models.map(({ name, wrong }, of) => ({
    name: `GSM8K, ${name}`,
    levels: asked.map(() => 1),
    wrong,
    items: asked.map((_, i) => itemOf(of, i)),
  }));
  // Of equally frequent answers the model's that comes last, which is the strongest.
  const voter = asked.map((_, i) =>
    models
      .map(({ finals }, of) => ({ of, votes: agreeing(finals[i]!, i).reduce((sum, one) => sum + one, 0) }))
      .reduce((a, b) => (b.votes >= a.votes ? b : a)),
  );
  const both = <T>(of: (one: Population) => readonly T[]) => each.flatMap(of);
  return [
    {
      name: 'GSM8K, all recorded answers',
      levels: both(({ levels }) => levels),
      wrong: both(({ wrong }) => wrong),
      items: both(({ items, name }) =>
        items.map((item) => ({
          ...item,
          features: [...item.features, ...each.map((one) => Number(one.name === name))],
        })),
      ),
    },
    ...each,
    {
      name: 'GSM8K, vote of the four',
      levels: asked.map(() => 1),
      wrong: voter.map(({ of }, i) => models[of]!.wrong[i]!),
      items: voter.map(({ of }, i) => itemOf(of, i)),
    },
  ];
}

/** So that «18» and «18.0» are one. */
function finalOf(answer: string): string {
  const number = finalNumber(answer);
  return number ? showRational(number) : (finalAnswer(answer) ?? '');
}

export interface Measured {
  /** Of the items. */
  readonly rate: number;
  /** Mean of the estimates less the rate, in standard errors of that mean. */
  readonly bias: number;
  /** Variance of as many audits drawn uniformly without replacement, estimated by their share, to that of these. */
  readonly variances: number;
  /** How many times as many uniform audits an interval of this width takes. */
  readonly labels: number;
  /** Share of 95 % intervals that hold the rate; of those by level, that of the level. */
  readonly covered: number;
  readonly coveredByLevel: number;
  /** Mean half-width of the interval. */
  readonly halfWidth: number;
}

/** Audits the same answers so many times. */
export async function measured(
  { items, wrong, levels }: Population,
  audits: number,
  repetitions: number,
  random: Random,
): Promise<Measured> {
  const shareIn = (isAmong: (item: number) => boolean) => {
    const among = wrong.filter((_, i) => isAmong(i));
    return among.filter(Boolean).length / among.length;
  };
  const rate = shareIn(() => true);
  const kinds = [...new Set(levels)].map((level) => {
    const isAmong = (item: number) => levels[item] === level;
    return { isAmong, rate: shareIn(isAmong) };
  });
  const judge = async (places: readonly number[]) => places.map((place) => wrong[place]!);
  let [sum, squares, covered, coveredByLevel, width] = [0, 0, 0, 0, 0];
  for (let k = 0; k < repetitions; k++) {
    const rounds = await auditInRounds(items, judge, audits, random.split(k));
    const { value, low, high } = errorRate(rounds);
    sum += value - rate;
    squares += (value - rate) ** 2;
    width += (high - low) / 2;
    covered += Number(low <= rate && rate <= high);
    if (kinds.length === 1) continue;
    for (const kind of kinds) {
      const own = errorRate(rounds, kind.isAmong);
      coveredByLevel += Number(own.low <= kind.rate && kind.rate <= own.high) / kinds.length;
    }
  }
  const variance = (squares - sum ** 2 / repetitions) / (repetitions - 1);
  const unit = (rate * (1 - rate) * items.length) / (items.length - 1);
  const uniform = unit * (1 / audits - 1 / items.length);
  return {
    rate,
    bias: sum / repetitions / Math.sqrt(variance / repetitions),
    variances: uniform / variance,
    labels: 1 / (variance / unit + 1 / items.length) / audits,
    covered: covered / repetitions,
    coveredByLevel: kinds.length === 1 ? covered / repetitions : coveredByLevel / repetitions,
    halfWidth: width / repetitions,
  };
}
